/* What differs between two outputs, record by record and value by value; told in text or JSON. */
#ifndef CLI_RECORDS_DIFF_H
#define CLI_RECORDS_DIFF_H

#include "base/buf.h"
#include "base/json.h"
#include "cli/records.h"

enum records_by {
	RECORDS_BY_SET, /* messages are compared as they follow each other */
	RECORDS_BY_ITEM /* an item is compared with the one of the same key, wherever it is */
};

/* was NULL: added; is NULL: removed; both: the same record, with other values. */
struct records_change {
	const struct record *was;
	const struct record *is;
};

struct records_diff {
	struct records_change
		*list; /* in the order of the old output; what is only new comes last */
	size_t n;
	size_t cap;
	bool moved; /* items or messages come in another order */
};

/* Borrows both. */
void records_diff_make(const struct records *was, const struct records *is, enum records_by by,
	struct records_diff *out);
void records_diff_done(struct records_diff *d);

/* Lines for people, each behind two blanks. old and new name the sides: "expected", "found". */
void records_diff_text(
	const struct records_diff *d, const char *old, const char *new, struct buf *out);
/* The array "differences" as a member of the object that is open. */
void records_diff_json(const struct records_diff *d, struct json *j);

#endif
