/* The story of a thing; see story.h. */
#include "stage/story.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/fsx.h"
#include "stage/lines.h"
#include "stage/reason.h"
#include "stage/schedule.h"
#include "stage/status.h"
#include "stage/trace.h"
#include "stage/verbs.h"
#include "store/ledger_input.h"
#include "store/ledger_partner.h"
#include "store/ledger_received.h"
#include "store/ledger_unit.h"

/* --- building --- */

static void fact_str(struct story *t, const char *name, struct str value)
{
	struct story_fact *f = ARENA_NEW(t->arena, struct story_fact);

	if (value.n == 0)
		return;
	f->name = name;
	f->value = arena_str(t->arena, value);
	if (t->last_fact)
		t->last_fact->next = f;
	else
		t->facts = f;
	t->last_fact = f;
}

static void fact_int(struct story *t, const char *name, int64_t value)
{
	fact_str(t, name, arena_printf(t->arena, "%" PRId64, value));
	t->last_fact->number = true;
}

static struct str moment(struct story *t, int64_t at)
{
	char text[DATE_TEXT];

	return at > 0 ? arena_str(t->arena, date_iso(at, text)) : STR("");
}

static void fact_time(struct story *t, const char *name, int64_t at)
{
	fact_str(t, name, moment(t, at));
}

static struct story_list *list_new(
	struct story *t, const char *name, const char *const *columns, size_t n)
{
	struct story_list *l = ARENA_NEW(t->arena, struct story_list);

	l->name = name;
	l->n = n;
	for (size_t i = 0; i < n; i++)
		l->column[i] = columns[i];
	if (t->last_list)
		t->last_list->next = l;
	else
		t->lists = l;
	t->last_list = l;
	return l;
}

static struct story_row *row_new(struct story *t, struct story_list *l)
{
	struct story_row *r = ARENA_NEW(t->arena, struct story_row);

	if (l->last)
		l->last->next = r;
	else
		l->first = r;
	l->last = r;
	return r;
}

static struct str cell(struct story *t, char kind, const struct db_rows *rows, int column)
{
	switch (kind) {
	case 't':
		return moment(t, db_int(rows, column));
	case 'i':
		return db_int(rows, column) == 0
			? STR("")
			: arena_printf(t->arena, "%06" PRId64, db_int(rows, column));
	case 'r':
		return arena_printf(t->arena, "r-%06" PRId64, db_int(rows, column));
	default:
		return arena_str(t->arena, db_text(rows, column));
	}
}

/* Rows of a query as a list, the first STORY_ROWS of them. kinds: a letter a column: 't' time, 'i' interchange, 'r' received
 * file, 'c' as it is. */
static int list_rows(struct story *t, const char *name, const char *const *columns,
	const char *kinds, struct db_rows *rows, struct err *e)
{
	struct story_list *l = list_new(t, name, columns, strlen(kinds));
	int rc = 0;

	while ((rc = db_next(rows, e)) == 1) {
		struct story_row *r = NULL;
		l->total++;
		if (l->rows == STORY_ROWS)
			continue;
		l->rows++;
		r = row_new(t, l);
		for (size_t i = 0; i < l->n; i++)
			r->cell[i] = cell(t, kinds[i], rows, (int)i);
	}
	db_end(rows);
	return rc;
}

struct events {
	struct story *t;
	struct story_list *l;
};

static int add_event(
	void *ctx, int64_t at, struct str run, struct str actor, struct str what, struct str detail)
{
	struct events *x = ctx;
	struct story_row *r = row_new(x->t, x->l);

	r->cell[0] = moment(x->t, at);
	r->cell[1] = arena_printf(x->t->arena, STR_FMT "%s" STR_FMT, STR_ARG(actor),
		run.n > 0 ? " " : "", STR_ARG(run));
	r->cell[2] = arena_str(x->t->arena, what);
	r->cell[3] = arena_str(x->t->arena, detail);
	return 0;
}

static int add_events(struct env *v, struct story *t, const char *subject, struct err *e)
{
	static const char *const columns[] = {"at", "by", "what", "detail"};
	struct events x = {t, list_new(t, "events", columns, 4)};

	return ledger_story(&v->ledger, subject, add_event, &x, e);
}

