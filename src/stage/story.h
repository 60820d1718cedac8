/*
 * The story of a thing: what it is, where it lies, why, what happened, what is next. Facts and
 * lists of named cells, so that one printing serves text and JSON.
 */
#ifndef STAGE_STORY_H
#define STAGE_STORY_H

#include "stage/subject.h"

enum { STORY_CELLS = 8, STORY_ROWS = 1000 /* of one list; more are counted only */ };

struct story_fact {
	const char *name; /* "state"; also the member's name in JSON */
	struct str value;
	bool number;
	struct story_fact *next;
};

struct story_row {
	struct str cell[STORY_CELLS];
	struct story_row *next;
};

struct story_list {
	const char *name; /* "events" */
	const char *column[STORY_CELLS];
	size_t n;
	struct story_row *first, *last;
	size_t rows;  /* listed */
	size_t total; /* there are */
	struct story_list *next;
};

struct story {
	struct arena *arena;
	struct story_fact *facts, *last_fact;
	struct story_list *lists, *last_list;
	struct str next;  /* what happens by itself, or who has to act */
	struct str verbs; /* allowed now: "release, close" */
};

/* Everything lives in a. */
int story_tell(struct env *v, const struct subject *s, struct arena *a, struct story *out,
	struct err *e) ATTR_CHECK;

#endif
