/* What is ready in an inbox; see inbox_ready.h. */
#include "stage/inbox_ready.h"

#include <stdio.h>
#include <string.h>

#include "store/ledger_input.h"

static const int64_t NANO = 1000000000;

bool inbox_ready_companion(struct str name)
{
	static const char *const ends[] = {
		".ready", ".manifest", ".tmp", ".part", ".filepart", ".reason"};

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		if (str_ends(name, str_c(ends[i])))
			return true;
	}
	return name.n == 0 || name.p[0] == '.';
}

static int has_companion(int inbox, const char *name, const char *end, struct err *e)
{
	char marker[LIMIT_NAME + 16];
	struct stat st;

	if (strlen(name) + strlen(end) > LIMIT_NAME) /* such a marker cannot be there */
		return 0;
	(void)snprintf(marker, sizeof(marker), "%s%s", name, end);
	return fsx_stat(inbox, marker, &st, e);
}

static int64_t changed_at(const struct stat *st)
{
	return st->st_mtim.tv_sec * NANO + st->st_mtim.tv_nsec;
}

/* The newest change below a folder, in nanoseconds. */
static int newest_below(int dir, int depth, int64_t *newest, struct err *e)
{
	struct fsx_list list = {0};
	int rc = 0;

	if (depth > LIMIT_NESTING)
		return 0;
	if (fsx_list(dir, &list, e) == -1)
		return -1;
	for (size_t i = 0; i < list.n && rc == 0; i++) {
		struct stat st;
		rc = fsx_stat(dir, list.names[i], &st, e) == -1 ? -1 : 0;
		if (rc == 0 && changed_at(&st) > *newest)
			*newest = changed_at(&st);
		if (rc == 0 && S_ISDIR(st.st_mode)) {
			const int sub = fsx_subdir(dir, list.names[i], e);
			rc = sub == -1 ? -1 : newest_below(sub, depth + 1, newest, e);
			fsx_close(sub);
		}
	}
	fsx_list_done(&list);
	return rc;
}

/* The newest change of a file or tree, in nanoseconds. */
int inbox_ready_changed(
	int inbox, const char *name, const struct stat *st, int64_t *newest, struct err *e)
{
	int dir = -1;
	int rc = 0;

	*newest = changed_at(st);
	if (!S_ISDIR(st->st_mode))
		return 0;
	dir = fsx_subdir(inbox, name, e);
	rc = dir == -1 ? -1 : newest_below(dir, 0, newest, e);
	fsx_close(dir);
	return rc;
}

/* One that is being written is left alone. */
static int is_stable(const struct env *v, const struct config_source *s, int inbox,
	const char *name, const struct stat *st, struct err *e)
{
	int64_t newest = 0;

	if (inbox_ready_changed(inbox, name, st, &newest, e) == -1)
		return -1;
	return clock_now(&v->clock) - newest / NANO >= (int64_t)s->stable_seconds;
}

/* 1 ready, 0 not yet, -1. */
int inbox_ready_is(const struct env *v, const struct config_source *s, int inbox, const char *name,
	const struct stat *st, struct err *e)
{
	switch (s->ready) {
	case READY_RENAMED:
		return 1;
	case READY_MARKER:
		return has_companion(inbox, name, ".ready", e);
	case READY_MANIFEST:
		return has_companion(inbox, name, ".manifest", e);
	case READY_STABLE:
		return is_stable(v, s, inbox, name, st, e);
	}
	return 0;
}

/* A tree that could not be moved out of the inbox still lies there: is it what was taken? Nothing else
 * says so where its name or its age makes it ready. 1, 0, -1. */
int inbox_ready_taken(struct env *v, const struct config_source *s, int inbox, const char *name,
	const struct stat *st, struct err *e)
{
	int64_t taken = 0;
	int64_t newest = 0;
	int rc = 0;

	if (!S_ISDIR(st->st_mode) || (s->ready != READY_RENAMED && s->ready != READY_STABLE))
		return 0;
	rc = ledger_input_stayed(&v->ledger, s->name, str_c(name), (int64_t)st->st_ino, &taken, e);
	if (rc == 1 && inbox_ready_changed(inbox, name, st, &newest, e) == -1)
		return -1;
	return rc == 1 ? newest == taken : rc;
}
