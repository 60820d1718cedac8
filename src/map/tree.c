/*
 * The template of trees. A value without text is left out, and with it what then holds nothing; what
 * is made of no expression stays. A value that the definition demands is kept as absent, so that its
 * finding can say where it should have come from.
 */
#include "map/tree.h"

#include <string.h>

#include "map/template.h"

/* --- values --- */

static bool number_text(
	struct ev *ev, const struct val *v, const struct map_make *m, struct str *out)
{
	const struct def_field *f = m->field;
	struct dec d;

	if (val_empty(ev, v) || !val_number(ev, v, &d))
		return false;
	/* More decimals than there is room for are the writer's finding, not rounded in silence. */
	if (f && f->fixed_decimals && dec_cmp(dec_round(d, f->element.decimals, DEC_DOWN), d) == 0)
		*out = dec_fixed(d, f->element.decimals, ev->a);
	else
		*out = dec_text(d, ev->a);
	return true;
}

static bool date_text(struct ev *ev, const struct val *v, struct str picture, struct str *out)
{
	struct date d;
	char text[DATE_TEXT * 4];

	if (val_empty(ev, v) || !val_date(ev, v, &d))
		return false;
	*out = arena_str(ev->a, date_format(&d, picture, text, sizeof(text)));
	return true;
}

/* Of a text only what says so is a truth: "no" is not true because it is not empty. */
static bool truth_text(
	struct ev *ev, const struct val *v, const struct def_field *f, struct str *out)
{
	const struct str s = val_text(ev, v);
	const bool yes = str_is(s, "true") || str_is(s, "1") || (f && str_eq(s, f->yes));
	const bool no = str_is(s, "false") || str_is(s, "0") || (f && str_eq(s, f->no));

	if (!s.n)
		return false;
	*out = yes ? STR("true") : STR("false");
	if (!yes && !no)
		run_report(ev, "VALUE-NOT-BOOL", v->from, s, "true, false, 1 or 0");
	return yes || no;
}

/* The text of a value of this kind. False when there is nothing to write. */
static bool text_of(struct ev *ev, const struct val *v, const struct map_make *m, struct str *out)
{
	if (m->kind == MADE_NUMBER)
		return number_text(ev, v, m, out);
	if (m->kind == MADE_BOOL)
		return truth_text(ev, v, m->field, out);
	if (m->field && m->field->kind == FIELD_DATE)
		return date_text(ev, v, m->field->picture, out);
	*out = val_text(ev, v);
	return out->n > 0;
}

static struct str run_together(struct ev *ev, const struct str *parts, size_t count, size_t n)
{
	char *all = arena_raw(ev->a, n + 1);
	size_t at = 0;

	for (size_t i = 0; i < count; at += parts[i++].n)
		if (parts[i].n)
			memcpy(all + at, parts[i].p, parts[i].n);
	return (struct str){all, n};
}

/* Texts and expressions one behind the other: when the expressions give nothing, neither do the texts. */
static struct str joined(
	struct ev *ev, const struct map_make *m, const struct ctx *c, const struct node **from)
{
	struct str *parts = arena_array(ev->a, m->n + 1, sizeof(*parts));
	bool filled = m->fixed;
	size_t n = 0;

	for (size_t i = 0; i < m->n; i++) {
		struct val v = {0};

		eval_value(ev, m->pieces[i], c, &v);
		parts[i] = val_text(ev, &v);
		n += parts[i].n;
		filled = filled || (m->pieces[i]->op != EXPR_TEXT && parts[i].n > 0);
		*from = *from ? *from : v.from;
	}
	return filled ? run_together(ev, parts, m->n, n) : STR("");
}

static struct made *begun(struct ev *ev, const struct map_part *p)
{
	const struct map_make *m = p->make;
	struct made *made = arena_raw(ev->a, sizeof(*made));

	/* By its members: to clear it as a whole takes longer than all the rest. */
	made->kind = m->kind;
	made->extent = MADE_WHOLE;
	made->absent = made->told = false;
	made->masked = m->masked;
	made->name = m->name;
	made->quoted = m->quoted;
	made->text = (struct str){NULL, 0};
	made->field = m->field;
	made->from = NULL;
	made->origin = m->origin;
	made->map_line = p->line;
	made->child = made->last = made->next = NULL;
	return made;
}

