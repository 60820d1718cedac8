/*
 * What a converter worker answers, as the supervisor understands it: its last frames and its line
 * file of results. Both are foreign input; nothing is believed that does not reconcile.
 */
#ifndef STAGE_CONVERT_ANSWER_H
#define STAGE_CONVERT_ANSWER_H

#include "base/arena.h"
#include "stage/frame.h"
#include "store/ledger_unit.h"

struct convert_done {
	struct unit_counts counts;
	int64_t sets;
	int64_t isa, gs; /* control numbers used; 0 when nothing goes out */
	int64_t noted;	 /* items that go out with findings */
	int64_t left;	 /* of those that wait: for the next interchange */
};

/* DONE. ERR_INPUT when it is not whole or its counts do not reconcile. */
int convert_answer_done(struct frame *f, struct convert_done *out, struct err *e) ATTR_CHECK;
/* FAIL: *fault is what the worker says: ERR_INPUT or ERR_LIMIT of the input, ERR_IO or ERR_FULL of the
 * disk, ERR_NET when it says what it cannot know; all else of the map. */
void convert_answer_fail(struct frame *f, struct err *fault);
/* PROGRESS: 0 to 100, or -1 when it says nothing. */
int convert_answer_percent(struct frame *f, int64_t *items);

/* One line of the results: 'O' an item that goes out, 'S' a set, 'L' an item that is left for the next
 * interchange, 'A' an item set aside, 'R' a row without an item, or that is broken. Texts live in the arena. */
struct convert_result {
	char kind;
	struct str st, hash, key;	  /* O; key also of L, A and R */
	struct str codes, file, sentence; /* A, R */
	int64_t items;			  /* S; st too */
};

/* ERR_INPUT when the line is none of these. */
int convert_answer_result(
	struct str line, struct arena *a, struct convert_result *out, struct err *e) ATTR_CHECK;
/* Reads all lines of the results: each is one of these, and there are as many as DONE told. ERR_INPUT
 * when not. */
int convert_answer_check(int fd, const struct convert_done *told, struct err *e) ATTR_CHECK;

#endif
