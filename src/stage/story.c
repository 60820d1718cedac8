/* The story of a thing; see story.h. Those of interchanges and items are in story_interchange.c and story_item.c. */
#include "stage/story.h"

#include <inttypes.h>

#include "stage/schedule.h"
#include "stage/story_parts.h"
#include "stage/verbs.h"
#include "store/ledger_input.h"
#include "store/ledger_partner.h"
#include "store/ledger_received.h"
#include "store/ledger_unit.h"

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
	story_build_fact(t, "source", r.source);
	story_build_fact(t, "name", r.name);
	story_build_fact(t, "state", r.state);
	story_build_fact(t, "reason", r.reason);
	story_build_fact(t, "note", r.note);
	story_build_fact(t, "place", r.place);
	story_build_int(t, "bytes", r.size);
	if (r.tree)
		story_build_int(t, "members", r.members);
	story_build_fact(t, "sha256", r.sha);
	story_build_time(t, "picked-up", r.at);
	story_next_tell(t, s, r.state, r.reason);
	if (db_query(v->ledger.db, &rows, e,
		    "SELECT 'u-' || id, agreement, state, n_items, n_out, n_aside, reason FROM unit "
		    "WHERE inputs LIKE '%=' || ?1 || ',%' ORDER BY id DESC",
		    "i", s->id) == -1)
		return -1;
	return story_build_rows(t, "units", columns, "ccccccc", rows, e);
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
	story_build_fact(t, "partner", r.partner);
	story_build_fact(t, "endpoint", r.endpoint);
	story_build_fact(t, "name", r.remote);
	story_build_fact(t, "state", r.state);
	story_build_fact(t, "reason", r.reason);
	story_build_fact(t, "note", r.note);
	story_build_fact(t, "place", r.place);
	story_build_int(t, "bytes", r.size);
	story_build_fact(t, "sha256", r.sha);
	story_build_time(t, "received", r.at);
	story_next_tell(t, s, r.state, r.reason);
	if (db_query(v->ledger.db, &rows, e,
		    "SELECT at, kind, about, interchange, verdict, outcome, "
		    "codes, note FROM ack WHERE received = ?1 ORDER BY id",
		    "i", s->id) == -1)
		return -1;
	return story_build_rows(t, "acknowledgments", columns, "tccicccc", rows, e);
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
	story_build_fact(t, "agreement", r.agreement);
	story_build_fact(t, "state", r.state);
	story_build_fact(t, "reason", r.reason);
	story_build_fact(t, "note", r.note);
	story_build_fact(t, "mode", r.mode);
	story_build_fact(t, "inputs", inputs_words(t, r.inputs));
	story_build_fact(t, "run", r.run);
	story_build_time(t, "fixed-at", r.fixed_at);
	story_build_int(t, "attempts", r.attempts);
	story_build_int(t, "items", r.counts.items);
	story_build_int(t, "out", r.counts.out);
	story_build_int(t, "not-selected", r.counts.unselected);
	story_build_int(t, "set-aside", r.counts.aside);
	story_build_int(t, "unchanged", r.counts.unchanged);
	story_build_int(t, "waiting", r.counts.waiting);
	story_build_int(t, "orphans", r.counts.orphans);
	if (r.interchange > 0)
		story_build_fact(
			t, "interchange", arena_printf(t->arena, "%06" PRId64, r.interchange));
	story_build_fact(t, "bundle", r.bundle);
	story_next_tell(t, s, r.state, r.reason);
	if (db_query(v->ledger.db, &rows, e,
		    "SELECT key, codes, file, note FROM aside WHERE unit = ?1 AND closed = 0 ORDER BY "
		    "key",
		    "i", s->id) == -1)
		return -1;
	return story_build_rows(t, "set-aside-items", columns, "cccc", rows, e);
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
		story_build_rows(t, "set-aside-items", aside, "cccccc", rows, e) == -1 ||
		db_query(v->ledger.db, &rows, e,
			"SELECT key, state, interchange, at, reason FROM item WHERE agreement = ?1 AND state IN "
			"('rejected', 'held', 'due') ORDER BY state, key",
			"s", agreement) == -1)
		return -1;
	return story_build_rows(t, "open-items", open, "ccitc", rows, e);
}

static int add_interchanges(struct story *t, struct db_rows *rows, struct err *e)
{
	static const char *const columns[] = {"id", "name", "state", "items", "reason"};

	return story_build_rows(t, "interchanges", columns, "icccc", rows, e);
}

static int tell_partner(struct env *v, const struct subject *s, struct story *t, struct err *e)
{
	struct partner_row p;
	struct db_rows *rows = NULL;
	const int rc = ledger_partner_any(&v->ledger, s->name, t->arena, &p, e);

	story_build_fact(t, "partner", s->name);
	t->next = STR("see its open interchanges");
	if (rc == 1) {
		story_build_fact(t, "reason", p.reason);
		story_build_fact(t, "note", p.note);
		story_build_int(t, "failures", p.failures);
		story_build_time(t, "next-try", p.next_try);
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
	story_build_fact(t, "agreement", s->name);
	if (begins[0])
		story_build_fact(t, "begins", arena_str(t->arena, str_c(begins)));
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
		[SUBJECT_INTERCHANGE] = story_interchange_tell,
		[SUBJECT_INPUT] = tell_input,
		[SUBJECT_RECEIVED] = tell_received,
		[SUBJECT_UNIT] = tell_unit,
		[SUBJECT_PARTNER] = tell_partner,
		[SUBJECT_AGREEMENT] = tell_agreement,
		[SUBJECT_ITEM] = story_item_tell,
	};

	*out = (struct story){.arena = a};
	story_build_fact(out, "kind", str_c(subject_word(s->kind)));
	story_build_fact(out, "id", s->name);
	/* The verbs first: what is next names no others. */
	if (verbs_allowed(v, s, a, &out->verbs, e) == -1 || tellers[s->kind](v, s, out, e) == -1)
		return -1;
	return story_build_events(v, out, s->event, e);
}
