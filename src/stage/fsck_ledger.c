/* fsck: the ledger in itself. Its structure, the chain of events and their copy, control numbers. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "stage/control.h"
#include "stage/fsck_parts.h"
#include "store/ledger_audit.h"

/* --- control numbers --- */

struct scope {
	struct str name;
	int64_t last; /* the highest drawn since they began at 1; 0 none yet */
	int64_t seq;
	struct scope *next;
};

struct numbers {
	struct fsck *f;
	struct arena a; /* of the scopes */
	struct scope *scopes;
};

static struct scope *scope_of(struct numbers *n, struct str name)
{
	struct scope *s = n->scopes;

	while (s && !str_eq(s->name, name))
		s = s->next;
	if (s)
		return s;
	s = ARENA_NEW(&n->a, struct scope);
	s->name = arena_str(&n->a, name);
	s->next = n->scopes;
	n->scopes = s;
	return s;
}

static void number_fault(struct numbers *n, const struct scope *s, struct str found)
{
	struct arena *a = &n->f->a;
	const struct fsck_found x = {
		.code = "NUMBER-REPEATED",
		.subject = s->name,
		.place = STR("ledger.db"),
		.found = found,
		.expected = arena_printf(
			a, "a number over %" PRId64 ", drawn in event %" PRId64, s->last, s->seq),
		.command = arena_printf(a, STR_FMT "; ask the partner what it has seen twice",
			STR_ARG(control_set_command(n->f->v->config, s->name, s->last + 1, a))),
	};

	fsck_tell(n->f, &x);
}

static void one_number(void *ctx, int64_t seq, bool set, struct str scope, int64_t number)
{
	struct numbers *n = ctx;
	struct scope *s = scope_of(n, scope);
	const bool wraps = s->last == CONTROL_MAX && number == 1;

	arena_reset(&n->f->a);
	if (s->last > 0 && number <= s->last && !wraps)
		number_fault(n, s,
			arena_printf(&n->f->a, "%" PRId64 " %s in event %" PRId64, number,
				set ? "set as the next" : "drawn", seq));
	if (set || (number <= s->last && !wraps))
		return;
	s->last = number;
	s->seq = seq;
}

static int check_counters(struct numbers *n, struct err *e)
{
	for (const struct scope *s = n->scopes; s; s = s->next) {
		int64_t next = 0;
		arena_reset(&n->f->a);
		if (ledger_walk_counter(&n->f->v->ledger, s->name, &next, e) == -1)
			return -1;
		if (s->last > 0 && next <= s->last && !(s->last == CONTROL_MAX && next == 1))
			number_fault(n, s,
				arena_printf(
					&n->f->a, "a counter that gives %" PRId64 " next", next));
	}
	return 0;
}

static int check_numbers(struct fsck *f, struct err *e)
{
	struct numbers n = {.f = f};
	int rc = -1;

	arena_init(&n.a);
	rc = ledger_walk_numbers(&f->v->ledger, one_number, &n, e);
	if (rc == 0)
		rc = check_counters(&n, e);
	arena_done(&n.a);
	return rc;
}

/* --- events --- */

static void event_fault(
	struct fsck *f, const char *code, const char *file, struct str found, struct str command)
{
	const struct fsck_found x = {.code = code,
		.subject = STR(""),
		.place = str_c(file),
		.found = found,
		.expected = STR(
			"each event as it was written, the hash of each over the one before"),
		.command = command};

	fsck_tell(f, &x);
}

static int check_events(struct fsck *f, struct err *e)
{
	struct ledger *l = &f->v->ledger;
	struct err wrong;

	if (l->audit.code != ERR_NONE)
		event_fault(f, "AUDIT-LOG", "audit.log", str_c(l->audit.text),
			STR("make it a plain file that gridspool may write, or move it away"));
	if (ledger_audit_whole(l, &f->n->events, &wrong, e) == -1)
		return -1;
	if (strcmp(wrong.reason, "AUDIT-BROKEN") == 0)
		event_fault(f, "AUDIT-BROKEN", "ledger.db", str_c(wrong.text),
			STR("find out who changed ledger.db, and compare it with a backup; nothing is mended "
			    "by itself"));
	else if (wrong.code != ERR_NONE)
		event_fault(f, "AUDIT-CHANGED", "audit.log", str_c(wrong.text),
			STR("find out who changed it; gridspool run tells of it and writes what is missing, one "
			    "with other lines it keeps as log/audit-RUN.log"));
	return 0;
}

int fsck_ledger_all(struct fsck *f, struct err *e)
{
	arena_reset(&f->a);
	if (db_full_check(f->v->ledger.db, e) == -1 || check_events(f, e) == -1 ||
		fsck_history_missing(f, e) == -1)
		return -1;
	return check_numbers(f, e);
}
