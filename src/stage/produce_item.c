/*
 * One item of a conversion: mapped, then written, left out or set aside. It is checked whole before any of
 * it is written, so that one bad item never leaves half a loop behind.
 */
#include "stage/produce_parts.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "edi/structure.h"
#include "stage/spell.h"

void produce_item_report(const struct produce_making *m, const struct diag *d)
{
	for (const struct finding *f = d->first; f && m->p->finding; f = f->next)
		m->p->finding(m->p->ctx, f);
}

/* The findings that people see carry the item's key, file and the place of the value. */
static void complete(struct diag *d, const struct item *it, struct str key)
{
	for (struct finding *f = d->first; f; f = f->next) {
		if (f->item.n == 0)
			f->item = key;
		if (f->file.n == 0)
			f->file = it->file;
		if (str_eq(f->file, it->file) && f->line == 0 && f->offset >= it->offset &&
			f->offset > 0) {
			const struct place at = reader_place(it, f->offset);
			f->line = at.line;
			f->column = at.column;
		}
	}
}

int produce_item_aside(struct produce_making *m, const struct item *it, struct str key,
	struct diag *d, struct err *e)
{
	complete(d, it, key);
	produce_item_report(m, d);
	m->c->aside++;
	return outcome_aside(&m->o, it, key, d, e);
}

/* Small pieces are gathered: each call of the hash costs as much as a hundred bytes. */
static void say(struct produce_making *m, const void *p, size_t n)
{
	if (n > PRODUCE_SAID_MAX - m->said.n) {
		hash_add(m->hash, m->said.p, m->said.n);
		buf_clear(&m->said);
	}
	if (n > PRODUCE_SAID_MAX)
		hash_add(m->hash, p, n);
	else
		buf_put(&m->said, p, n);
}

static void say_tree(struct produce_making *m, const struct made *t)
{
	const char kind[2] = {(char)('a' + t->kind), '='};

	if (t->absent)
		return;
	say(m, t->name.p, t->name.n);
	say(m, kind, sizeof(kind));
	if (!t->masked)
		say(m, t->text.p, t->text.n);
	for (const struct made *k = t->child; k; k = k->next)
		say_tree(m, k);
	say(m, "\n~", 2);
}

/* Is there anybody to compare what an item says with what it said before? */
static bool is_compared(const struct produce_making *m)
{
	return m->p->known || m->p->result != -1;
}

void produce_item_action(struct produce_making *m, struct str action)
{
	m->action = action;
	map_action(m->run, action);
}

/* 128 bits over all that the item says, without what differs every night by design. */
static void content_hash(struct produce_making *m, const struct map_result *r, char out[HASH_HEX])
{
	uint8_t digest[HASH_SIZE];

	buf_clear(&m->said);
	say(m, r->order.p, r->order.n);
	for (const struct segment *s = r->context; s; s = s->next) {
		say(m, s->tag.p, s->tag.n);
		for (size_t k = 0; k < s->n; k++) {
			const struct value *x = &s->values[k];
			const uint8_t at[6] = {'\n', (uint8_t)x->element,
				(uint8_t)(x->element >> 8), (uint8_t)x->repetition,
				(uint8_t)x->component, '='};
			say(m, at, sizeof(at));
			if (!x->masked)
				say(m, x->text.p, x->text.n);
		}
		say(m, "\n~", 2);
	}
	for (const struct made *t = r->made_context; t; t = t->next)
		say_tree(m, t);
	hash_add(m->hash, m->said.p, m->said.n);
	hash_end(m->hash, digest);
	hash_hex(digest, out);
	out[32] = '\0';
}

void produce_item_blame(void *ctx, const struct node *from, struct finding *f)
{
	struct produce_making *m = ctx;

	f->field = node_path(from, m->p->input.names, &m->item);
	if (map_place(m->run, from, f, &m->item))
		return;
	f->offset = from->place.offset;
	f->line = from->place.line;
	f->column = from->place.column;
}

static void field_of(struct produce_making *m, const struct segment *s, struct finding *f)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct value *v = &s->values[i];
		if (v->element != f->element || (f->component && v->component != f->component) ||
			!v->from)
			continue;
		produce_item_blame(m, v->from, f);
		return;
	}
}

static void spell_segment(struct produce_making *m, const struct segment *s, struct str key,
	struct diag *d, struct arena *a)
{
	for (size_t i = 0; i < s->n; i++) {
		struct value *v = &s->values[i];
		struct finding f = {.item = key,
			.segment = s->tag,
			.element = v->element,
			.component = v->component};
		if (!spell_text(&m->target, &v->text, &f, a))
			continue;
		field_of(m, s, &f);
		diag_add(d, &f);
	}
}

