/*
 * Acknowledgments understood: TA1, 997, 999, CONTRL and APERAK turned into verdicts, whatever their
 * format. The family grows by a row of ack.c's table and a file a kind (824 ...). Of 999, what is
 * named AK3, AK4 and AK5 here is its IK3, IK4 and IK5; of CONTRL it is UCS, UCD and UCM.
 */
#ifndef EDI_ACK_H
#define EDI_ACK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "defs/defs.h"
#include "model/diag.h"

enum ack_verdict { ACK_ACCEPTED, ACK_WITH_ERRORS, ACK_PARTIAL, ACK_REJECTED };

/* How deep the partner looked before it answered. */
enum ack_depth {
	ACK_DEPTH_INTERCHANGE, /* the envelope: TA1, CONTRL about the interchange alone */
	ACK_DEPTH_SYNTAX,      /* the content by its standard: 997, 999, CONTRL */
	ACK_DEPTH_APPLICATION, /* the content by what it says: APERAK */
	ACK_DEPTHS
};

/* One fault a partner names: AK3 with AK4, all numbers as we count them (X12's AK4 does; of S011 the
 * tag is taken off). */
struct ack_fault {
	struct str segment;	 /* AK301 */
	uint32_t segment_at;	 /* AK302, ST = 1 */
	struct str loop;	 /* AK303 */
	struct str segment_code; /* AK304 */
	uint16_t element;	 /* AK401-1, 0 none */
	uint16_t component;	 /* AK401-2 */
	struct str element_id;	 /* AK402 */
	struct str element_code; /* AK403 */
	struct str value;	 /* AK404 */
	struct str references;	 /* of APERAK's ERC: what RFF names, a line each */
	struct str line;	 /* of ERC: RFF+LI, the number of a line item of ours (LIN 1082) */
	struct str text;	 /* what the code means, in plain words */
	struct ack_fault *next;
};

struct ack_set {
	struct str id;	    /* AK201 */
	struct str control; /* AK202, UCM 0062; "" of APERAK: all of them */
	enum ack_verdict verdict;
	struct str codes; /* AK502..06 joined by ' ' */
	struct str text;
	struct ack_fault *faults;
	struct ack_set *next;
};

struct ack_party {
	struct str qualifier, id;
};

/* About one interchange (TA1, CONTRL, APERAK) or one functional group (997, 999). */
struct ack {
	/* "TA1", "997", "999", "CONTRL", "APERAK"; "CONTRL-8" (5, 6) about the envelope only */
	struct str kind;
	bool edifact; /* for words; X12 otherwise */
	enum ack_depth depth;
	struct str sender_qual, sender, receiver_qual, receiver; /* of the answer's ISA */
	uint64_t control; /* of the answer's own interchange */
	char usage;	  /* of the answer's ISA15 */
	/* TA1, CONTRL, APERAK */
	uint64_t about_isa;	    /* TA101; about_reference as a number, 0 when it is none */
	struct str about_reference; /* UCI 0020, RFF */
	struct ack_party about_sender,
		about_receiver; /* UCI S002, S003: as what was sent has them */
	bool about_either;	/* the reference may be that of a message instead */
	struct str about_date, about_time;
	/* 997, 999 */
	struct str group_code;				     /* AK101 */
	uint64_t about_group;				     /* AK102 */
	uint32_t sets_claimed, sets_received, sets_accepted; /* AK902..904 */
	enum ack_verdict verdict;
	struct str codes;     /* TA105 or AK905.. */
	struct str text;      /* in plain words */
	struct str doubt;     /* counts that cannot be, in plain words: X12-ACK-COUNT */
	struct str tolerated; /* the first of a file: what was forgiven in the file, with counts */
	struct ack_set *sets;
	struct ack *next;
};

/* Loads what ack_read needs of a format and version, for a process that may not open files later. A
 * version without these definitions is no fault: its answers are read without them. */
void ack_prepare(struct defs *defs, struct str format, struct str version);
/* Reads every acknowledgment of a file; what is no acknowledgment (832 from a partner ...) is
 * named in *others ("832, 846"), not an error. -1 with a placed fault when the file is damaged:
 * then nothing of it may be applied. What is forgiven is in d->tolerances. All results live in a. */
int ack_read(int fd, struct str bytes, struct defs *defs, struct str file, struct ack **first,
	struct str *others, struct diag *d, struct arena *a, struct err *e) ATTR_CHECK;

/* The kinds of answers that look so deep, each between blanks: " TA1 CONTRL-5 "; in a. */
struct str ack_kinds(enum ack_depth depth, struct arena *a);

#endif