/* --- what is next --- */

struct next {
	enum subject_kind kind;
	const char *state;
	const char *text;
};

static const struct next nexts[] = {
	{SUBJECT_INTERCHANGE, "making", "the run that is going on, or the next one, writes it"},
	{SUBJECT_INTERCHANGE, "queued", "the next transfer sends it"},
	{SUBJECT_INTERCHANGE, "sending",
		"a transfer is sending it, or was cut; the next one looks at the partner and goes on"},
	{SUBJECT_INTERCHANGE, "in-doubt",
		"ask the partner whether it arrived, then gridspool resolve ID --delivered, or --not-delivered, --reason TEXT; an acknowledgment settles it by itself"},
	{SUBJECT_INTERCHANGE, "held", "a person decides"},
	{SUBJECT_INTERCHANGE, "quarantined", "a person decides"},
	{SUBJECT_INTERCHANGE, "archived", "nothing; it is finished"},
	{SUBJECT_INTERCHANGE, "closed", "nothing; it was given up or made anew"},
	{SUBJECT_INPUT, "claiming", "the next run picks it up"},
	{SUBJECT_INPUT, "claimed", "the next run takes it in"},
	{SUBJECT_INPUT, "pending", "the next run converts it"},
	{SUBJECT_INPUT, "taken", "a unit of work converts it"},
	{SUBJECT_INPUT, "current", "it is used until a newer version comes"},
	{SUBJECT_INPUT, "held", "a person decides"},
	{SUBJECT_INPUT, "abandoned", "nothing; what is still meant is delivered again"},
	{SUBJECT_INPUT, "quarantined", "mend it at the source and deliver it again"},
	{SUBJECT_RECEIVED, "fetching", "the next receive finishes or forgets it"},
	{SUBJECT_RECEIVED, "stored", "the next ingest reads it"},
	{SUBJECT_RECEIVED, "orphan",
		"nothing of ours fits to it; ask the partner what it is about, then gridspool close ID --reason TEXT"},
	{SUBJECT_RECEIVED, "contradiction",
		"nothing was changed by it; ask the partner what is meant, then gridspool close ID --reason TEXT"},
	{SUBJECT_RECEIVED, "quarantined",
		"it cannot be understood; ask the partner for a good one"},
	{SUBJECT_UNIT, "due", "the next run converts it"},
	{SUBJECT_UNIT, "converting", "a run converts it, or was cut; the next one does it again"},
	{SUBJECT_UNIT, "failed", "mend what the reason says, then gridspool retry ID"},
	{SUBJECT_UNIT, "quarantined",
		"the converter died on it; report it, then gridspool retry ID or gridspool close ID --reason TEXT"},
};

/* What the table of reasons says is to be done, with this subject's ID in it, and without the advice to
 * look at what is being read. */
static struct str remedy(struct story *t, struct str command, struct str id)
{
	const struct str look = STR("gridspool show ID; ");
	struct buf b;
	struct str kept;
	size_t at = 0;

	if (str_starts(command, look))
		command = str_sub(command, look.n, command.n - look.n);
	buf_init(&b, 2000);
	while ((at = str_find(command, STR(" ID"), 0)) != SIZE_MAX) {
		buf_str(&b, str_sub(command, 0, at + 1));
		buf_str(&b, id);
		command = str_sub(command, at + 3, command.n - at - 3);
	}
	buf_str(&b, command);
	kept = arena_str(t->arena, buf_view(&b));
	buf_done(&b);
	return kept;
}

static void tell_next(struct story *t, const struct subject *s, struct str state, struct str reason)
{
	const struct reason *known = reason_find(reason);
	const enum subject_kind kind = s->kind;

	if (known &&
		(str_is(state, "held") || str_is(state, "quarantined") || str_is(state, "failed") ||
			str_is(reason, "AGREEMENT-GONE"))) {
		t->next = remedy(t, str_c(known->command), s->name);
		return;
	}
	t->next = STR("nothing");
	for (size_t i = 0; i < sizeof(nexts) / sizeof(nexts[0]); i++) {
		if (nexts[i].kind == kind && str_is(state, nexts[i].state))
			t->next = remedy(t, str_c(nexts[i].text), s->name);
	}
}