static void spell_tree(
	struct produce_making *m, struct made *t, struct str key, struct diag *d, struct arena *a)
{
	const bool is_text = t->kind == MADE_TEXT || t->kind == MADE_ELEMENT ||
		t->kind == MADE_ATTRIBUTE;
	struct finding f = {.item = key, .segment = t->name};

	if (is_text && !t->absent && spell_text(&m->target, &t->text, &f, a)) {
		if (t->from)
			produce_item_blame(m, t->from, &f);
		diag_add(d, &f);
	}
	for (struct made *k = t->child; k; k = k->next)
		spell_tree(m, k, key, d, a);
}

void produce_item_spell(struct produce_making *m, const struct segment *segments, struct made *made,
	struct str key, struct diag *d, struct arena *a)
{
	if (!spell_needed(&m->target))
		return;
	for (const struct segment *s = segments; s; s = s->next)
		spell_segment(m, s, key, d, a);
	for (struct made *t = made; t; t = t->next)
		spell_tree(m, t, key, d, a);
}

/* All of it, also what stands in heads of open groups, which counts for its hash; what is written is told. */
static void spell(
	struct produce_making *m, const struct map_result *r, struct str key, struct diag *d)
{
	struct diag quiet;

	diag_init(&quiet, &m->item);
	produce_item_spell(m, r->first, r->made_first, key, d, &m->item);
	if (r->context != r->first || r->made_context != r->made_first)
		produce_item_spell(m, r->context, r->made_context, key, &quiet, &m->item);
}

bool produce_item_fit(struct produce_making *m, const struct segment *first,
	const struct finding *about, struct diag *d)
{
	bool good = true;

	for (const struct segment *s = first; s; s = s->next) {
		struct finding *before = d->last;
		if (m->target.ops->check(m->target.self, s, d, about) && d->last == before)
			continue;
		for (struct finding *f = before ? before->next : d->first; f; f = f->next) {
			field_of(m, s, f);
			good = good && f->severity < SEV_ERROR;
		}
	}
	return good;
}

/* Is all that the item says fit to leave? Findings get the field that the value came from. */
static bool fit(
	struct produce_making *m, const struct map_result *r, struct str key, struct diag *d)
{
	const struct target_blame blame = {produce_item_blame, m};
	const struct finding about = {.item = key};
	bool good = true;

	structure_needed(r->first, str_c(m->target.ops->format), d, &about);
	good = produce_item_fit(m, r->first, &about, d);
	for (const struct made *t = r->made_first; t; t = t->next)
		if (!m->target.ops->check_tree(m->target.self, t, d, &about, &blame))
			good = false;
	return good;
}

/* The loop that an item is. One whose segments repeat by themselves is none, and is not counted. */
static const struct def_node *loop_of(const struct segment *first)
{
	const struct def_node *n = first ? first->node : NULL;

	return n && n->parent && n->parent->child == n ? n->parent : NULL;
}

static int write_item(struct produce_making *m, const struct item *it, const struct map_result *r,
	const char *hash, const struct diag *d, struct err *e)
{
	const struct target *t = &m->target;
	const uint32_t limit = m->split.limits.items;
	const struct map_joined *joined = NULL;
	uint64_t first = 0;
	uint64_t heads = 0; /* records of trees that are heads of groups */
	size_t n = 0;

	if (!m->set_open && produce_message_open(m, e) == -1)
		return -1;
	first = t->ops->at(t->self)->segments + 1;
	if (m->c->out == 0)
		m->c->loop = loop_of(r->segments);
	for (const struct made *k = r->made_first; k; k = k->next) {
		if (k == r->made)
			heads = t->ops->at(t->self)->segments + 1 - first;
		t->ops->put_tree(t->self, k);
	}
	for (const struct segment *s = r->first; s; s = s->next)
		t->ops->put(t->self, s);
	if (split_limited(&m->split) || split_limited(&m->whole))
		split_add(&m->split, split_size(r->first));
	produce_stop_written(&m->stop, m->c->items);
	m->in_set++;
	m->c->out++;
	joined = map_joined(m->run, &n);
	outcome_item(&m->o, t->ops->at(t->self), first,
		&(struct outcome_item){.item = it,
			.key = r->key,
			.hash = hash,
			.action = m->action,
			.joined = joined,
			.n = n,
			.head = r->nhead + heads,
			.noted = d->first});
	if (limit > 0 && m->in_set >= limit && produce_message_close(m, e) == -1)
		return -1;
	return outcome_flush(&m->o, OUTCOME_FLUSH, e);
}

