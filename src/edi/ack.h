/*
 * Acknowledgments understood: TA1, 997 and 999 turned into verdicts, whatever their format. The
 * family grows by a row of ack.c's table and a file a kind (CONTRL, 824 ...). Of 999, what is named
 * AK3, AK4 and AK5 here is its IK3, IK4 and IK5.
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

/* One fault a partner names: AK3 with AK4, all numbers as the partner counts them. */
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
	struct str text;	 /* what the code means, in plain words */
	struct ack_fault *next;
};

struct ack_set {
	struct str id;	    /* AK201 */
	struct str control; /* AK202 */
	enum ack_verdict verdict;
	struct str codes; /* AK502..06 joined by ' ' */
	struct str text;
	struct ack_fault *faults;
	struct ack_set *next;
};

/* About one interchange (TA1) or one functional group (997, 999). */
struct ack {
	struct str kind;					 /* "TA1", "997", "999" */
	struct str sender_qual, sender, receiver_qual, receiver; /* of the answer's ISA */
	uint64_t control; /* of the answer's own interchange */
	char usage;	  /* of the answer's ISA15 */
	/* TA1 */
	uint64_t about_isa; /* TA101 */
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

/* Loads what ack_read needs of a version, for a process that may not open files later. A version
 * without these definitions is no fault: its answers are read without them. */
void ack_prepare(struct defs *defs, struct str version);
/* Reads every acknowledgment of a file; what is no acknowledgment (832 from a partner ...) is
 * named in *others ("832, 846"), not an error. -1 with a placed fault when the file is damaged:
 * then nothing of it may be applied. What is forgiven is in d->tolerances. All results live in a. */
int ack_read(int fd, struct str bytes, struct defs *defs, struct str file, struct ack **first,
	struct str *others, struct diag *d, struct arena *a, struct err *e) ATTR_CHECK;

/* What a code of the standard means, in plain words: list is "I18" (TA105), "720" (AK304), "723" (AK403),
 * "718" (AK502), "716" (AK905); those of 999 (IK304, IK403, IK502) are in them too. */
struct str ack_code_text(struct str list, struct str code);

#endif