/* --- one kind each --- */

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
		list_rows(t, "sets", sets, "ccc", rows, e) == -1)
		return -1;
	if (db_query(db, &rows, e,
		    "SELECT at, kind, about, verdict, outcome, codes, note, received FROM ack WHERE interchange = ?1 ORDER BY id",
		    "i", interchange) == -1 ||
		list_rows(t, "acknowledgments", acks, "tccccccr", rows, e) == -1)
		return -1;
	if (db_query(db, &rows, e,
		    "SELECT at, key, field, code, found, note FROM feedback WHERE interchange = ?1 ORDER BY id",
		    "i", interchange) == -1)
		return -1;
	return list_rows(t, "feedback", feedback, "tccccc", rows, e);
}

/* What was found in items that went out all the same: transliterated texts, warnings of the map. */
static void add_noted(struct story *t, int fd)
{
	static const char *const columns[] = {"item", "code", "field", "found", "place", "text"};
	struct story_list *l = list_new(t, "noted", columns, 6);
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
		r = row_new(t, l);
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
		const struct str when = moment(t, r->sent_at + (int64_t)x->within);
		if ((str_is(x->ack, "ta1") && r->ta1.n > 0) || r->syntax.n > 0)
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
	fact_str(t, "reissue-of", buf_view(&b));
	buf_done(&b);
	if (r->reissued_as > 0)
		fact_str(t, "reissued-as", arena_printf(t->arena, "%06" PRId64, r->reissued_as));
	return rc;
}

static int tell_interchange(struct env *v, const struct subject *s, struct story *t, struct err *e)
{
	struct interchange_row r;
	const int rc = ledger_interchange_find(&v->ledger, s->id, t->arena, &r, e);

	if (rc != 1)
		return rc == 0 ? err_set(e, ERR_ABSENT, "interchange " STR_FMT " is gone",
					 STR_ARG(s->name))
			       : -1;
	fact_str(t, "headline",
		str_c(status_text(status_of(
			&r, config_agreement_find(v->config, r.agreement), clock_now(&v->clock)))));
	fact_str(t, "name", r.name);
	fact_str(t, "partner", r.partner);
	fact_str(t, "agreement", r.agreement);
	fact_str(t, "message", r.message);
	fact_str(t, "state", r.state);
	fact_str(t, "reason", r.reason);
	fact_str(t, "note", r.note);
	fact_str(t, "place", r.place);
	fact_int(t, "items", r.items);
	fact_int(t, "bytes", r.size);
	fact_str(t, "sha256", r.sha);
	fact_int(t, "isa", r.isa);
	fact_int(t, "gs", r.gs);
	fact_str(t, "receipt", r.receipt);
	fact_str(t, "ta1", r.ta1);
	fact_str(t, "syntax", r.syntax);
	fact_str(t, "application", r.application);
	fact_str(t, "load", r.load);
	fact_str(t, "evidence", r.evidence);
	fact_time(t, "queued", r.queued_at);
	fact_time(t, "sent", r.sent_at);
	fact_time(t, "overdue-since", r.overdue_at);
	fact_int(t, "attempts", r.attempts);
	if (r.resent > 0)
		fact_int(t, "resent", r.resent);
	fact_str(t, "unit", arena_printf(t->arena, "u-%" PRId64, r.unit));
	if (tell_reissued(v, t, &r, e) == -1)
		return -1;
	tell_next(t, s, r.state, r.reason);
	tell_expected(v, t, &r);
	tell_noted(v, t, &r);
	return add_acks(v, t, r.id, e);
}

