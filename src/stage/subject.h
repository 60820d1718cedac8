/*
 * What people type to name something: an interchange (123, 000123, its file name), an input
 * (in-000012; the newest of the name it came by), a received file (r-000012), a unit of work (u-5), a partner, an agreement or an
 * item's key. "partner:acme", "agreement:acme", "item:KEY" say which, where a name is two things.
 */
#ifndef STAGE_SUBJECT_H
#define STAGE_SUBJECT_H

#include "stage/env.h"

enum subject_kind {
	SUBJECT_INTERCHANGE,
	SUBJECT_INPUT,
	SUBJECT_RECEIVED,
	SUBJECT_UNIT,
	SUBJECT_PARTNER,
	SUBJECT_AGREEMENT,
	SUBJECT_ITEM,
	SUBJECT_KINDS
};

struct subject {
	enum subject_kind kind;
	int64_t id;	 /* of a row; 0 for partners, agreements, items */
	struct str name; /* partner, agreement, item's key; else the name that people use */
	char event[120]; /* subject of its event rows; of an agreement its waits */
};

/* Finds what is meant; texts live in a. ERR_USAGE when the name is two things, ERR_ABSENT when it
 * is nothing, with what was looked for. */
int subject_find(struct env *v, struct str typed, struct arena *a, struct subject *out,
	struct err *e) ATTR_CHECK;
/* "interchange", "input" ... */
const char *subject_word(enum subject_kind kind);

#endif
