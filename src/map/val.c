/* Values: conversions between text, numbers, dates and nodes; see eval.h. */
#include "map/eval.h"

#include <string.h>

#include "base/utf8.h"
#include "map/compare.h"

/* A text that stands for a node; node.name is MADE, which no interned name ever is. */
#define MADE UINT32_MAX

struct text_node {
	struct node node;
	const struct node *from;
};

const struct node *val_node(const struct val *v, size_t i)
{
	return v->n == 1 ? v->u.one : v->u.many[i];
}

void val_add(struct ev *ev, struct val *v, size_t *cap, const struct node *n)
{
	if (v->kind == VAL_ABSENT) {
		v->kind = VAL_NODES;
		v->from = val_origin(n);
		v->n = *cap = 1;
		v->u.one = n;
		return;
	}
	if (v->n == *cap) {
		const struct node **more = arena_array(ev->a, *cap * 4, sizeof(*more));

		for (size_t i = 0; i < v->n; i++)
			more[i] = val_node(v, i);
		v->u.many = more;
		*cap *= 4;
	}
	v->u.many[v->n++] = n;
}

struct val val_of_text(struct str s)
{
	if (!s.n)
		return (struct val){0};
	return (struct val){.kind = VAL_TEXT, .u.text = s};
}

struct val val_of_number(struct dec d)
{
	return (struct val){.kind = VAL_NUMBER, .u.num = d};
}

struct val val_of_bool(bool b)
{
	return (struct val){.kind = VAL_BOOL, .u.truth = b};
}

struct val val_of_date(struct date d)
{
	return (struct val){.kind = VAL_DATE, .u.date = d};
}

const struct node *val_text_node(struct ev *ev, struct str text, const struct node *from)
{
	struct text_node *t = ARENA_NEW(ev->a, struct text_node);

	t->node.name = MADE;
	t->node.kind = NODE_TEXT;
	t->node.value = text;
	t->node.parent = from ? from->parent : NULL;
	t->from = from;
	return &t->node;
}

const struct node *val_origin(const struct node *n)
{
	return n && n->name == MADE ? ((const struct text_node *)(const void *)n)->from : n;
}

static struct str date_text(struct ev *ev, const struct date *d)
{
	char out[DATE_TEXT];
	struct str picture = d->has_time ? STR("CCYY-MM-DDTHH:MI:SSZ") : STR("CCYY-MM-DD");

	return arena_str(ev->a, date_format(d, picture, out, sizeof(out)));
}

static struct str node_text(struct ev *ev, const struct node *n)
{
	if (n->kind == NODE_OBJECT && n->child)
		run_report(ev, "VALUE-NOT-TEXT", n, (struct str){NULL, 0},
			"one value, not an object with parts");
	return n->value;
}

struct str val_text(struct ev *ev, const struct val *v)
{
	switch ((enum val_kind)v->kind) {
	case VAL_ABSENT:
		break;
	case VAL_NODES:
		return node_text(ev, val_node(v, 0));
	case VAL_TEXT:
		return v->u.text;
	case VAL_NUMBER:
		return dec_text(v->u.num, ev->a);
	case VAL_BOOL:
		return v->u.truth ? STR("true") : STR("false");
	case VAL_DATE:
		return date_text(ev, &v->u.date);
	}
	return (struct str){NULL, 0};
}

/* 0, 0.00 and -0e5 as they stand in the source. */
static bool is_zero(struct str number)
{
	size_t i = 0;

	while (i < number.n && (number.p[i] < '1' || number.p[i] > '9') && number.p[i] != 'e' &&
		number.p[i] != 'E')
		i++;
	return i == number.n || number.p[i] == 'e' || number.p[i] == 'E';
}

static bool node_truth(const struct node *n)
{
	switch ((enum node_kind)n->kind) {
	case NODE_OBJECT:
		return n->child != NULL;
	case NODE_NULL:
		return false;
	case NODE_BOOL:
		return str_is(n->value, "true");
	case NODE_NUMBER:
		return !is_zero(n->value);
	case NODE_TEXT:
		break;
	}
	return n->value.n > 0;
}