static void add_duplicate(struct diag *d, const struct item *it, struct str key)
{
	const struct finding f = {.code = STR("KEY-DUPLICATE"),
		.severity = SEV_ERROR,
		.offset = it->offset,
		.line = it->line,
		.column = it->line > 0,
		.item = key,
		.found = key,
		.rule = STR("Two or more items carry this key, so none of them is sent."),
		.remedy = STR("Give each item its own key, or archive the copy.")};

	diag_add(d, &f);
}

static void add_empty(struct diag *d, struct str key)
{
	const struct finding f = {.code = STR("ITEM-EMPTY"), .item = key};

	diag_add(d, &f);
}

/* Has another item of the message that it would be in broken a rule that stops the message? */
static bool add_stopped(struct produce_making *m, struct diag *d, struct str key)
{
	const struct produce_stop_range *r = produce_stop_find(&m->stop, m->c->items);
	const struct finding f = {.code = STR("MESSAGE-STOPPED"),
		.item = key,
		.found = r ? r->by : STR(""),
		.expected = STR("items that keep the rules with stop=\"message\"")};

	if (!r)
		return false;
	map_take_back(m->run);
	diag_add(d, &f);
	return true;
}

/* No catalogue has such keys; more likely a field of text was taken for one. */
static int refuse_key(struct produce_making *m, const struct item *it, struct str key,
	struct diag *d, struct err *e)
{
	const struct str shown = utf8_left((struct str){key.p, OUTCOME_KEY_MAX}, 60);
	const struct finding f = {.code = STR("KEY-LONG"),
		.severity = SEV_ERROR,
		.item = shown,
		.found = shown,
		.rule = STR("The key is longer than 1000 bytes."),
		.remedy = STR("Give the item a short key, or correct the key of the map.")};

	diag_add(d, &f);
	return produce_item_aside(m, it, shown, d, e);
}

/* Leaves out what the partner already has, or refused as it is. True: do not write it. */
static bool left_out(struct produce_making *m, struct str key, const char *hash)
{
	bool same = false;
	const enum known_state state = known_find(m->p->known, key, str_c(hash), &same);

	if ((state == KNOWN_REJECTED || state == KNOWN_HELD) && same) {
		m->c->waiting++;
		return true;
	}
	if (m->p->only_changes && same && (state == KNOWN_PENDING || state == KNOWN_ACCEPTED)) {
		m->c->unchanged++;
		return true;
	}
	return false;
}

/* What cannot be read has no key. A member of a tree is known by its file, a line or row by its
 * bytes: the same one is told of once, wherever it stands tonight, and another one anew. */
struct str produce_item_unreadable(struct produce_making *m, const struct item *it)
{
	uint8_t digest[HASH_SIZE];
	char hex[HASH_HEX];
	struct buf key;
	struct str kept;

	if (!str_eq(it->file, m->p->source->spec.file))
		return it->file;
	hash_add(m->hash, it->raw.p, it->raw.n);
	hash_end(m->hash, digest);
	hash_hex(digest, hex);
	buf_init(&key, 60);
	buf_printf(&key, "unreadable-%.16s", hex);
	kept = arena_str(&m->item, buf_view(&key));
	buf_done(&key);
	return kept;
}

/* In a run for items that are due again: is this one of the others? */
static bool not_due(struct produce_making *m, struct str key)
{
	bool same = false;

	if (!m->p->only_due || known_find(m->p->known, key, STR(""), &same) == KNOWN_DUE)
		return false;
	m->c->unchanged++;
	return true;
}

/* used: what is there already; what: "a message". */
static void add_over_limit(struct diag *d, struct str key, const struct split *s,
	struct split_size used, struct split_size size, const char *what)
{
	const struct map_limits *most = &s->limits;
	const bool segments = most->segments > 0 && used.segments + size.segments > most->segments;
	char found[80];
	char expected[80];
	struct finding f = {.code = STR("ITEM-OVER-LIMIT"), .severity = SEV_ERROR, .item = key};

	(void)snprintf(found, sizeof(found), "%llu %s with header and trailer",
		(unsigned long long)(segments ? used.segments + size.segments
					      : used.bytes + size.bytes),
		segments ? "segments" : "bytes");
	(void)snprintf(expected, sizeof(expected), "at most %llu in %s",
		(unsigned long long)(segments ? most->segments : most->bytes), what);
	f.found = str_c(found);
	f.expected = str_c(expected);
	diag_add(d, &f);
}

/* Sees to it that the message in hand has room for the item, which is made anew as the first of the next
 * one if it has not. 1; 0 no message has, or it is not fit any more: it is to be set aside; -1. */
