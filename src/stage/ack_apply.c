/*
 * Applying acknowledgments. A refusal of a set, group or interchange is split by its findings:
 * items that are named wait for changed content, all others are due again; when none is named, or a
 * set is refused that is not named, the whole waits for a person under one cause.
 */
#include "stage/ack_apply.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "stage/ack_parts.h"
#include "stage/control.h"
#include "stage/spool.h"
#include "store/ledger_item.h"
#include "store/ledger_operator.h"

enum { NOTE_MAX = 240 };

static const char *axis_of(const struct ack *x)
{
	static const char *const axes[] = {[ACK_DEPTH_INTERCHANGE] = "ta1",
		[ACK_DEPTH_SYNTAX] = "syntax",
		[ACK_DEPTH_APPLICATION] = "application"};

	return axes[x->depth];
}

/* 997 and 999 are about a group, the others about the interchange. */
static bool about_group(const struct ack *x)
{
	return !x->edifact && x->depth == ACK_DEPTH_SYNTAX;
}

static int64_t about(const struct ack *x)
{
	return (int64_t)(about_group(x) ? x->about_group : x->about_isa);
}

/* --- kept, but not applied --- */

/* In a transaction. */
static int record_kept(struct ack_applying *p, const char *outcome, const char *note, struct err *e)
{
	struct ledger *l = &p->v->ledger;
	char subject[40];
	const struct ack_row row = {p->from->id, p->x->kind.p, about(p->x), p->row.id,
		ack_items_word(p->sets.verdict), outcome, p->x->codes, str_c(note)};

	(void)snprintf(subject, sizeof(subject), "received %" PRId64, p->from->id);
	if (ledger_received_ack(l, &row, e) == -1 ||
		ledger_event(l, outcome, subject, e,
			"kind=" STR_FMT " about=%" PRId64 " verdict=%s %s", STR_ARG(p->x->kind),
			about(p->x), ack_items_word(p->sets.verdict), note) == -1)
		return -1;
	return p->row.id == 0
		? 0
		: ledger_event(l, outcome, p->subject, e, "kind=" STR_FMT " verdict=%s %s",
			  STR_ARG(p->x->kind), ack_items_word(p->sets.verdict), note);
}

/* Ends the transaction in which it is recorded. */
static int commit_kept(
	struct ack_applying *p, int rc, const char *outcome, const char *note, struct err *e)
{
	const bool repeat = strcmp(outcome, "repeat") == 0;

	if (rc == 0)
		rc = record_kept(p, outcome, note, e);
	if (rc == -1) {
		ledger_rollback(&p->v->ledger);
		return -1;
	}
	if (ledger_commit(&p->v->ledger, e) == -1)
		return -1;
	p->out->word = outcome;
	(void)snprintf(p->out->note, sizeof(p->out->note), STR_FMT " %" PRId64 ": %s",
		STR_ARG(p->x->kind), about(p->x), note);
	env_log(p->v, repeat ? LOG_INFO : LOG_ERROR, outcome, p->from->name.p, "%s", p->out->note);
	p->v->news += repeat ? 0 : 1;
	return 0;
}

static int keep_only(struct ack_applying *p, const char *outcome, const char *note, struct err *e)
{
	if (ledger_begin(&p->v->ledger, e) == -1)
		return -1;
	return commit_kept(p, 0, outcome, note, e);
}

static bool same_identity(struct str qual, struct str id, const struct config_identity *want)
{
	return str_eq(qual, want->qualifier) && str_eq(id, want->id);
}

static void tell_identity(char note[NOTE_MAX], const char *element, struct str qual, struct str id,
	const struct config_identity *want, const char *whose)
{
	(void)snprintf(note, NOTE_MAX,
		"its %s is " STR_FMT "/" STR_FMT ", expected " STR_FMT "/" STR_FMT ", %s", element,
		STR_ARG(qual), STR_ARG(id), STR_ARG(want->qualifier), STR_ARG(want->id), whose);
}

static bool same_party(const struct ack_party *p, const struct config_identity *want)
{
	return same_identity(p->qualifier, p->id, want);
}

/* CONTRL says who sent to whom what it answers. Some turn the two round. */
static bool is_about_others(
	const struct ack *x, const struct config_identity *us, const struct config_identity *them)
{
	const struct ack_party *s = &x->about_sender;
	const struct ack_party *r = &x->about_receiver;

	return s->id.n > 0 && !(same_party(s, us) && same_party(r, them)) &&
		!(same_party(s, them) && same_party(r, us));
}