bool val_truth(const struct val *v)
{
	switch ((enum val_kind)v->kind) {
	case VAL_ABSENT:
		return false;
	case VAL_NODES:
		for (size_t i = 0; i < v->n; i++)
			if (node_truth(val_node(v, i)))
				return true;
		return false;
	case VAL_TEXT:
		return v->u.text.n > 0;
	case VAL_NUMBER:
		return v->u.num.v != 0;
	case VAL_BOOL:
		return v->u.truth;
	case VAL_DATE:
		break;
	}
	return true;
}

bool val_empty(struct ev *ev, const struct val *v)
{
	return v->kind == VAL_ABSENT ||
		((v->kind == VAL_NODES || v->kind == VAL_TEXT) && val_text(ev, v).n == 0);
}

/* JSON writes numbers with exponents, too; spreadsheets ruin texts with them, so texts must not. */
static bool exponent(struct str s, struct dec *out)
{
	size_t e = str_chr(s, 'e') == SIZE_MAX ? str_chr(s, 'E') : str_chr(s, 'e');
	struct str power = str_from(s, e == SIZE_MAX ? s.n : e + 1);
	int64_t n = 0;
	struct dec d;

	if (e == SIZE_MAX || !dec_parse(str_sub(s, 0, e), '.', &d))
		return false;
	if (power.n && power.p[0] == '+')
		power = str_from(power, 1);
	if (!str_to_i64(power, &n) || n > DEC_DIGITS || n < -DEC_SCALE)
		return false;
	for (; n > 0; n--)
		if (!dec_mul(d, dec_int(10), &d))
			return false;
	for (; n < 0; n++)
		if (!dec_mul(d, (struct dec){.v = 1, .scale = 1}, &d))
			return false;
	*out = d;
	return true;
}

bool val_reads_number(const struct val *v, struct dec *out)
{
	const struct node *n = NULL;

	if (v->kind == VAL_NUMBER) {
		*out = v->u.num;
		return true;
	}
	if (v->kind == VAL_TEXT)
		return dec_parse(v->u.text, '.', out);
	if (v->kind != VAL_NODES)
		return false;
	n = val_node(v, 0);
	return dec_parse(n->value, '.', out) || (n->kind == NODE_NUMBER && exponent(n->value, out));
}

bool val_reads_date(const struct val *v, struct date *out)
{
	if (v->kind == VAL_DATE) {
		*out = v->u.date;
		return true;
	}
	if (v->kind == VAL_TEXT)
		return date_parse(v->u.text, out);
	return v->kind == VAL_NODES && date_parse(val_node(v, 0)->value, out);
}

/* A number, but of more digits than are kept. */
static bool too_long(const struct val *v, struct str s)
{
	size_t digits = 0;
	size_t points = 0;

	if (v->kind == VAL_NODES && val_node(v, 0)->kind == NODE_NUMBER)
		return true;
	if (s.n && (s.p[0] == '-' || s.p[0] == '+'))
		s = str_from(s, 1);
	for (size_t i = 0; i < s.n; i++) {
		digits += str_is_digit(s.p[i]);
		points += s.p[i] == '.';
	}
	return digits > 0 && points <= 1 && digits + points == s.n && str_is_digit(s.p[s.n - 1]);
}

bool val_number(struct ev *ev, const struct val *v, struct dec *out)
{
	if (v->kind == VAL_BOOL) {
		*out = dec_int(v->u.truth);
		return true;
	}
	if (val_reads_number(v, out))
		return true;
	if (val_empty(ev, v))
		return false;
	if (too_long(v, val_text(ev, v)))
		run_report(ev, "VALUE-OVERFLOW", v->from, val_text(ev, v),
			"a number of at most 38 digits, 18 of them decimals");
	else
		run_report(ev, "VALUE-NOT-NUMBER", v->from, val_text(ev, v), "a number");
	return false;
}

bool val_date(struct ev *ev, const struct val *v, struct date *out)
{
	if (val_reads_date(v, out))
		return true;
	if (!val_empty(ev, v))
		run_report(ev, "VALUE-NOT-DATE", v->from, val_text(ev, v),
			"a date as 2026-11-23 or 20261123");
	return false;
}

bool val_size(struct ev *ev, const struct val *v, size_t max, size_t *out)
{
	struct dec d;
	int64_t n = 0;

	if (!val_number(ev, v, &d))
		return false;
	d = dec_round(d, 0, DEC_HALF_UP);
	if (d.v < 0)
		*out = 0;
	else if (!dec_is_int(d, &n) || (uint64_t)n > max)
		*out = max;
	else
		*out = (size_t)n;
	return true;
}