static int room_in_message(struct produce_making *m, const struct item *it, struct map_result *r,
	struct str key, struct diag *d, struct err *e)
{
	struct split_size size;
	struct diag again;

	if (!split_limited(&m->split))
		return 1;
	size = split_size(r->first);
	if (split_fits(&m->split, size))
		return 1;
	map_take_back(m->run);
	if (m->in_set > 0) {
		diag_init(&again, &m->item);
		if (produce_message_close(m, e) == -1 ||
			produce_message_start(m, it, &again, e) == -1 ||
			map_item(m->run, it, 1, r, &again, &m->item, e) == -1)
			return -1;
		if (r->stop_message)
			produce_stop_broken(&m->stop, key, &m->start);
		spell(m, r, key, &again);
		if (r->verdict == MAP_OUT && fit(m, r, key, &again) &&
			split_fits(&m->split, split_size(r->first)))
			return 1;
		if (r->verdict == MAP_OUT)
			map_take_back(m->run);
		for (const struct finding *f = again.errors ? again.first : NULL; f; f = f->next)
			diag_add(d, f);
		if (again.errors)
			return 0;
	}
	add_over_limit(d, key, &m->split, m->split.used, size, "a message");
	return 0;
}

/* With all that is in the interchange, and the message in hand. */
static struct split_size with_whole(const struct produce_making *m, struct split_size size)
{
	size.segments += m->split.used.segments;
	size.bytes += m->split.used.bytes;
	return size;
}

enum room { ROOM_FAILED = -1, ROOM_NEVER, ROOM_HERE, ROOM_NEXT };

/* Is there room for the item in the message and in the interchange? */
static enum room make_room(struct produce_making *m, const struct item *it, struct map_result *r,
	struct str key, struct diag *d, struct err *e)
{
	const uint32_t most = m->whole.limits.items;
	struct split_size size;
	int rc = 0;

	if (m->full || (most > 0 && m->c->out >= most)) {
		map_take_back(m->run);
		return ROOM_NEXT;
	}
	rc = room_in_message(m, it, r, key, d, e);
	if (rc != 1)
		return rc == 0 ? ROOM_NEVER : ROOM_FAILED;
	if (!split_limited(&m->whole))
		return ROOM_HERE;
	size = with_whole(m, split_size(r->first));
	if (split_fits(&m->whole, size))
		return ROOM_HERE;
	map_take_back(m->run);
	if (m->c->out > 0)
		return ROOM_NEXT;
	add_over_limit(d, key, &m->whole, m->whole.used, size, "an interchange");
	return ROOM_NEVER;
}

/* What is behind it in the source is left as well, also what would still fit: items keep their order. */
static int leave(struct produce_making *m, struct str key, struct err *e)
{
	m->full = true;
	m->c->waiting++;
	m->c->left++;
	outcome_left(&m->o, key);
	return outcome_flush(&m->o, OUTCOME_FLUSH, e);
}

/* One that is fit to leave. */
static int place_item(struct produce_making *m, const struct item *it, struct map_result *r,
	struct str key, const char *hash, struct diag *d, struct err *e)
{
	switch (make_room(m, it, r, key, d, e)) {
	case ROOM_FAILED:
		return -1;
	case ROOM_NEVER:
		return produce_item_aside(m, it, key, d, e);
	case ROOM_NEXT:
		return leave(m, key, e);
	case ROOM_HERE:
		break;
	}
	complete(d, it, key);
	produce_item_report(m, d);
	m->c->noted += d->n > 0;
	return write_item(m, it, r, hash, d, e);
}

/* In a source whose items come in the order of their groups, none is before the last. */
static bool out_of_order(struct produce_making *m, struct str order)
{
	if (m->sorted || order.n == 0)
		return false;
	if (str_cmp(order, buf_view(&m->order)) < 0)
		return true;
	buf_clear(&m->order);
	buf_str(&m->order, order);
	return false;
}

/* The item once more, as a change of one that the partner holds. 1; 0 it is not fit as such; -1. */
static int make_change(struct produce_making *m, const struct item *it, struct map_result *r,
	struct str key, struct diag *d, struct err *e)
{
	struct diag again;

	map_take_back(m->run);
	produce_item_action(m, STR("change"));
	diag_init(&again, &m->item);
	if (map_item(m->run, it, m->in_set + 1, r, &again, &m->item, e) == -1)
		return -1;
	spell(m, r, key, &again);
	if (fit(m, r, key, &again) && r->verdict == MAP_OUT && again.errors == 0)
		return 1;
	if (r->verdict == MAP_OUT)
		map_take_back(m->run);
	for (const struct finding *f = again.first; f; f = f->next)
		diag_add(d, f);
	return 0;
}

