/* An answer beside the sets that were sent; see ack_sets.h. */
#include "stage/ack_sets.h"

#include "store/ledger_item.h"

bool ack_sets_refused(const struct ack_set *s)
{
	return s->verdict == ACK_REJECTED || s->verdict == ACK_PARTIAL;
}

/* Control numbers are numbers: some partners answer 1 to 0001. */
static struct str digits(struct str st)
{
	while (st.n > 1 && st.p[0] == '0')
		st = str_from(st, 1);
	return st;
}

/* Its index, or n. Partners answer in the order of what they got: looked for from there on. */
static size_t find(const struct str *sent, size_t n, size_t from, struct str control)
{
	for (size_t i = 0; i < n; i++) {
		const size_t at = (from + i) % n;
		if (str_eq(digits(sent[at]), digits(control)))
			return at;
	}
	return n;
}

static void name_sets(
	struct ack_sets *out, const struct ack *x, const struct str *sent, struct arena *a)
{
	bool *named = arena_array(a, out->sent + 1, sizeof(*named));
	const char *wrong = NULL;
	size_t at = 0;

	out->named = arena_array(a, out->sent + 1, sizeof(*out->named));
	for (const struct ack_set *s = x->sets; s && !wrong; s = s->next) {
		if (s->control.n == 0) { /* all of them: whoever is named besides would be twice */
			out->named[out->n++] = (struct ack_named){s, STR("")};
			return;
		}
		at = find(sent, out->sent, at, s->control);
		if (at == out->sent || named[at]) {
			wrong = at == out->sent ? ", which was not sent" : " twice";
			out->strange = arena_printf(a,
				"it speaks of set " STR_FMT "%s; nothing is changed",
				STR_ARG(s->control), wrong);
			continue;
		}
		named[at] = true;
		out->named[out->n++] = (struct ack_named){s, sent[at]};
	}
}

/* Without counts, what is not named was taken, unless the answer says that something was not. */
static void name_rest(struct ack_sets *out, const struct ack *x)
{
	size_t refused = 0;

	for (size_t i = 0; i < out->n; i++)
		refused += ack_sets_refused(out->named[i].set) ? 1 : 0;
	out->unnamed = x->depth == ACK_DEPTH_SYNTAX && x->verdict == ACK_PARTIAL && refused == 0;
	if (x->verdict == ACK_PARTIAL && refused == out->sent)
		out->verdict = ACK_REJECTED;
}

/* Sets that were accepted may be left out, so what AK9 counts decides about those. */
static void count_sets(struct ack_sets *out, const struct ack *x, struct arena *a)
{
	uint64_t refused = 0;

	for (size_t i = 0; i < out->n; i++)
		refused += ack_sets_refused(out->named[i].set) ? 1 : 0;
	if (x->verdict != ACK_REJECTED)
		out->unnamed = x->sets_accepted + refused < out->sent ||
			(x->verdict == ACK_PARTIAL && refused == 0);
	if (out->unnamed)
		out->verdict = x->sets_accepted == 0 ? ACK_REJECTED : ACK_PARTIAL;
	if (out->doubt.n == 0 && (x->sets_received > out->sent || x->sets_accepted > out->sent))
		out->doubt = arena_printf(a,
			"X12-ACK-COUNT: AK9 counts %u sets received and %u accepted, but %zu were sent",
			x->sets_received, x->sets_accepted, out->sent);
}

int ack_sets_read(struct ledger *l, int64_t interchange, const struct ack *x, struct arena *a,
	struct ack_sets *out, struct err *e)
{
	struct str *sent = NULL;

	*out = (struct ack_sets){.verdict = x->verdict, .doubt = x->doubt};
	if (x->depth == ACK_DEPTH_INTERCHANGE) /* about the envelope: it has no sets */
		return 0;
	if (ledger_item_sets(l, interchange, a, &sent, &out->sent, e) == -1)
		return -1;
	name_sets(out, x, sent, a);
	if (x->edifact)
		name_rest(out, x);
	else
		count_sets(out, x, a);
	return 0;
}
