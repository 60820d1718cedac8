/* What an acknowledgment does to items: those that its findings name, and all others. */
#include "stage/ack_parts.h"

#include <string.h>

#include "store/ledger_item.h"

const char *ack_items_word(enum ack_verdict v)
{
	const char *const names[] = {"accepted", "with-errors", "partial", "rejected"};

	return names[v];
}

/* --- which item is meant? --- */

void ack_items_faults(struct ack_applying *p)
{
	size_t n = 0;

	for (size_t i = 0; i < p->sets.n; i++) {
		for (const struct ack_fault *f = p->sets.named[i].set->faults; f; f = f->next)
			n++;
	}
	p->faults = arena_array(&p->a, n + 1, sizeof(*p->faults));
	p->points = arena_array(&p->a, n + 1, sizeof(*p->points));
	for (size_t i = 0; i < p->sets.n; i++) {
		const struct ack_named *s = &p->sets.named[i];
		for (const struct ack_fault *f = s->set->faults; f; f = f->next) {
			p->faults[p->n] = f;
			p->points[p->n].st = s->st;
			p->points[p->n].segment_at = f->segment_at;
			p->points[p->n].element = f->element;
			p->points[p->n].component = f->component;
			p->points[p->n].references = f->references;
			p->n++;
		}
	}
}

static int add_feedback(struct ack_applying *p, size_t i, struct err *e)
{
	const struct ack_fault *f = p->faults[i];
	const struct trace_point *t = &p->points[i];
	const struct feedback_row row = {
		.agreement = p->row.agreement,
		.partner = p->row.partner,
		.key = t->key,
		.interchange = p->row.id,
		.received = p->from->id,
		.segment = f->segment.n ? f->segment : t->segment,
		.segment_at = f->segment_at,
		.element = f->element,
		.component = f->component,
		.code = f->element_code.n ? f->element_code : f->segment_code,
		.field = t->field,
		.found = t->found.n ? t->found : f->value,
		.file = t->file,
		.map_line = t->map_line,
		.note = f->text,
	};

	return ledger_received_feedback(&p->v->ledger, &row, e);
}

/* --- applying --- */

static bool names_items(const struct ack_applying *p, struct str st)
{
	for (size_t i = 0; i < p->n; i++) {
		if (p->points[i].part == TRACE_ITEM && (st.n == 0 || str_eq(p->points[i].st, st)))
			return true;
	}
	return false;
}

/* Items named in faults of a set (of all sets when st is empty) are rejected. */
static int reject_named(struct ack_applying *p, struct str st, struct err *e)
{
	for (size_t i = 0; i < p->n; i++) {
		int64_t n = 0;
		if (p->points[i].part != TRACE_ITEM || (st.n > 0 && !str_eq(p->points[i].st, st)))
			continue;
		if (ledger_item_reject(&p->v->ledger, p->row.id, p->points[i].key,
			    p->faults[i]->text.p, &n, e) == -1)
			return -1;
		p->rejected += n;
	}
	return 0;
}

/* All that is still pending, of one set or (st empty) of the whole; what an application refuses may have been
 * accepted by its syntax. */
static int settle(
	struct ack_applying *p, struct str st, const char *state, struct str reason, struct err *e)
{
	int64_t n = 0;
	const bool again = p->x->depth == ACK_DEPTH_APPLICATION && strcmp(state, "accepted") != 0;

	if ((again ? ledger_item_recall(&p->v->ledger, p->row.id, st, state, reason.p, &n, e)
		   : ledger_item_all(&p->v->ledger, p->row.id, st, state, reason.p, &n, e)) == -1)
		return -1;
	if (strcmp(state, "due") == 0)
		p->due += n;
	else if (strcmp(state, "accepted") == 0)
		p->accepted += n;
	else
		p->held += n;
	return 0;
}

static int apply_set(struct ack_applying *p, const struct ack_named *s, struct err *e)
{
	struct ledger *l = &p->v->ledger;
	const char *word = ack_items_word(s->set->verdict);

	if (!ack_sets_refused(s->set)) {
		if (p->sets.unnamed || p->x->verdict == ACK_REJECTED) /* as the rest */
			return 0;
		return ledger_item_verdict(l, p->row.id, s->st, word, e) == -1
			? -1
			: settle(p, s->st, "accepted", STR(""), e);
	}
	if (ledger_item_verdict(l, p->row.id, s->st, word, e) == -1 ||
		reject_named(p, s->st, e) == -1)
		return -1;
	if (p->sets.unnamed)
		return 0;
	return settle(p, s->st, names_items(p, s->st) || names_items(p, STR("")) ? "due" : "held",
		s->set->text, e);
}

/* What no AK2 speaks of shares the fate of the whole; nothing is accepted while sets are refused that
 * it does not name. */
static int apply_rest(struct ack_applying *p, struct err *e)
{
	const bool rejected = p->x->verdict == ACK_REJECTED;

	if (p->x->depth == ACK_DEPTH_APPLICATION) /* it speaks of what it names, or of all */
		return 0;
	if (p->sets.unnamed)
		return settle(p, STR(""), "held", str_c(p->whole), e);
	if (ledger_item_verdict(&p->v->ledger, p->row.id, STR(""),
		    ack_items_word(rejected ? ACK_REJECTED : ACK_ACCEPTED), e) == -1)
		return -1;
	if (!rejected)
		return settle(p, STR(""), "accepted", STR(""), e);
	return settle(p, STR(""), names_items(p, STR("")) ? "due" : "held", p->x->text, e);
}

bool ack_items_unexplained(const struct ack_applying *p)
{
	bool refused = p->x->verdict == ACK_REJECTED;

	for (size_t i = 0; i < p->sets.n; i++)
		refused = refused || ack_sets_refused(p->sets.named[i].set);
	return p->sets.unnamed || (refused && !names_items(p, STR("")));
}

int ack_items_apply(struct ack_applying *p, struct err *e)
{
	if (p->x->depth == ACK_DEPTH_INTERCHANGE) /* items wait for the syntax */
		return p->x->verdict == ACK_REJECTED
			? ledger_item_all(&p->v->ledger, p->row.id, STR(""), "held", p->x->text.p,
				  &p->held, e)
			: 0;
	for (size_t i = 0; i < p->n; i++) {
		if (add_feedback(p, i, e) == -1)
			return -1;
	}
	for (size_t i = 0; i < p->sets.n; i++) {
		if (apply_set(p, &p->sets.named[i], e) == -1)
			return -1;
	}
	return apply_rest(p, e);
}