static int tell_input(struct env *v, const struct subject *s, struct story *t, struct err *e)
{
	static const char *const columns[] = {
		"unit", "agreement", "state", "items", "out", "set-aside", "reason"};
	struct input_row r;
	struct db_rows *rows = NULL;
	const int rc = ledger_input_find(&v->ledger, s->id, t->arena, &r, e);

	if (rc != 1)
		return rc == 0
			? err_set(e, ERR_ABSENT, "input " STR_FMT " is gone", STR_ARG(s->name))
			: -1;
	fact_str(t, "source", r.source);
	fact_str(t, "name", r.name);
	fact_str(t, "state", r.state);
	fact_str(t, "reason", r.reason);
	fact_str(t, "note", r.note);
	fact_str(t, "place", r.place);
	fact_int(t, "bytes", r.size);
	if (r.tree)
		fact_int(t, "members", r.members);
	fact_str(t, "sha256", r.sha);
	fact_time(t, "picked-up", r.at);
	tell_next(t, s, r.state, r.reason);
	if (db_query(v->ledger.db, &rows, e,
		    "SELECT 'u-' || id, agreement, state, n_items, n_out, n_aside, reason FROM unit "
		    "WHERE inputs LIKE '%=' || ?1 || ',%' ORDER BY id DESC",
		    "i", s->id) == -1)
		return -1;
	return list_rows(t, "units", columns, "ccccccc", rows, e);
}

static int tell_received(struct env *v, const struct subject *s, struct story *t, struct err *e)
{
	static const char *const columns[] = {
		"at", "kind", "about", "interchange", "verdict", "outcome", "codes", "note"};
	struct received_row r;
	struct db_rows *rows = NULL;
	const int rc = ledger_received_find(&v->ledger, s->id, t->arena, &r, e);

	if (rc != 1)
		return rc == 0 ? err_set(e, ERR_ABSENT, "received file " STR_FMT " is gone",
					 STR_ARG(s->name))
			       : -1;
	fact_str(t, "partner", r.partner);
	fact_str(t, "endpoint", r.endpoint);
	fact_str(t, "name", r.remote);
	fact_str(t, "state", r.state);
	fact_str(t, "reason", r.reason);
	fact_str(t, "note", r.note);
	fact_str(t, "place", r.place);
	fact_int(t, "bytes", r.size);
	fact_str(t, "sha256", r.sha);
	fact_time(t, "received", r.at);
	tell_next(t, s, r.state, r.reason);
	if (db_query(v->ledger.db, &rows, e,
		    "SELECT at, kind, about, interchange, verdict, outcome, "
		    "codes, note FROM ack WHERE received = ?1 ORDER BY id",
		    "i", s->id) == -1)
		return -1;
	return list_rows(t, "acknowledgments", columns, "tccicccc", rows, e);
}

/* "source=1,master=2," as people type it: "source in-000001, master in-000002". */
static struct str inputs_words(const struct story *t, struct str inputs)
{
	struct str all = {"", 0};
	struct str part;

	while (inputs.n > 0 && str_split(&inputs, ',', &part)) {
		struct str role;
		int64_t id = 0;
		if (!str_split(&part, '=', &role) || !part.p || !str_to_i64(part, &id))
			continue;
		all = arena_printf(t->arena, STR_FMT "%s" STR_FMT " in-%06" PRId64, STR_ARG(all),
			all.n ? ", " : "", STR_ARG(role), id);
	}
	return all;
}

static int tell_unit(struct env *v, const struct subject *s, struct story *t, struct err *e)
{
	static const char *const columns[] = {"item", "codes", "file", "text"};
	struct unit_row r;
	struct db_rows *rows = NULL;
	const int rc = ledger_unit_find(&v->ledger, s->id, t->arena, &r, e);

	if (rc != 1)
		return rc == 0 ? err_set(e, ERR_ABSENT, "unit of work " STR_FMT " is gone",
					 STR_ARG(s->name))
			       : -1;
	fact_str(t, "agreement", r.agreement);
	fact_str(t, "state", r.state);
	fact_str(t, "reason", r.reason);
	fact_str(t, "note", r.note);
	fact_str(t, "mode", r.mode);
	fact_str(t, "inputs", inputs_words(t, r.inputs));
	fact_str(t, "run", r.run);
	fact_time(t, "fixed-at", r.fixed_at);
	fact_int(t, "attempts", r.attempts);
	fact_int(t, "items", r.counts.items);
	fact_int(t, "out", r.counts.out);
	fact_int(t, "not-selected", r.counts.unselected);
	fact_int(t, "set-aside", r.counts.aside);
	fact_int(t, "unchanged", r.counts.unchanged);
	fact_int(t, "waiting", r.counts.waiting);
	fact_int(t, "orphans", r.counts.orphans);
	if (r.interchange > 0)
		fact_str(t, "interchange", arena_printf(t->arena, "%06" PRId64, r.interchange));
	fact_str(t, "bundle", r.bundle);
	tell_next(t, s, r.state, r.reason);
	if (db_query(v->ledger.db, &rows, e,
		    "SELECT key, codes, file, note FROM aside WHERE unit = ?1 AND closed = 0 ORDER BY "
		    "key",
		    "i", s->id) == -1)
		return -1;
	return list_rows(t, "set-aside-items", columns, "cccc", rows, e);
}

