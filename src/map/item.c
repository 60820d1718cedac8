/* One item of a run: is it a candidate, is it selected, what holds of it, what is made of it. */
#include "map/item.h"

#include "map/group.h"
#include "map/template.h"
#include "map/tree.h"

static bool of_type(const struct map *m, const struct node *root)
{
	const struct node *n = node_child(root, m->name_body);

	if (!m->item_type.n)
		return true;
	n = n ? node_child(n, m->name_meta) : NULL;
	n = n ? node_child(n, m->name_schema) : NULL;
	return n && str_eq(n->value, m->item_type);
}

static struct str key_text(struct ev *ev)
{
	const struct map *m = ev->run->m;
	struct str key = {NULL, 0};

	ev->line = m->key_line;
	ev->what = STR("key");
	for (size_t i = 0; i < m->key.n; i++) {
		struct str part = eval_text(ev, m->key.x[i], &ev->run->root);

		key = i ? arena_printf(ev->a, STR_FMT "/" STR_FMT, STR_ARG(key), STR_ARG(part))
			: part;
	}
	return key;
}

bool item_deleting(const struct map_run *r)
{
	return str_is(r->action, "delete");
}

enum map_verdict item_candidate(struct ev *ev)
{
	struct map_run *r = ev->run;
	const struct map *m = r->m;

	if (!of_type(m, r->root.node))
		return MAP_SKIP;
	for (size_t i = 0; i < m->njoins && !r->failed; i++)
		join_mark(r->joins[i], ev);
	r->key = key_text(ev);
	ev->line = m->withdraw_line;
	ev->what = STR("withdraw");
	if (m->withdraw && eval_truth(ev, m->withdraw, &r->root) && !r->spent)
		return MAP_WITHDRAWN;
	ev->line = m->select_line;
	ev->what = STR("select");
	if (m->select && !eval_truth(ev, m->select, &r->root) && !r->spent)
		return MAP_NOT_SELECTED;
	if (m->item_if && !eval_truth(ev, m->item_if, &r->root) && !r->spent)
		return MAP_NOT_SELECTED;
	group_keys(ev);
	return MAP_OUT; /* also when it could not be decided: then it is set aside */
}

static const struct node *field_node(struct ev *ev, const struct map_require *q)
{
	struct val v = {0};

	if (q->field)
		eval_value(ev, q->field, &ev->run->root, &v);
	return v.kind == VAL_NODES ? val_node(&v, 0) : NULL;
}

static void require(struct ev *ev, const struct map_require *q, struct map_result *out)
{
	struct finding f = {.code = q->code, .rule = q->rule};
	const struct node *n = NULL;

	ev->line = q->line;
	ev->what = q->code;
	if (eval_truth(ev, q->test, &ev->run->root))
		return;
	n = field_node(ev, q);
	f.severity = q->stop_item || q->stop_message ? SEV_ERROR : SEV_WARNING;
	f.field = n ? (struct str){NULL, 0} : q->field_text;
	f.found = n && n->kind != NODE_OBJECT ? n->value : (struct str){NULL, 0};
	f.remedy = f.found.n ? STR("correct it at its source") : STR("fill it in at its source");
	run_finding(ev, &f, n);
	out->stop_message = out->stop_message || q->stop_message;
}

static void keep(struct ev *ev, struct map_result *out)
{
	const struct map *m = ev->run->m;
	struct map_var *list = arena_array(ev->a, m->nkeeps ? m->nkeeps : 1, sizeof(*list));

	for (size_t i = 0; i < m->nkeeps; i++) {
		struct val v = {0};

		run_let(ev, m->keep_slots[i], &v);
		list[i] = (struct map_var){m->keeps[i].name, val_text(ev, &v)};
	}
	out->keep = list;
	out->nkeep = m->nkeeps;
}

/* The heads of its groups, and behind them the item. */
static void behind_heads(struct group_heads *h, const struct template_out *t,
	const struct made_list *made, struct map_result *out)
{
	const size_t n = h->segments.n;

	template_append(&h->segments, t);
	if (h->made.last)
		h->made.last->next = made->first;
	out->context = out->first = h->segments.first;
	for (size_t i = 0; i < h->nopen; i++)
		out->first = out->first->next;
	out->nhead = n - h->nopen;
	out->made_context = out->made_first = h->made.first ? h->made.first : made->first;
	for (size_t i = 0; i < h->nopen_made; i++)
		out->made_first = out->made_first->next;
}

void item_make(struct ev *ev, struct map_result *out)
{
	struct map_run *r = ev->run;
	const struct map *m = r->m;
	struct template_out t = {NULL, NULL, 0};
	struct made_list made = {NULL, NULL, 0};
	struct group_heads heads;
	struct val ignored = {0};

	if (m->key.n && !r->key.n) {
		struct finding f = {.code = STR("KEY-MISSING"), .field = m->key_text};

		/* Joins, lookups and segments would only say the same once more in other words. */
		run_finding(ev, &f, r->root.node);
		return;
	}
	for (uint32_t i = 0; i < m->njoins && !item_deleting(r); i++)
		if (m->joins[i].pub.required)
			run_join(ev, i, &ignored);
	for (size_t i = 0; i < m->nrequires && !item_deleting(r); i++)
		require(ev, &m->requires[i], out);
	group_heads(ev, &heads);
	if (m->trees)
		tree_run(ev, m->item, &r->root, TREE_ALL, &made);
	else if (m->item)
		template_run(ev, m->item, &r->root, &t);
	keep(ev, out);
	out->made = made.first;
	out->segments = t.first;
	out->n = t.n;
	behind_heads(&heads, &t, &made, out);
}
