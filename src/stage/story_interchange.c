/* The story of an interchange: its answers, what was noted, what went out again. */
#include "stage/story_parts.h"

#include <inttypes.h>

#include "base/fsx.h"
#include "stage/lines.h"
#include "stage/status.h"
#include "stage/trace.h"

static int add_acks(struct env *v, struct story *t, int64_t interchange, struct err *e)
{
	static const char *const acks[] = {
		"at", "kind", "about", "verdict", "outcome", "codes", "note", "received"};
	static const char *const sets[] = {"st", "items", "verdict"};
	static const char *const feedback[] = {"at", "item", "field", "code", "found", "text"};
	struct db *db = v->ledger.db;
	struct db_rows *rows = NULL;

	if (db_query(db, &rows, e,
		    "SELECT st, items, verdict FROM iset WHERE interchange = ?1 ORDER BY st", "i",
		    interchange) == -1 ||
		story_build_rows(t, "sets", sets, "ccc", rows, e) == -1)
		return -1;
	if (db_query(db, &rows, e,
		    "SELECT at, kind, about, verdict, outcome, codes, note, received FROM ack WHERE interchange = ?1 ORDER BY id",
		    "i", interchange) == -1 ||
		story_build_rows(t, "acknowledgments", acks, "tccccccr", rows, e) == -1)
		return -1;
	if (db_query(db, &rows, e,
		    "SELECT at, key, field, code, found, note FROM feedback WHERE interchange = ?1 ORDER BY id",
		    "i", interchange) == -1)
		return -1;
	return story_build_rows(t, "feedback", feedback, "tccccc", rows, e);
}

/* What was found in items that went out all the same: transliterated texts, warnings of the map. */
static void add_noted(struct story *t, int fd)
{
	static const char *const columns[] = {"item", "code", "field", "found", "place", "text"};
	struct story_list *l = story_build_list(t, "noted", columns, 6);
	struct lines in;
	struct str line;
	struct arena a;
	struct err ignored;

	arena_init(&a);
	lines_open(&in, fd);
	while (fd != -1 && lines_next(&in, &line, &ignored) == 1) {
		struct str f[8];
		struct story_row *r = NULL;
		if (!str_starts(line, STR("note\t")))
			continue;
		if (l->total++ >= STORY_ROWS)
			continue;
		l->rows++;
		arena_reset(&a);
		for (size_t i = 0; i < 8; i++)
			f[i] = lines_take(&line, &a);
		const int64_t at = lines_take_int(&line);
		const int64_t column = lines_take_int(&line);
		const struct str place = arena_printf(
			&a, STR_FMT ":%" PRId64 ":%" PRId64, STR_ARG(f[4]), at, column);
		const struct str cells[] = {f[3], f[2], f[5], f[6], place, f[7]};
		r = story_build_row(t, l);
		for (size_t i = 0; i < l->n; i++)
			r->cell[i] = arena_str(t->arena, cells[i]);
	}
	lines_close(&in);
	arena_done(&a);
}

static void tell_noted(struct env *v, struct story *t, const struct interchange_row *r)
{
	struct err ignored;
	const int fd = r->lineage_sha.n > 0 ? trace_open_lineage(v, r, &ignored) : -1;

	/* A lineage that is lost or was edited is told by those who need it. */
	add_noted(t, fd);
	fsx_close(fd);
}

/* When is the next answer due, or since when is it late? */
static void tell_expected(struct env *v, struct story *t, const struct interchange_row *r)
{
	const struct config_agreement *g = config_agreement_find(v->config, r->agreement);
	const struct config_expect *late = status_overdue(r, g, clock_now(&v->clock));

	if (!str_is(r->state, "sent"))
		return;
	t->next = STR("the next report puts it into the archive");
	for (const struct config_expect *x = g ? g->expects : NULL; x; x = x->next) {
		const struct str when = story_build_moment(t, r->sent_at + (int64_t)x->within);
		if (status_answered(r, x))
			continue;
		t->next = arena_printf(t->arena,
			"a " STR_FMT " of the partner is expected by " STR_FMT "%s",
			STR_ARG(x->ack), STR_ARG(when), late ? "; it is overdue: ask them" : "");
		return;
	}
}

/* What went out again by a reissue: what this one has anew, and who has this one's items anew. */
static int tell_reissued(
	struct env *v, struct story *t, const struct interchange_row *r, struct err *e)
{
	struct db_rows *rows = NULL;
	struct buf b;
	int rc = 0;

	if (db_query(v->ledger.db, &rows, e,
		    "SELECT id FROM interchange WHERE reissued_as = ?1 ORDER BY id", "i",
		    r->id) == -1)
		return -1;
	buf_init(&b, 2000);
	while ((rc = db_next(rows, e)) == 1)
		buf_printf(&b, "%s%06" PRId64, b.n > 0 ? ", " : "", db_int(rows, 0));
	db_end(rows);
	story_build_fact(t, "reissue-of", buf_view(&b));
	buf_done(&b);
	if (r->reissued_as > 0)
		story_build_fact(
			t, "reissued-as", arena_printf(t->arena, "%06" PRId64, r->reissued_as));
	return rc;
}

int story_interchange_tell(struct env *v, const struct subject *s, struct story *t, struct err *e)
{
	struct interchange_row r;
	const int rc = ledger_interchange_find(&v->ledger, s->id, t->arena, &r, e);

	if (rc != 1)
		return rc == 0 ? err_set(e, ERR_ABSENT, "interchange " STR_FMT " is gone",
					 STR_ARG(s->name))
			       : -1;
	story_build_fact(t, "headline",
		str_c(status_text(status_of(
			&r, config_agreement_find(v->config, r.agreement), clock_now(&v->clock)))));
	story_build_fact(t, "name", r.name);
	story_build_fact(t, "partner", r.partner);
	story_build_fact(t, "agreement", r.agreement);
	story_build_fact(t, "message", r.message);
	story_build_fact(t, "state", r.state);
	story_build_fact(t, "reason", r.reason);
	story_build_fact(t, "note", r.note);
	story_build_fact(t, "place", r.place);
	story_build_int(t, "items", r.items);
	story_build_int(t, "bytes", r.size);
	story_build_fact(t, "sha256", r.sha);
	if (r.isa > 0)
		story_build_int(t, "isa", r.isa);
	if (r.gs > 0)
		story_build_int(t, "gs", r.gs);
	story_build_fact(t, "receipt", r.receipt);
	story_build_fact(t, "ta1", r.ta1);
	story_build_fact(t, "syntax", r.syntax);
	story_build_fact(t, "application", r.application);
	story_build_fact(t, "load", r.load);
	story_build_fact(t, "evidence", r.evidence);
	story_build_time(t, "queued", r.queued_at);
	story_build_time(t, "sent", r.sent_at);
	story_build_time(t, "overdue-since", r.overdue_at);
	story_build_int(t, "attempts", r.attempts);
	if (r.resent > 0)
		story_build_int(t, "resent", r.resent);
	story_build_fact(t, "unit", arena_printf(t->arena, "u-%" PRId64, r.unit));
	if (tell_reissued(v, t, &r, e) == -1)
		return -1;
	story_next_tell(t, s, r.state, r.reason);
	tell_expected(v, t, &r);
	tell_noted(v, t, &r);
	return add_acks(v, t, r.id, e);
}