/* Of an item that neither we nor a partner found fault with; NULL text: the ledger failed. */
static struct str item_next(struct db *db, struct str key, struct err *e)
{
	static const struct {
		const char *state, *text;
	} rows[] = {{"held", "a person decides about its interchange"},
		{"due", "the next run sends it again"},
		{"pending", "its interchange waits to be sent or answered; show tells of that"}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int64_t n = 0;
		if (db_one_int(db, &n, e,
			    "SELECT COUNT(*) FROM item WHERE agreement IN (SELECT agreement FROM unit) "
			    "AND key = ?1 AND state = ?2",
			    "sc", key, rows[i].state) != 1)
			return (struct str){NULL, 0};
		if (n > 0)
			return str_c(rows[i].text);
	}
	return STR("nothing; it is sent again when its content changes");
}

static int tell_item(struct env *v, const struct subject *s, struct story *t, struct err *e)
{
	static const char *const states[] = {
		"agreement", "state", "interchange", "since", "reason"};
	static const char *const aside[] = {"agreement", "since", "codes", "file", "text"};
	static const char *const feedback[] = {
		"at", "partner", "interchange", "field", "code", "found", "text"};
	struct db *db = v->ledger.db;
	struct db_rows *rows = NULL;
	int64_t open = 0;
	int64_t rejected = 0;

	fact_str(t, "item", s->name);
	if (db_one_int(db, &open, e, "SELECT COUNT(*) FROM aside WHERE key = ?1 AND closed = 0",
		    "s", s->name) != 1 ||
		db_one_int(db, &rejected, e,
			"SELECT COUNT(*) FROM item WHERE agreement IN (SELECT agreement FROM "
			"unit) AND key = ?1 AND state = 'rejected'",
			"s", s->name) != 1)
		return -1;
	t->next = open > 0
		? STR("correct it at the source; a later good version closes the findings")
		: rejected > 0
		? STR("correct what the partner refused; it is sent again when its content changes")
		: item_next(db, s->name, e);
	if (!t->next.p)
		return -1;
	if (db_query(db, &rows, e,
		    "SELECT agreement, state, interchange, at, reason FROM item WHERE "
		    "agreement IN (SELECT agreement FROM unit) AND key = ?1 ORDER BY agreement",
		    "s", s->name) == -1 ||
		list_rows(t, "partners", states, "ccitc", rows, e) == -1)
		return -1;
	if (db_query(db, &rows, e,
		    "SELECT agreement, opened, codes, file, note FROM aside WHERE key = ?1 AND closed = 0 ORDER "
		    "BY agreement, opened",
		    "s", s->name) == -1 ||
		list_rows(t, "findings", aside, "ctccc", rows, e) == -1)
		return -1;
	if (db_query(db, &rows, e,
		    "SELECT at, partner, interchange, field, code, found, note FROM "
		    "feedback WHERE key = ?1 ORDER BY id",
		    "s", s->name) == -1)
		return -1;
	return list_rows(t, "feedback", feedback, "tcicccc", rows, e);
}

