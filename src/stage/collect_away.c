/* What is put away: its row, then its file; see collect_away.h. */
#include "stage/collect_away.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "stage/collect_parts.h"
#include "stage/place.h"

static const char quarantine_next[] =
	"mend it at the source and deliver it again; gridspool close in-%06" PRId64
	" --reason TEXT gives it up";

/* Where an input lies that is put away. */
static void quarantine_place(const struct env *v, const struct input_row *r, char to[LIMIT_PATH])
{
	const struct config_source *s = config_source_find(v->config, r->source);
	const char *dot = strrchr(r->place.p, '.');
	struct str end = dot && !strchr(dot, '/') ? str_c(dot + 1) : STR("");

	if (end.n == 0 && r->sha.n > 0 && s) /* a plain file, stored and then found bad */
		end = s->format;
	(void)snprintf(to, LIMIT_PATH, "quarantine/in-%06" PRId64 "." STR_FMT "%s" STR_FMT, r->id,
		STR_ARG(r->source), end.n ? "." : "", STR_ARG(end));
}

int collect_away_row(
	struct env *v, int64_t input, const char *reason, const char *note, struct err *e)
{
	const bool lost = strcmp(reason, "LOST-SOURCE") == 0;
	struct arena a;
	struct input_row r;
	char to[LIMIT_PATH];
	int rc = -1;

	arena_init(&a);
	rc = ledger_input_find(&v->ledger, input, &a, &r, e);
	/* Another agreement may have met it first. */
	if (rc == 1 && !str_is(r.state, "quarantined") && !str_is(r.state, "abandoned") &&
		!str_starts(r.place, STR("archive/"))) {
		quarantine_place(v, &r, to);
		collect_row_tell(v, &r, lost ? "lost" : "quarantined", reason, note, &a);
		rc = lost
			? collect_row_record(v, &r, "abandoned", r.place.p, reason, note, "lost", e)
			: collect_row_record(
				  v, &r, "quarantined", to, reason, note, "quarantined", e);
	}
	arena_done(&a);
	return rc == -1 ? -1 : 0;
}

/* Brings the file of a row that is quarantined to where the ledger says, with its reason. */
int collect_away_settle(struct env *v, const struct input_row *r, struct err *e)
{
	static const char *const ends[] = {"", ".tree", ".zip"};
	const struct config_source *s = config_source_find(v->config, r->source);
	char from[LIMIT_PATH];
	char next[200];
	struct arena a;
	struct stat st;
	int rc = place_stat(v, r->place.p, &st, e);

	if (rc != 0)
		return rc == 1 ? 0 : -1;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]) && rc == 0; i++) {
		collect_row_work(r, ends[i], from);
		rc = place_move(v, from, r->place.p, e);
	}
	if (rc == 0 && s) {
		collect_row_shelf(r, s, from);
		rc = place_move(v, from, r->place.p, e);
	}
	if (rc != 1)
		return rc;
	(void)snprintf(next, sizeof(next), quarantine_next, r->id);
	arena_init(&a);
	rc = env_write_reason(v, "quarantine", r->place.p + 11, r->reason.p,
		collect_row_named(r, r->note.p, &a).p, next, e);
	arena_done(&a);
	return rc;
}

int collect_away_file(struct env *v, int64_t input, struct err *e)
{
	struct arena a;
	struct input_row r;
	int rc = -1;

	arena_init(&a);
	rc = ledger_input_find(&v->ledger, input, &a, &r, e);
	if (rc == 1 && str_is(r.state, "quarantined"))
		rc = collect_away_settle(v, &r, e);
	arena_done(&a);
	return rc == -1 ? -1 : 0;
}

/* An input that is put away by itself. */
int collect_away_now(
	struct env *v, int64_t input, const char *reason, const char *note, struct err *e)
{
	if (ledger_begin(&v->ledger, e) == -1)
		return -1;
	if (collect_away_row(v, input, reason, note, e) == -1) {
		ledger_rollback(&v->ledger);
		return -1;
	}
	if (ledger_commit(&v->ledger, e) == -1)
		return -1;
	return collect_away_file(v, input, e);
}

/* A bad tree that cannot be moved is put away where it lies. */
int collect_away_there(struct env *v, const struct input_row *r, const char *inbox,
	const char *reason, const char *why, struct err *e)
{
	struct arena a;
	char note[ERR_TEXT_MAX + 100];

	(void)snprintf(
		note, sizeof(note), "%s; it stays in the inbox, since moving it is denied", why);
	if (ledger_begin(&v->ledger, e) == -1)
		return -1;
	if (ledger_input_stays(&v->ledger, r->id, r->stays, e) == -1 ||
		collect_row_record(v, r, "quarantined", inbox, reason, note, "quarantined", e) ==
			-1) {
		ledger_rollback(&v->ledger);
		return -1;
	}
	arena_init(&a);
	collect_row_tell(v, r, "quarantined", reason, note, &a);
	arena_done(&a);
	return ledger_commit(&v->ledger, e);
}