/* Is it from that partner, to us, of this kind of environment? If not, note says why. */
static bool is_stranger(const struct ack_applying *p, char note[NOTE_MAX])
{
	const struct config *c = p->v->config;
	const struct config_partner *partner = config_partner_find(c, p->from->partner);
	const char usage = c->usage == USAGE_PRODUCTION ? 'P' : 'T';
	const bool edifact = p->x->edifact;

	if (!partner)
		(void)snprintf(note, NOTE_MAX, "its partner is no longer configured");
	else if (!same_identity(p->x->sender_qual, p->x->sender, &partner->identity))
		tell_identity(note, edifact ? "UNB02" : "ISA06", p->x->sender_qual, p->x->sender,
			&partner->identity, "the partner whose mailbox it came from");
	else if (!same_identity(p->x->receiver_qual, p->x->receiver, &c->identity))
		tell_identity(note, edifact ? "UNB03" : "ISA08", p->x->receiver_qual,
			p->x->receiver, &c->identity, "which is us");
	else if (p->x->usage != usage)
		(void)snprintf(note, NOTE_MAX,
			"its %s is '%c', this environment's is '%c' (test or production)",
			edifact ? "usage (UNB11)" : "ISA15", p->x->usage, usage);
	else if (is_about_others(p->x, &c->identity, &partner->identity))
		tell_identity(note, "UCI02", p->x->about_sender.qualifier, p->x->about_sender.id,
			&c->identity, "and UCI03 the partner, as we wrote them");
	else
		return false;
	return true;
}

/* Did it take something in and find fault with it all the same? */
static bool complains(const struct ack_applying *p)
{
	bool errors = p->x->verdict == ACK_WITH_ERRORS;

	for (const struct ack_set *s = p->x->sets; s; s = s->next)
		errors = errors || s->verdict == ACK_WITH_ERRORS;
	return errors;
}

/* States in which nobody has decided yet; a held or closed interchange stays what it is. */
static bool is_open(struct str state)
{
	static const char *const open[] = {"sent", "in-doubt", "sending", "queued"};

	for (size_t i = 0; i < sizeof(open) / sizeof(open[0]); i++) {
		if (str_is(state, open[i]))
			return true;
	}
	return false;
}

/* The codes stand with the acknowledgment, or with the first set that was refused. */
static void describe_whole(struct ack_applying *p)
{
	const bool set = p->x->verdict != ACK_REJECTED;
	struct str codes = p->x->codes;
	struct str text = p->x->text;

	if (p->sets.unnamed && p->x->edifact) {
		(void)snprintf(p->whole, sizeof(p->whole),
			STR_FMT ": it refuses a part, without naming the message",
			STR_ARG(p->x->kind));
		return;
	}
	if (p->sets.unnamed) {
		(void)snprintf(p->whole, sizeof(p->whole),
			STR_FMT " %s: it accepts %u of %zu sets, without naming those it refuses",
			STR_ARG(p->x->kind), ack_items_word(p->x->verdict), p->x->sets_accepted,
			p->sets.sent);
		return;
	}
	for (const struct ack_set *s = p->x->sets; s && codes.n == 0 && text.n == 0; s = s->next) {
		if (ack_sets_refused(s)) {
			codes = s->codes;
			text = s->text;
		}
	}
	(void)snprintf(p->whole, sizeof(p->whole),
		"%s refused by " STR_FMT " without naming an item%s" STR_FMT "%s" STR_FMT,
		set ? "a set was" : "the whole was", STR_ARG(p->x->kind), codes.n ? ", code " : "",
		STR_ARG(codes), text.n ? ": " : "", STR_ARG(text));
}

static const char *refused_as(const struct ack_applying *p)
{
	return str_is(p->x->kind, "TA1") ? "TA1-REJECTED" : "ACK-REJECTED";
}

static int hold_whole(struct ack_applying *p, struct err *e)
{
	char place[100];

	spool_place("hold", p->row.partner, place);
	return ledger_interchange_state(&p->v->ledger, p->row.id, "sent|in-doubt|sending|queued",
		"held", place, refused_as(p), p->whole, e);
}

