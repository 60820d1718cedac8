/*
 * Inside of a story: the facts and lists that it is built of, what is next, and the kinds that are long. All
 * that is added lives in the story's arena.
 */
#ifndef STAGE_STORY_PARTS_H
#define STAGE_STORY_PARTS_H

#include "stage/story.h"

struct db_rows;

/* A fact at the end; one without a value is left out. */
void story_build_fact(struct story *t, const char *name, struct str value);
void story_build_int(struct story *t, const char *name, int64_t value);
void story_build_time(struct story *t, const char *name, int64_t at);
/* "" for the time 0. */
struct str story_build_moment(struct story *t, int64_t at);
struct story_list *story_build_list(
	struct story *t, const char *name, const char *const *columns, size_t n);
struct story_row *story_build_row(struct story *t, struct story_list *l);
/* Rows of a query as a list, the first STORY_ROWS of them; rows is ended. kinds: a letter a column: 't'
 * time, 'i' interchange, 'r' received file, 'c' as it is. */
int story_build_rows(struct story *t, const char *name, const char *const *columns,
	const char *kinds, struct db_rows *rows, struct err *e) ATTR_CHECK;
int story_build_events(struct env *v, struct story *t, const char *subject, struct err *e)
	ATTR_CHECK;

/* What becomes of it in that state, for that reason. */
void story_next_tell(struct story *t, const struct subject *s, struct str state, struct str reason);

int story_interchange_tell(struct env *v, const struct subject *s, struct story *t, struct err *e)
	ATTR_CHECK;
int story_item_tell(struct env *v, const struct subject *s, struct story *t, struct err *e)
	ATTR_CHECK;

#endif
