/* The operator's verbs; see verbs.h. What is allowed in which state is the table of rules. */
#include "stage/verbs.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "stage/verbs_act.h"
#include "store/ledger_interchange.h"
#include "store/ledger_operator.h"

#define BIT(verb) (1u << (verb))

struct rule {
	enum subject_kind kind;
	const char *state;
	unsigned verbs;
};

static const struct rule rules[] = {
	{SUBJECT_INTERCHANGE, "queued",
		BIT(VERBS_RETRY) | BIT(VERBS_HOLD) | BIT(VERBS_REISSUE) | BIT(VERBS_CLOSE)},
	{SUBJECT_INTERCHANGE, "sending", BIT(VERBS_HOLD)},
	{SUBJECT_INTERCHANGE, "sent", BIT(VERBS_RESEND) | BIT(VERBS_REISSUE) | BIT(VERBS_CLOSE)},
	{SUBJECT_INTERCHANGE, "in-doubt",
		BIT(VERBS_RESOLVE) | BIT(VERBS_RESEND) | BIT(VERBS_REISSUE) | BIT(VERBS_CLOSE)},
	{SUBJECT_INTERCHANGE, "held", BIT(VERBS_RELEASE) | BIT(VERBS_REISSUE) | BIT(VERBS_CLOSE)},
	{SUBJECT_INTERCHANGE, "quarantined",
		BIT(VERBS_RELEASE) | BIT(VERBS_REISSUE) | BIT(VERBS_CLOSE)},
	{SUBJECT_INTERCHANGE, "archived", BIT(VERBS_REISSUE)},
	{SUBJECT_INPUT, "held", BIT(VERBS_RELEASE) | BIT(VERBS_CLOSE)},
	{SUBJECT_INPUT, "quarantined", BIT(VERBS_CLOSE)},
	{SUBJECT_RECEIVED, "quarantined", BIT(VERBS_RETRY) | BIT(VERBS_CLOSE)},
	{SUBJECT_RECEIVED, "orphan", BIT(VERBS_RETRY) | BIT(VERBS_CLOSE)},
	{SUBJECT_RECEIVED, "contradiction", BIT(VERBS_CLOSE)},
	{SUBJECT_UNIT, "failed", BIT(VERBS_RETRY) | BIT(VERBS_CLOSE)},
	{SUBJECT_UNIT, "quarantined", BIT(VERBS_RETRY) | BIT(VERBS_CLOSE)},
	{SUBJECT_PARTNER, "", BIT(VERBS_RETRY) | BIT(VERBS_HOLD)},
	{SUBJECT_AGREEMENT, "", BIT(VERBS_RETRY) | BIT(VERBS_HOLD)},
	{SUBJECT_ITEM, "open", BIT(VERBS_CLOSE)},
};

static const struct {
	const char *name;
	bool reason;
} verbs[VERBS_KINDS] = {
	[VERBS_RETRY] = {"retry", false},
	[VERBS_RELEASE] = {"release", true},
	[VERBS_HOLD] = {"hold", false},
	[VERBS_RESOLVE] = {"resolve", true},
	[VERBS_RESEND] = {"resend", true},
	[VERBS_REISSUE] = {"reissue", true},
	[VERBS_CLOSE] = {"close", true},
};

const char *verbs_name(enum verbs_kind verb)
{
	return verbs[verb].name;
}

bool verbs_wants_reason(enum verbs_kind verb)
{
	return verbs[verb].reason;
}

static unsigned allowed_in(enum subject_kind kind, struct str state, struct str reason)
{
	static const char *const final[] = {"ACK-REJECTED", "TA1-REJECTED"};
	unsigned set = 0;

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		if (rules[i].kind == kind && str_is(state, rules[i].state))
			set = rules[i].verbs;
	}
	/* What a partner refused it would refuse again. */
	for (size_t i = 0; kind == SUBJECT_INTERCHANGE && i < sizeof(final) / sizeof(final[0]);
		i++) {
		if (str_is(reason, final[i]))
			set &= ~BIT(VERBS_RELEASE);
	}
	return set;
}