/* An answer proves that it arrived, whatever the channel last said. */
static int settle_doubt(struct ack_applying *p, struct err *e)
{
	char place[100];

	if (!str_is(p->row.state, "in-doubt") && !str_is(p->row.state, "sending"))
		return 0;
	spool_place("sent", p->row.partner, place);
	if (ledger_interchange_sent(
		    &p->v->ledger, p->row.id, place, "its acknowledgment proves delivery", e) == -1)
		return -1;
	return ledger_event(
		&p->v->ledger, "resolved", p->subject, e, "by=" STR_FMT, STR_ARG(p->x->kind));
}

/* A file of events is converted once: what is due again of it needs a unit of work of its own. */
static int due_event(struct ack_applying *p, struct err *e)
{
	const struct config_agreement *g = config_agreement_find(p->v->config, p->row.agreement);
	char subject[40];
	int64_t id = 0;

	if (!g || !g->source || g->source->kind != SOURCE_EVENTS)
		return 0;
	if (ledger_operator_unit_again(
		    &p->v->ledger, p->row.unit, p->v->started, p->v->bundle, &id, e) == -1)
		return -1;
	(void)snprintf(subject, sizeof(subject), "unit %" PRId64, id);
	return ledger_event(&p->v->ledger, "due", subject, e,
		"agreement=" STR_FMT " mode=due refused-with=%06" PRId64, STR_ARG(p->row.agreement),
		p->row.id);
}

static int apply_in_transaction(struct ack_applying *p, struct err *e)
{
	struct ledger *l = &p->v->ledger;
	const char *mark = p->x->text.n > 0 && p->sets.doubt.n > 0 ? "; " : "";
	const struct ack_row row = {p->from->id, p->x->kind.p, about(p->x), p->row.id,
		ack_items_word(p->sets.verdict), "applied", p->x->codes,
		arena_printf(&p->a, STR_FMT "%s" STR_FMT, STR_ARG(p->x->text), mark,
			STR_ARG(p->sets.doubt))};

	if (settle_doubt(p, e) == -1 || ledger_received_ack(l, &row, e) == -1 ||
		ledger_interchange_axis(
			l, p->row.id, axis_of(p->x), ack_items_word(p->sets.verdict), e) == -1 ||
		ack_items_apply(p, e) == -1)
		return -1;
	if (p->holds && hold_whole(p, e) == -1)
		return -1;
	if (p->due > 0 && due_event(p, e) == -1)
		return -1;
	return ledger_event(l, "acknowledged", p->subject, e,
		"kind=" STR_FMT " verdict=%s codes=" STR_FMT " accepted=%" PRId64
		" rejected=%" PRId64 " due=%" PRId64 " held=%" PRId64 " received=%" PRId64,
		STR_ARG(p->x->kind), ack_items_word(p->sets.verdict), STR_ARG(p->x->codes),
		p->accepted, p->rejected, p->due, p->held, p->from->id);
}

static void log_applied(const struct ack_applying *p)
{
	const enum log_level level = p->sets.verdict == ACK_REJECTED || p->sets.unnamed ||
			complains(p)
		? LOG_WARN
		: LOG_INFO;
	const char *fed = p->n > 0 ? "; feedback/ has what the partner found" : "";

	if (p->accepted + p->rejected + p->due + p->held > 0)
		env_log(p->v, level, "acknowledged", p->row.name.p,
			STR_FMT " %s: %" PRId64 " accepted, %" PRId64 " rejected, %" PRId64
				" due again, %" PRId64 " held%s",
			STR_ARG(p->x->kind), ack_items_word(p->sets.verdict), p->accepted,
			p->rejected, p->due, p->held, fed);
	else
		env_log(p->v, level, "acknowledged", p->row.name.p,
			STR_FMT " %s: no item is changed%s%s", STR_ARG(p->x->kind),
			ack_items_word(p->sets.verdict),
			str_is(p->row.state, "closed") ? ", the interchange was closed before" : "",
			fed);
	if (p->sets.doubt.n > 0)
		env_log(p->v, LOG_WARN, "doubtful", p->row.name.p, STR_FMT, STR_ARG(p->sets.doubt));
}

