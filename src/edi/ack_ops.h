/* One kind of acknowledgment; the table of kinds is in ack.c. */
#ifndef EDI_ACK_OPS_H
#define EDI_ACK_OPS_H

#include "edi/ack.h"
#include "edi/edi_read.h"

/* An acknowledgment being read. */
struct ack_build {
	struct arena *a;
	struct ack *ack;     /* the one in hand */
	struct ack_set *set; /* the set answered that is in hand, or NULL */
	struct ack_set **next_set;
	struct ack_fault **next_fault;
	struct ack_fault *fault;   /* AK3 or IK3 in hand */
	struct ack_fault *element; /* the last AK4 or IK4 below it, or NULL */
	bool opened;		   /* AK1 was there */
	bool closed;		   /* AK9 was there */
	struct diag *d;
	struct finding here; /* place of the segment */
};

struct ack_ops {
	const char *format; /* "x12", "edifact" */
	const char *kind;   /* TA1 or the set id */
	/* MUST, at least one. The kinds that its answers may have (struct ack), by how deep they look. */
	const char *kinds[ACK_DEPTHS];
	/* MUST. One segment of it (TA1 itself; inside a set all but ST and SE). False: damaged, and a
	 * finding says why. */
	bool (*segment)(struct ack_build *b, const struct segment *s);
	/* MAY be NULL. The set has ended; false as above. */
	bool (*end)(struct ack_build *b);
};

extern const struct ack_ops ack_ta1_ops;
extern const struct ack_ops ack_997_ops;
extern const struct ack_ops ack_997_guide_ops;
extern const struct ack_ops ack_contrl_ops;
extern const struct ack_ops ack_aperak_ops;

/* What takes a segment of that tag; a table of them ends with a tag that is NULL. */
struct ack_row_of {
	const char *tag;
	bool (*take)(struct ack_build *b, const struct segment *s);
};

/* For the kinds (ack.c). */
bool ack_damaged(
	const struct ack_build *b, uint16_t element, struct str found, const char *expected);
bool ack_number(const struct ack_build *b, const struct segment *s, uint16_t element, uint64_t max,
	uint64_t *out);
/* The segment by its row; without one it is damaged. */
bool ack_take(struct ack_build *b, const struct segment *s, const struct ack_row_of *rows,
	const char *expected);
/* A fault more of the set in hand; the second repeats the segment of the one in hand. */
struct ack_fault *ack_add_fault(struct ack_build *b);
struct ack_fault *ack_add_fault_beside(struct ack_build *b);
/* The reference of what it is about, and its number if it is one. */
void ack_reference(struct ack_build *b, struct str reference);
/* A list with one more; one that is too long ends in " ..." and takes no more. */
struct str ack_join(struct arena *a, struct str list, const char *mark, struct str more);
bool ack_joined(struct str list, char mark, struct str one);

#endif