/* What is kept of the item says as what it was sent, where its map says so. */
static void sign(const struct produce_making *m, char hash[HASH_HEX])
{
	char content[HASH_HEX];

	if (!map_uses_action(m->p->map) || !is_compared(m))
		return;
	memcpy(content, hash, sizeof(content));
	(void)snprintf(hash, HASH_HEX, STR_FMT ":%.40s", STR_ARG(m->action), content);
}

/* A good one that the partner does not have as it is. */
static int send_item(struct produce_making *m, const struct item *it, struct map_result *r,
	struct str key, char hash[HASH_HEX], struct diag *d, struct err *e)
{
	int rc = 1;

	if (add_stopped(m, d, key))
		return produce_item_aside(m, it, key, d, e);
	if (map_uses_action(m->p->map) && m->p->only_changes && known_holds(m->p->known, key))
		rc = make_change(m, it, r, key, d, e);
	if (rc != 1)
		return rc == 0 ? produce_item_aside(m, it, key, d, e) : -1;
	sign(m, hash);
	return place_item(m, it, r, key, hash, d, e);
}

int produce_item_delete(
	struct produce_making *m, const struct item *it, struct diag *d, struct err *e)
{
	struct map_result r = {.verdict = MAP_ASIDE};
	struct str key;

	produce_item_action(m, STR("delete"));
	if (produce_message_start(m, it, d, e) == -1 ||
		map_item(m->run, it, m->in_set + 1, &r, d, &m->item, e) == -1)
		return -1;
	key = arena_str(&m->item, r.key);
	if (r.verdict == MAP_OUT && !r.segments && !r.made)
		add_empty(d, key);
	spell(m, &r, key, d);
	if (fit(m, &r, key, d) && r.verdict == MAP_OUT && d->errors == 0)
		return place_item(m, it, &r, key, KNOWN_GONE, d, e);
	if (r.verdict == MAP_OUT)
		map_take_back(m->run);
	return produce_item_aside(m, it, key, d, e);
}

int produce_item_convert(
	struct produce_making *m, const struct item *it, struct diag *d, struct err *e)
{
	struct map_result r;
	struct str key;
	char hash[HASH_HEX] = "";
	bool good = false;

	memset(&r, 0, sizeof(r));
	produce_item_action(m, m->p->input.action);
	if (map_key(m->run, it, &r, d, &m->item, e) == -1)
		return -1;
	if (r.verdict == MAP_SKIP)
		return 0;
	m->c->items++;
	produce_gone_met(m, r.key, r.verdict == MAP_WITHDRAWN);
	if (str_is(m->action, "delete") && r.verdict != MAP_ASIDE)
		r.verdict = r.verdict == MAP_WITHDRAWN ? MAP_OUT : MAP_NOT_SELECTED;
	if (r.verdict == MAP_NOT_SELECTED || r.verdict == MAP_WITHDRAWN) {
		m->c->unselected++;
		return 0;
	}
	if (r.key.n > OUTCOME_KEY_MAX)
		return refuse_key(m, it, r.key, d, e);
	if (m->watch && r.key.n > 0 && !dups_first(m->dups, r.key)) {
		m->suspect = true;
		return 0;
	}
	if (not_due(m, r.key))
		return 0;
	if (out_of_order(m, r.order)) {
		m->unsorted = true;
		return 0;
	}
	key = arena_str(&m->item, r.key);
	if (r.order.n > 0 && produce_message_groups(m, e) == -1)
		return -1;
	/* What is of no group makes no header. */
	if (((r.order.n > 0 || !map_groups_messages(m->p->map)) &&
		    produce_message_start(m, it, d, e) == -1) ||
		map_item(m->run, it, m->in_set + 1, &r, d, &m->item, e) == -1)
		return -1;
	if (r.stop_message)
		produce_stop_broken(&m->stop, key, &m->start);
	if (r.verdict == MAP_OUT && !r.segments && !r.made)
		add_empty(d, key);
	spell(m, &r, key, d);
	good = fit(m, &r, key, d) && r.verdict == MAP_OUT && d->errors == 0;
	if (m->dups && !m->watch && key.n > 0 && dups_is(m->dups, key)) {
		add_duplicate(d, it, key);
		good = false;
	}
	if (good && is_compared(m))
		content_hash(m, &r, hash);
	if (good && !left_out(m, key, hash))
		return send_item(m, it, &r, key, hash, d, e);
	if (r.verdict == MAP_OUT)
		map_take_back(m->run);
	return good ? 0 : produce_item_aside(m, it, key, d, e);
}