static int apply(struct ack_applying *p, struct err *e)
{
	char next[200];

	ack_items_faults(p);
	if (p->n > 0 &&
		(ack_lines_find(p, e) == -1 ||
			trace_points(p->v, &p->row, p->points, p->n, &p->a, p->trace_note, e) ==
				-1)) {
		if (err_retry(e)) /* the next run applies it */
			return -1;
		env_log(p->v, LOG_ERROR, "untraced", p->row.name.p, "%s", e->text);
	}
	if (p->trace_note[0])
		env_log(p->v, LOG_WARN, "untraced-fields", p->row.name.p, "%s", p->trace_note);
	/* Only tracing tells whether an item is named. */
	p->holds = ack_items_unexplained(p) && is_open(p->row.state);
	if (ack_items_unexplained(p))
		describe_whole(p);
	if (ledger_begin(&p->v->ledger, e) == -1)
		return -1;
	if (apply_in_transaction(p, e) == -1) {
		ledger_rollback(&p->v->ledger);
		return -1;
	}
	if (ledger_commit(&p->v->ledger, e) == -1)
		return -1;
	p->v->news += (uint64_t)p->rejected + (complains(p) || p->sets.doubt.n > 0 ? 1 : 0);
	log_applied(p);
	if (!p->holds) {
		p->v->news += ack_items_unexplained(p) ? 1 : 0;
		return str_is(p->row.state, "archived") || str_is(p->row.state, "closed")
			? 0
			: spool_follow(p->v, p->row.id, e);
	}
	p->v->news++;
	(void)snprintf(next, sizeof(next),
		"ask the partner; mend the cause; gridspool reissue %06" PRId64
		" --reason TEXT sends the items anew",
		p->row.id);
	if (spool_follow(p->v, p->row.id, e) == -1)
		return -1;
	return env_write_reason(p->v, "hold", p->row.name.p, refused_as(p), p->whole, next, e);
}

/* GS06 counts apart for each functional id, so the number alone does not say which group is meant. */
static bool same_group(const struct ack_applying *p)
{
	const struct env_route *r = env_route_of(p->v, p->row.agreement);

	return !r || !r->map || p->x->group_code.n == 0 ||
		str_eq(map_target(r->map)->group, p->x->group_code);
}

static int match(struct ack_applying *p, struct err *e)
{
	const bool group = about_group(p->x);
	int64_t below = INT64_MAX;
	int rc = 0;

	do {
		if (about(p->x) == 0) /* what is being made has no number yet */
			return 0;
		rc = ledger_interchange_by_number(&p->v->ledger, p->from->partner,
			group ? "gs" : "isa", about(p->x), below, &p->a, &p->row, e);
		below = p->row.id;
	} while (rc == 1 && group && !same_group(p));
	return rc;
}

/* The axis of another depth that cannot go with this verdict, and its depth; else NULL. Whose content was taken,
 * whose envelope was read; what an application takes, the syntax did not refuse. */
static const struct str *other_depth_differs(const struct ack_applying *p, enum ack_depth *depth)
{
	const struct interchange_row *r = &p->row;
	const bool refused = p->sets.verdict == ACK_REJECTED;

	*depth = ACK_DEPTH_SYNTAX;
	if (p->x->depth == ACK_DEPTH_INTERCHANGE)
		return refused && r->syntax.n > 0 && !str_is(r->syntax, "rejected") ? &r->syntax
										    : NULL;
	if (p->x->depth == ACK_DEPTH_APPLICATION && !refused && str_is(r->syntax, "rejected"))
		return &r->syntax;
	*depth = ACK_DEPTH_INTERCHANGE;
	return !refused && str_is(r->ta1, "rejected") ? &r->ta1 : NULL;
}

/* It says something else than what came before: kept, and told. */
static int keep_contradiction(
	struct ack_applying *p, struct str kind, struct str said, struct err *e)
{
	char note[NOTE_MAX];

	(void)snprintf(note, sizeof(note),
		"it says %s, an earlier " STR_FMT " said " STR_FMT "; nothing is changed",
		ack_items_word(p->sets.verdict), STR_ARG(kind), STR_ARG(said));
	return keep_only(p, "contradiction", note, e);
}

static int contradicts_other_depth(
	struct ack_applying *p, enum ack_depth depth, const struct str *axis, struct err *e)
{
	struct str kind = {"", 0};
	struct str said = *axis;

	if (ledger_received_ack_applied(&p->v->ledger, p->row.id, ack_kinds(depth, &p->a), &p->a,
		    &kind, &said, e) == -1)
		return -1;
	return keep_contradiction(p, kind, said, e);
}

/* Nothing of ours has that number. One that our counter has not come to yet was given all the same: an older
 * ledger was put back. */