static void list_verbs(unsigned set, struct buf *b)
{
	const char *between = "";

	for (unsigned i = 0; i < VERBS_KINDS; i++) {
		if (!(set & BIT(i)))
			continue;
		buf_printf(b, "%s%s", between, verbs[i].name);
		between = ", ";
	}
}

/* The held ones of a partner or agreement, since release takes each by its ID: "; held: 000001, 000002". */
static int list_held(struct verbs_act *x, struct buf *b, struct err *e)
{
	struct interchange_rows rows = {0};
	const char *between = "; its held ones by their IDs: ";

	if (ledger_interchange_by_state(x->l, "held", &x->a, &rows, e) == -1)
		return -1;
	for (size_t i = 0; i < rows.n && b->n < 120; i++) {
		const struct interchange_row *r = &rows.row[i];
		if (!str_eq(x->s->kind == SUBJECT_PARTNER ? r->partner : r->agreement, x->s->name))
			continue;
		buf_printf(b, "%s%06" PRId64, between, r->id);
		between = ", ";
	}
	return 0;
}

/* Refuses a verb that the state does not allow. */
int verbs_may(struct verbs_act *x, struct str state, struct str reason, struct err *e)
{
	const unsigned set = allowed_in(x->s->kind, state, reason);
	struct buf list;

	if (set & BIT(x->r->verb))
		return 0;
	buf_init(&list, 400);
	list_verbs(set, &list);
	if ((x->s->kind == SUBJECT_PARTNER || x->s->kind == SUBJECT_AGREEMENT) &&
		list_held(x, &list, e) == -1) {
		buf_done(&list);
		return -1;
	}
	(void)err_set(e, ERR_STALE,
		"%s " STR_FMT "%s" STR_FMT "%s" STR_FMT "; %s is not allowed now%s%s",
		subject_word(x->s->kind), STR_ARG(x->s->name), state.n > 0 ? " is " : "",
		STR_ARG(state), reason.n > 0 ? ", reason " : "", STR_ARG(reason),
		verbs[x->r->verb].name,
		list.n > 0 ? "; allowed: " : "; nothing is to be done with it", buf_cstr(&list));
	buf_done(&list);
	return -1;
}

/* State and reason of the row behind a subject. */
static int present(struct env *v, const struct subject *s, struct arena *a, struct str *state,
	struct str *reason, struct err *e)
{
	static const char *const sql[SUBJECT_KINDS] = {
		[SUBJECT_INTERCHANGE] = "SELECT state, reason FROM interchange WHERE id = ?1",
		[SUBJECT_INPUT] = "SELECT state, reason FROM input WHERE id = ?1",
		[SUBJECT_RECEIVED] = "SELECT state, reason FROM received WHERE id = ?1",
		[SUBJECT_UNIT] = "SELECT state, reason FROM unit WHERE id = ?1",
	};
	struct db_rows *rows = NULL;
	int64_t n = 0;
	int rc = 0;

	*state = *reason = STR("");
	if (s->kind == SUBJECT_ITEM) {
		if (ledger_operator_aside_open(&v->ledger, s->name, &n, e) == -1)
			return -1;
		*state = n > 0 ? STR("open") : STR("");
		return 0;
	}
	if (!sql[s->kind])
		return 0;
	if (db_query(v->ledger.db, &rows, e, sql[s->kind], "i", s->id) == -1)
		return -1;
	rc = db_next(rows, e);
	if (rc == 1) {
		*state = arena_str(a, db_text(rows, 0));
		*reason = arena_str(a, db_text(rows, 1));
	}
	db_end(rows);
	return rc == -1 ? -1 : 0;
}

/* What is allowed in its state, without a retry that would be refused. */
static int allowed_now(
	struct env *v, const struct subject *s, struct arena *a, unsigned *set, struct err *e)
{
	struct verbs_act x = {.v = v, .l = &v->ledger, .s = s};
	struct str state;
	struct str reason;
	int rc = 1;

