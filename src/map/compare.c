/*
 * Comparison; see compare.h. '=' takes a text for a number only when the other side is one by
 * kind (a literal, a result, a JSON number), so that the codes '08' and '8' stay different; '<'
 * takes any text that reads as a number or date.
 */
#include "map/compare.h"

#include "map/run.h"

static bool is_number_kind(const struct val *v)
{
	return v->kind == VAL_NUMBER ||
		(v->kind == VAL_NODES && val_node(v, 0)->kind == NODE_NUMBER);
}

static int order(struct ev *ev, const struct val *a, const struct val *b, bool loose)
{
	struct dec da;
	struct dec db;
	struct date ta;
	struct date tb;

	if ((loose || is_number_kind(a) || is_number_kind(b)) && val_reads_number(a, &da) &&
		val_reads_number(b, &db))
		return dec_cmp(da, db);
	if ((loose || a->kind == VAL_DATE || b->kind == VAL_DATE) && val_reads_date(a, &ta) &&
		val_reads_date(b, &tb)) {
		if (!ta.has_time || !tb.has_time)
			return date_days(&ta) < date_days(&tb) ? -1
							       : date_days(&ta) > date_days(&tb);
		return date_cmp(&ta, &tb);
	}
	return str_cmp(val_text(ev, a), val_text(ev, b));
}

int compare_order(struct ev *ev, const struct val *a, const struct val *b)
{
	if (a->kind == VAL_ABSENT || b->kind == VAL_ABSENT)
		return (a->kind != VAL_ABSENT) - (b->kind != VAL_ABSENT);
	return order(ev, a, b, true);
}

static bool one(struct ev *ev, enum expr_op op, const struct val *a, const struct val *b)
{
	int c = 0;

	if (a->kind == VAL_BOOL || b->kind == VAL_BOOL)
		c = (int)val_truth(a) - (int)val_truth(b);
	else
		c = order(ev, a, b, op != EXPR_EQ && op != EXPR_NE);
	if (op == EXPR_EQ)
		return c == 0;
	if (op == EXPR_NE)
		return c != 0;
	if (op == EXPR_LT)
		return c < 0;
	if (op == EXPR_LE)
		return c <= 0;
	return op == EXPR_GT ? c > 0 : c >= 0;
}

static struct val pick(const struct val *v, size_t i)
{
	if (v->kind != VAL_NODES || v->n == 1)
		return *v;
	return (struct val){.kind = VAL_NODES,
		.from = val_origin(val_node(v, i)),
		.n = 1,
		.u.one = val_node(v, i)};
}

static size_t count(const struct val *v)
{
	return v->kind == VAL_ABSENT ? 0 : v->kind == VAL_NODES ? v->n : 1;
}

/* One text, that of a node or a text itself. */
static bool is_text(const struct val *v, struct str *out)
{
	const struct node *n = v->kind == VAL_NODES && v->n == 1 ? v->u.one : NULL;

	if (v->kind != VAL_TEXT && (!n || n->kind != NODE_TEXT))
		return false;
	*out = n ? n->value : v->u.text;
	return true;
}

bool compare_values(struct ev *ev, enum expr_op op, const struct val *a, const struct val *b)
{
	struct str s;
	struct str t;

	if ((op == EXPR_EQ || op == EXPR_NE) && is_text(a, &s) && is_text(b, &t))
		return str_eq(s, t) == (op == EXPR_EQ);
	/* With a truth on one side the other counts as a whole: absent is false. */
	if (a->kind == VAL_BOOL || b->kind == VAL_BOOL)
		return one(ev, op, a, b);
	for (size_t i = 0; i < count(a); i++) {
		struct val x = pick(a, i);

		for (size_t j = 0; j < count(b); j++) {
			struct val y = pick(b, j);

			if (!run_spend(ev, 1))
				return false;
			if (one(ev, op, &x, &y))
				return true;
		}
	}
	return false;
}