static int keep_unknown(struct ack_applying *p, struct err *e)
{
	const struct config_partner *partner = config_partner_find(p->v->config, p->from->partner);
	const bool group = about_group(p->x);
	char note[NOTE_MAX];
	int64_t next = 0;
	int rc = 0;

	p->row.id = 0;
	if (ledger_begin(&p->v->ledger, e) == -1)
		return -1;
	rc = control_answered(
		p->v, partner, group ? p->x->group_code : STR(""), about(p->x), &next, e);
	if (about(p->x) == 0 && p->x->edifact)
		(void)snprintf(note, sizeof(note),
			"it names '" STR_FMT
			"', but the references of our interchanges are numbers; it needs the one of UNB05",
			STR_ARG(str_sub(p->x->about_reference, 0, 40)));
	else
		(void)snprintf(note, sizeof(note),
			"no interchange of ours to this partner has that control number");
	if (next != 0)
		(void)snprintf(note, sizeof(note),
			"this ledger has not given that number yet: was an older one put back? Compare with what "
			"the partner has; %s goes on at %" PRId64,
			p->x->edifact	? "UNB05"
				: group ? "GS06"
					: "ISA13",
			next);
	return commit_kept(p, rc, "orphan", note, e);
}

/* 1: the reference may be that of a message in another interchange to this partner, so nobody knows what is meant. */
static int is_ambiguous(struct ack_applying *p, struct err *e)
{
	int64_t others = 0;

	if (!p->x->about_either)
		return 0;
	return ledger_item_sets_elsewhere(&p->v->ledger, p->from->partner, p->row.id,
		       p->x->about_reference, &others, e) == -1
		? -1
		: others > 0;
}

/* Each APERAK may name other faults of what was sent. */
static bool adds_faults(const struct ack_applying *p)
{
	return p->x->depth == ACK_DEPTH_APPLICATION && p->x->sets && p->x->sets->faults;
}

static int judge(struct ack_applying *p, struct err *e)
{
	char note[NOTE_MAX];
	enum ack_depth depth;
	const struct str *axis = NULL;
	struct str kind = {"", 0};
	struct str said = {"", 0};
	int rc = 0;

	if (is_stranger(p, note))
		return keep_only(p, "orphan", note, e);
	rc = match(p, e);
	if (rc == -1)
		return -1;
	if (rc == 0)
		return keep_unknown(p, e);
	rc = is_ambiguous(p, e);
	if (rc == -1)
		return -1;
	if (rc == 1) {
		p->row.id = 0;
		return keep_only(p, "orphan",
			"its reference may be that of an interchange, or of a message in another one; RFF+AGO "
			"with the reference of UNB05 would tell",
			e);
	}
	(void)snprintf(p->subject, sizeof(p->subject), "interchange %06" PRId64, p->row.id);
	if (p->row.sent_at == 0 && !str_is(p->row.state, "sending") &&
		!str_is(p->row.state, "in-doubt"))
		return keep_only(p, "orphan", "that interchange has not been sent yet", e);
	if (ack_sets_read(&p->v->ledger, p->row.id, p->x, &p->a, &p->sets, e) == -1)
		return -1;
	if (p->sets.strange.n > 0)
		return keep_only(p, "contradiction", p->sets.strange.p, e);
	rc = ledger_received_ack_applied(
		&p->v->ledger, p->row.id, ack_kinds(p->x->depth, &p->a), &p->a, &kind, &said, e);
	if (rc == -1)
		return -1;
	if (rc == 1 && !str_is(said, ack_items_word(p->sets.verdict)))
		return keep_contradiction(p, kind, said, e);
	if (rc == 1 && !adds_faults(p))
		return keep_only(p, "repeat", "the same answer came before", e);
	axis = other_depth_differs(p, &depth);
	return axis ? contradicts_other_depth(p, depth, axis, e) : apply(p, e);
}

int ack_apply_one(struct env *v, const struct received_row *from, const struct ack *x,
	struct ack_outcome *out, struct err *e)
{
	struct ack_applying p;
	int rc = -1;

	memset(&p, 0, sizeof(p));
	*out = (struct ack_outcome){.word = "applied"};
	p.v = v;
	p.out = out;
	p.from = from;
	p.x = x;
	p.sets.verdict = x->verdict;
	arena_init(&p.a);
	rc = judge(&p, e);
	arena_done(&p.a);
	return rc;
}