/* Fills in the text of made; false when it has none. */
static bool fill(struct ev *ev, const struct map_part *p, const struct ctx *c, struct made *made)
{
	const struct map_make *m = p->make;
	struct val v = {0};

	ev->line = p->line;
	ev->what = m->name;
	ev->told = false;
	if (m->n == 1) {
		eval_value(ev, m->pieces[0], c, &v);
		made->from = v.from;
		if (!text_of(ev, &v, m, &made->text))
			made->text = STR("");
	} else {
		made->text = joined(ev, m, c, &made->from);
	}
	made->told = ev->told;
	return made->text.n > 0 || m->n == 0; /* written empty */
}

/* --- parts --- */

static bool is_container(const struct map_make *m)
{
	return m->kind == MADE_OBJECT || m->kind == MADE_ARRAY || m->kind == MADE_ELEMENT;
}

/* Does it say anything? Attributes of fixed text alone do not. */
static bool says(const struct map_part *p, const struct made *made)
{
	if (p->make->fixed)
		return true;
	for (const struct made *k = made->child; k; k = k->next) {
		const struct map_part *of = p->child;

		if (k->kind != MADE_ATTRIBUTE && !k->absent)
			return true;
		while (k->kind == MADE_ATTRIBUTE && of &&
			!(of->make && str_eq(of->make->name, k->name)))
			of = of->next;
		if (k->kind == MADE_ATTRIBUTE && of && of->make && !of->make->fixed)
			return true;
	}
	return false;
}

static struct made *container(
	struct ev *ev, const struct map_part *p, const struct ctx *c, enum tree_phase phase)
{
	struct made *made = begun(ev, p);
	struct made_list inner = {NULL, NULL, 0};
	const bool whole = phase == TREE_ALL;

	made->extent = (uint8_t)(whole	       ? MADE_WHOLE
			: phase == TREE_BEFORE ? MADE_BEGUN
					       : MADE_ENDED);
	if (p->make->n > 0 && !fill(ev, p, c, made))
		return NULL;
	tree_run(ev, p->child, c, phase, &inner);
	made->child = inner.first;
	made->last = inner.last;
	if (whole && p->make->n == 0 && !p->make->record && !says(p, made))
		return NULL;
	return made;
}

static struct made *value(struct ev *ev, const struct map_part *p, const struct ctx *c)
{
	struct made *made = begun(ev, p);

	if (p->make->kind == MADE_NULL || fill(ev, p, c, made))
		return made;
	made->absent = true;
	return p->make->field && (p->make->field->mandatory || p->make->column) ? made : NULL;
}

static void body(struct ev *ev, const struct map_part *p, const struct ctx *c,
	enum tree_phase phase, struct made_list *out)
{
	const size_t before = out->n;
	struct made *made = NULL;

	if (p->let_n)
		run_lets(ev->run, p->let_first, p->let_n, c);
	ev->line = p->line;
	ev->what = p->make ? p->make->name : p->tag;
	if (p->cond && !eval_truth(ev, p->cond, c))
		return;
	if (!p->make)
		tree_run(ev, p->child, c, phase, out);
	else if (is_container(p->make))
		made = container(ev, p, c, phase);
	else
		made = value(ev, p, c);
	if (made)
		made_append(out, made);
	if (out->n > before && p->totals)
		template_totals(ev, p, c);
}

static void repeated(
	struct ev *ev, const struct map_part *p, const struct ctx *c, struct made_list *out)
{
	struct turns t;

	ev->line = p->line;
	ev->what = p->make ? p->make->name : p->tag;
	t = template_turns(ev, p->each, &p->sort, c);
	for (size_t i = 0; i < t.n; i++) {
		const struct ctx turn = {t.at[i], t.at[i], (uint32_t)i + 1, (uint32_t)t.n};

		if (p->as != MAP_NO_SLOT)
			ev->run->as[p->as] = t.at[i];
		body(ev, p, &turn, TREE_ALL, out);
	}
}

void tree_run(struct ev *ev, const struct map_part *parts, const struct ctx *c,
	enum tree_phase phase, struct made_list *out)
{
	const struct map_part *p = parts;

	while (phase == TREE_AFTER && p && !p->item && !p->around)
		p = p->next;
	for (; p; p = p->next) {
		const bool split = phase != TREE_ALL && (p->item || p->around);

		/* What is in a group is a level of its own. */
		if (split && p->around && !p->group)
			body(ev, p, c, phase, out);
		else if (!split && p->each)
			repeated(ev, p, c, out);
		else if (!split)
			body(ev, p, c, TREE_ALL, out);
		if (split && phase == TREE_BEFORE)
			return;
	}
}