/* What of an agreement's items a person may have to deal with. */
static int add_items(struct env *v, struct story *t, struct str agreement, struct err *e)
{
	static const char *const aside[] = {"item", "codes", "unit", "in", "file", "text"};
	static const char *const open[] = {"item", "state", "interchange", "since", "reason"};
	struct db_rows *rows = NULL;

	if (db_query(v->ledger.db, &rows, e,
		    "SELECT key, codes, 'u-' || unit, CASE name WHEN '' THEN '' ELSE 'quarantine/' || name END, file, "
		    "note FROM aside WHERE agreement = ?1 AND closed = 0 ORDER BY key",
		    "s", agreement) == -1 ||
		list_rows(t, "set-aside-items", aside, "cccccc", rows, e) == -1 ||
		db_query(v->ledger.db, &rows, e,
			"SELECT key, state, interchange, at, reason FROM item WHERE agreement = ?1 AND state IN "
			"('rejected', 'held', 'due') ORDER BY state, key",
			"s", agreement) == -1)
		return -1;
	return list_rows(t, "open-items", open, "ccitc", rows, e);
}

static int add_interchanges(struct story *t, struct db_rows *rows, struct err *e)
{
	static const char *const columns[] = {"id", "name", "state", "items", "reason"};

	return list_rows(t, "interchanges", columns, "icccc", rows, e);
}

static int tell_partner(struct env *v, const struct subject *s, struct story *t, struct err *e)
{
	struct partner_row p;
	struct db_rows *rows = NULL;
	const int rc = ledger_partner_any(&v->ledger, s->name, t->arena, &p, e);

	fact_str(t, "partner", s->name);
	t->next = STR("see its open interchanges");
	if (rc == 1) {
		fact_str(t, "reason", p.reason);
		fact_str(t, "note", p.note);
		fact_int(t, "failures", p.failures);
		fact_time(t, "next-try", p.next_try);
		t->next = str_eq(p.name, s->name)
			? STR("its files wait until the next try; retry tries at once")
			: STR("its answers wait until the next try, sending goes on; retry tries at once");
	}
	if (rc == -1 ||
		db_query(v->ledger.db, &rows, e,
			"SELECT id, name, state, items, reason FROM "
			"interchange WHERE partner = ?1 AND state NOT IN ('archived', 'closed') ORDER BY id",
			"s", s->name) == -1)
		return -1;
	return add_interchanges(t, rows, e);
}

static int tell_agreement(struct env *v, const struct subject *s, struct story *t, struct err *e)
{
	const struct config_agreement *g = config_agreement_find(v->config, s->name);
	struct db_rows *rows = NULL;
	char begins[SLOTS_TEXT] = "";

	if (g && schedule_next(&v->ledger, g, begins, e) == -1)
		return -1;
	fact_str(t, "agreement", s->name);
	if (begins[0])
		fact_str(t, "begins", arena_str(t->arena, str_c(begins)));
	t->next = STR("see its open interchanges and items");
	if (db_query(v->ledger.db, &rows, e,
		    "SELECT id, name, state, items, reason FROM "
		    "interchange WHERE agreement = ?1 AND state NOT IN ('archived', 'closed') ORDER BY id",
		    "s", s->name) == -1 ||
		add_interchanges(t, rows, e) == -1)
		return -1;
	return add_items(v, t, s->name, e);
}

int story_tell(
	struct env *v, const struct subject *s, struct arena *a, struct story *out, struct err *e)
{
	static int (*const tellers[SUBJECT_KINDS])(
		struct env *, const struct subject *, struct story *, struct err *) = {
		[SUBJECT_INTERCHANGE] = tell_interchange,
		[SUBJECT_INPUT] = tell_input,
		[SUBJECT_RECEIVED] = tell_received,
		[SUBJECT_UNIT] = tell_unit,
		[SUBJECT_PARTNER] = tell_partner,
		[SUBJECT_AGREEMENT] = tell_agreement,
		[SUBJECT_ITEM] = tell_item,
	};

	*out = (struct story){.arena = a};
	fact_str(out, "kind", str_c(subject_word(s->kind)));
	fact_str(out, "id", s->name);
	if (tellers[s->kind](v, s, out, e) == -1 || add_events(v, out, s->event, e) == -1 ||
		verbs_allowed(v, s, a, &out->verbs, e) == -1)
		return -1;
	return 0;
}