	if (present(v, s, a, &state, &reason, e) == -1)
		return -1;
	*set = allowed_in(s->kind, state, reason);
	if (s->kind != SUBJECT_UNIT || !(*set & BIT(VERBS_RETRY)))
		return 0;
	arena_init(&x.a);
	rc = verbs_unit_may_retry(&x, e);
	arena_done(&x.a);
	if (rc == 0)
		*set &= ~BIT(VERBS_RETRY);
	return rc == -1 ? -1 : 0;
}

int verbs_allowed(
	struct env *v, const struct subject *s, struct arena *a, struct str *list, struct err *e)
{
	unsigned set = 0;
	struct buf b;

	if (allowed_now(v, s, a, &set, e) == -1)
		return -1;
	buf_init(&b, 200);
	list_verbs(set, &b);
	*list = arena_str(a, buf_view(&b));
	buf_done(&b);
	return 0;
}

static int (*const acts[VERBS_KINDS][SUBJECT_KINDS])(struct verbs_act *x, struct err *e) = {
	[VERBS_RETRY] = {[SUBJECT_INTERCHANGE] = verbs_interchange_retry,
		[SUBJECT_RECEIVED] = verbs_received_retry,
		[SUBJECT_UNIT] = verbs_unit_retry,
		[SUBJECT_PARTNER] = verbs_partner_retry,
		[SUBJECT_AGREEMENT] = verbs_partner_retry},
	[VERBS_RELEASE] = {[SUBJECT_INTERCHANGE] = verbs_interchange_release,
		[SUBJECT_INPUT] = verbs_input_release},
	[VERBS_HOLD] = {[SUBJECT_INTERCHANGE] = verbs_interchange_hold,
		[SUBJECT_PARTNER] = verbs_partner_hold,
		[SUBJECT_AGREEMENT] = verbs_partner_hold},
	[VERBS_RESOLVE] = {[SUBJECT_INTERCHANGE] = verbs_interchange_resolve},
	[VERBS_RESEND] = {[SUBJECT_INTERCHANGE] = verbs_interchange_resend},
	[VERBS_REISSUE] = {[SUBJECT_INTERCHANGE] = verbs_interchange_reissue},
	[VERBS_CLOSE] = {[SUBJECT_INTERCHANGE] = verbs_interchange_close,
		[SUBJECT_INPUT] = verbs_input_close,
		[SUBJECT_RECEIVED] = verbs_received_close,
		[SUBJECT_UNIT] = verbs_unit_close,
		[SUBJECT_ITEM] = verbs_item_close},
};

void verbs_said(struct str reason, char plain[VERBS_SAID], char event[VERBS_SAID])
{
	struct buf b;

	buf_init(&b, 4000);
	utf8_quote(&b, reason, 300);
	(void)snprintf(plain, VERBS_SAID, "%s", buf_cstr(&b));
	event[0] = '\0';
	if (reason.n > 0)
		(void)snprintf(event, VERBS_SAID, "said=\"%.380s\"", plain);
	buf_done(&b);
}

int verbs_do(struct env *v, const struct verbs_request *r, const struct subject *s,
	struct verbs_done *out, struct err *e)
{
	struct verbs_act x = {.v = v, .l = &v->ledger, .r = r, .s = s, .out = out};
	struct str state;
	struct str reason;
	int rc = -1;

	memset(out, 0, sizeof(*out));
	if (verbs[r->verb].reason && !r->dry_run && str_trim(r->reason).n == 0)
		return err_set(e, ERR_USAGE,
			"%s repeats or gives up something: say why with --reason TEXT",
			verbs[r->verb].name);
	verbs_said(r->reason, x.plain, x.why);
	arena_init(&x.a);
	if (acts[r->verb][s->kind])
		rc = acts[r->verb][s->kind](&x, e);
	else if (present(v, s, &x.a, &state, &reason, e) == 0)
		rc = verbs_may(&x, state, reason, e);
	arena_done(&x.a);
	return rc;
}
