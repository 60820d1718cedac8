/*
 * The conversion; see produce.h. An item is checked whole before any of it is written, so that
 * one bad item never leaves half a loop behind.
 */
#include "stage/produce.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "edi/x12_check.h"
#include "secure/hash.h"
#include "stage/dups.h"
#include "stage/outcome.h"

enum { PROGRESS_EVERY = 256, SAID_MAX = 16 << 10 };

struct making {
	const struct produce *p;
	struct produce_counts *c;
	struct map_run *run;
	struct dups *dups;
	bool watch;   /* keys are put into dups while items are converted */
	bool suspect; /* and one may have been there before */
	struct hash_ctx *hash;
	struct buf said; /* by an item, for its hash */
	struct x12_rules *rules;
	struct x12_writer writer;
	struct outcome o;
	struct arena item;   /* one item's trees, segments and findings */
	struct arena header; /* a message's header until it is written */
	struct segment *head;
	bool message_ready; /* map_message_start has run */
	bool set_open;
	bool started;
	uint32_t in_set; /* items in the open set */
};

static void writing_start(struct making *m)
{
	x12_writer_init(&m->writer, m->p->profile, outcome_interchange(&m->o));
	outcome_start(&m->o);
}

/* --- items that stay behind --- */

static void report(const struct making *m, const struct diag *d)
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

static int set_aside(
	struct making *m, const struct item *it, struct str key, struct diag *d, struct err *e)
{
	complete(d, it, key);
	report(m, d);
	m->c->aside++;
	return outcome_aside(&m->o, it, key, d, e);
}

/* --- messages and envelopes --- */

/* Header and trailer are the agreement's and map's business: a fault there stops the unit. */
static int check_segments(
	struct making *m, const struct segment *s, const char *what, struct err *e)
{
	struct diag d;
	const struct finding about = {.item = str_c(what)};

	diag_init(&d, &m->item);
	for (; s; s = s->next) {
		if (!x12_write_check(m->rules, s, &d, &about)) {
			struct buf line;
			buf_init(&line, 2000);
			diag_line(&line, diag_first_error(&d));
			(void)err_set(e, ERR_CONFIG, "the message's %s (map line %u): %s", what,
				s->map_line, buf_cstr(&line));
			buf_done(&line);
			return -1;
		}
	}
	return 0;
}

/* -1 when the map itself found a fault in what it made of the header or the trailer. */
static int sound(const struct diag *d, const char *what, struct err *e)
{
	struct buf line;

	if (d->errors == 0)
		return 0;
	buf_init(&line, 2000);
	diag_line(&line, diag_first_error(d));
	(void)err_set(e, ERR_CONFIG, "the message's %s: %s", what, buf_cstr(&line));
	buf_done(&line);
	return -1;
}

static int message_start(struct making *m, struct err *e)
{
	struct diag d;
	size_t n = 0;

	if (m->message_ready)
		return 0;
	arena_reset(&m->header);
	diag_init(&d, &m->header);
	if (map_message_start(m->run, &m->head, &n, &d, &m->header, e) == -1)
		return -1;
	if (sound(&d, "header", e) == -1 || check_segments(m, m->head, "header", e) == -1)
		return -1;
	m->message_ready = true;
	return 0;
}

static int open_set(struct making *m, struct err *e)
{
	uint64_t isa = m->c->isa;
	uint64_t gs = m->c->gs;

	if (!m->started) {
		if (isa == 0 &&
			(m->p->number(m->p->ctx, 'I', &isa, e) == -1 ||
				m->p->number(m->p->ctx, 'G', &gs, e) == -1))
			return -1;
		x12_writer_open_interchange(&m->writer, isa);
		x12_writer_open_group(&m->writer, map_target(m->p->map)->group, gs);
		m->c->isa = isa;
		m->c->gs = gs;
		m->started = true;
	}
	x12_writer_open_set(&m->writer, map_target(m->p->map)->id);
	for (const struct segment *s = m->head; s; s = s->next)
		x12_writer_put(&m->writer, s);
	outcome_header(&m->o, &m->writer, 1);
	m->set_open = true;
	m->in_set = 0;
	m->c->sets++;
	return 0;
}

static int close_set(struct making *m, struct err *e)
{
	struct segment *tail = NULL;
	size_t n = 0;
	struct diag d;
	const uint64_t first = m->writer.segments + 1;

	if (!m->set_open)
		return 0;
	diag_init(&d, &m->item);
	if (map_message_end(m->run, &tail, &n, &d, &m->item, e) == -1 ||
		sound(&d, "trailer", e) == -1 || check_segments(m, tail, "trailer", e) == -1)
		return -1;
	for (const struct segment *s = tail; s; s = s->next)
		x12_writer_put(&m->writer, s);
	x12_writer_close_set(&m->writer);
	outcome_trailer(&m->o, &m->writer, first, m->in_set);
	m->set_open = false;
	m->message_ready = false;
	m->in_set = 0; /* the next item is the first of its message, also before that is open */
	return 0;
}

/* --- one item --- */

/* Small pieces are gathered: each call of the hash costs as much as a hundred bytes. */
static void say(struct making *m, const void *p, size_t n)
{
	if (n > SAID_MAX - m->said.n) {
		hash_add(m->hash, m->said.p, m->said.n);
		buf_clear(&m->said);
	}
	if (n > SAID_MAX)
		hash_add(m->hash, p, n);
	else
		buf_put(&m->said, p, n);
}

/* 128 bits over all that the item says, without what differs every night by design. */
static void content_hash(struct making *m, const struct map_result *r, char out[HASH_HEX])
{
	uint8_t digest[HASH_SIZE];

	buf_clear(&m->said);
	for (const struct segment *s = r->segments; s; s = s->next) {
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
	hash_add(m->hash, m->said.p, m->said.n);
	hash_end(m->hash, digest);
	hash_hex(digest, out);
	out[32] = '\0';
}

static void field_of(struct making *m, const struct segment *s, struct finding *f)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct value *v = &s->values[i];
		if (v->element != f->element || (f->component && v->component != f->component) ||
			!v->from)
			continue;
		f->field = node_path(v->from, m->p->input.names, &m->item);
		if (map_place(m->run, v->from, f, &m->item))
			return;
		f->offset = v->from->place.offset;
		f->line = v->from->place.line;
		f->column = v->from->place.column;
		return;
	}
}

/* Is every segment of the item fit to leave? Findings get the field that the value came from. */
static bool fit(struct making *m, const struct map_result *r, struct str key, struct diag *d)
{
	const struct finding about = {.item = key};
	bool good = true;

	for (const struct segment *s = r->segments; s; s = s->next) {
		struct finding *before = d->last;
		if (x12_write_check(m->rules, s, d, &about) && d->last == before)
			continue;
		for (struct finding *f = before ? before->next : d->first; f; f = f->next) {
			field_of(m, s, f);
			good = good && f->severity < SEV_ERROR;
		}
	}
	return good;
}

static int write_item(struct making *m, const struct item *it, const struct map_result *r,
	const char *hash, const struct diag *d, struct err *e)
{
	const uint32_t limit = map_items_per_message(m->p->map);
	const struct map_joined *joined = NULL;
	uint64_t first = 0;
	size_t n = 0;

	if (!m->set_open && open_set(m, e) == -1)
		return -1;
	first = m->writer.segments + 1;
	if (m->c->out == 0 && r->segments && r->segments->node)
		m->c->loop = r->segments->node->parent;
	for (const struct segment *s = r->segments; s; s = s->next)
		x12_writer_put(&m->writer, s);
	m->in_set++;
	m->c->out++;
	joined = map_joined(m->run, &n);
	outcome_item(&m->o, &m->writer, first,
		&(struct outcome_item){.item = it,
			.key = r->key,
			.hash = hash,
			.joined = joined,
			.n = n,
			.noted = d->first});
	if (limit > 0 && m->in_set >= limit && close_set(m, e) == -1)
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

/* No catalogue has such keys; more likely a field of text was taken for one. */
static int refuse_key(
	struct making *m, const struct item *it, struct str key, struct diag *d, struct err *e)
{
	const struct str shown = utf8_left((struct str){key.p, OUTCOME_KEY_MAX}, 60);
	const struct finding f = {.code = STR("KEY-LONG"),
		.severity = SEV_ERROR,
		.item = shown,
		.found = shown,
		.rule = STR("The key is longer than 1000 bytes."),
		.remedy = STR("Give the item a short key, or correct the key of the map.")};

	diag_add(d, &f);
	return set_aside(m, it, shown, d, e);
}

/* Leaves out what the partner already has, or refused as it is. True: do not write it. */
static bool left_out(struct making *m, struct str key, const char *hash)
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
static struct str unreadable_key(struct making *m, const struct item *it)
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
static bool not_due(struct making *m, struct str key)
{
	bool same = false;

	if (!m->p->only_due || known_find(m->p->known, key, STR(""), &same) == KNOWN_DUE)
		return false;
	m->c->unchanged++;
	return true;
}

static int convert_item(struct making *m, const struct item *it, struct diag *d, struct err *e)
{
	struct map_result r;
	struct str key;
	char hash[HASH_HEX];
	bool good = false;

	memset(&r, 0, sizeof(r));
	if (map_key(m->run, it, &r, d, &m->item, e) == -1)
		return -1;
	if (r.verdict == MAP_SKIP)
		return 0;
	m->c->items++;
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
	key = arena_str(&m->item, r.key);
	if (message_start(m, e) == -1 ||
		map_item(m->run, it, m->in_set + 1, &r, d, &m->item, e) == -1)
		return -1;
	good = fit(m, &r, key, d) && r.verdict == MAP_OUT && d->errors == 0;
	if (m->dups && !m->watch && key.n > 0 && dups_is(m->dups, key)) {
		add_duplicate(d, it, key);
		good = false;
	}
	if (good)
		content_hash(m, &r, hash);
	if (good && !left_out(m, key, hash)) {
		complete(d, it, key);
		report(m, d);
		m->c->noted += d->n > 0;
		return write_item(m, it, &r, hash, d, e);
	}
	if (r.verdict == MAP_OUT)
		map_take_back(m->run);
	return good ? 0 : set_aside(m, it, key, d, e);
}

/* --- passes over the source --- */

enum pass { PASS_FIRST, PASS_SECOND };

static int key_pass(struct making *m, struct reader *source, enum pass pass, struct err *e)
{
	struct item it;
	struct diag d;
	int rc = 0;

	for (;;) {
		struct map_result r;
		memset(&r, 0, sizeof(r));
		arena_reset(&m->item);
		diag_init(&d, &m->item);
		rc = reader_next(source, &it, &d, e);
		if (rc != 1)
			return rc;
		if (!it.root)
			continue;
		if (map_key(m->run, &it, &r, &d, &m->item, e) == -1)
			return -1;
		if (r.verdict == MAP_SKIP || r.verdict == MAP_NOT_SELECTED ||
			r.verdict == MAP_WITHDRAWN || r.key.n == 0)
			continue;
		if (pass == PASS_FIRST)
			(void)dups_first(m->dups, r.key);
		else
			dups_second(m->dups, r.key);
	}
}

/* The source once more from its start: a reader of its own on the same descriptor. */
static struct reader *once_more(const struct making *m, struct err *e)
{
	const struct reader *like = m->p->source;

	return reader_open(like->fd, &like->spec, m->p->input.names, e);
}

static int read_keys(struct making *m, enum pass pass, struct err *e)
{
	struct reader *again = once_more(m, e);
	int rc = -1;

	if (again)
		rc = key_pass(m, again, pass, e);
	reader_close(again);
	return rc;
}

/* Converts to the end, or, while keys are only watched, to the first one that may be a duplicate. */
static int read_items(struct making *m, struct reader *source, struct err *e)
{
	struct item it;
	struct diag d;
	uint64_t seen = 0;
	int rc = 0;

	while (!m->suspect) {
		arena_reset(&m->item);
		diag_init(&d, &m->item);
		memset(&it, 0, sizeof(it));
		rc = reader_next(source, &it, &d, e);
		if (rc != 1)
			return rc;
		if (!it.root) {
			m->c->items++;
			rc = set_aside(m, &it, unreadable_key(m, &it), &d, e);
		} else {
			rc = convert_item(m, &it, &d, e);
		}
		if (rc == -1)
			return err_wrap(e, STR_FMT ":%" PRIu32, STR_ARG(it.file), it.line);
		if (++seen % PROGRESS_EVERY == 0 && m->p->progress)
			m->p->progress(m->p->ctx, m->c->items, source->bytes, source->size);
	}
	return 0;
}

/* --- unique keys --- */

/* Back to where nothing was made. The control numbers that were drawn stay: the unit has them. */
static int start_anew(struct making *m, struct err *e)
{
	const struct produce_counts numbers = {.isa = m->c->isa, .gs = m->c->gs};

	*m->c = numbers;
	if (outcome_again(&m->o, e) == -1)
		return -1;
	writing_start(m);
	m->message_ready = m->set_open = m->started = m->suspect = m->watch = false;
	m->in_set = 0;
	return 0;
}

/* A key may be there twice: the rest of the keys, a second look at the suspects, and all anew. */
static int settle_duplicates(struct making *m, struct reader *source, struct err *e)
{
	struct reader *again = NULL;
	int rc = -1;

	if (key_pass(m, source, PASS_FIRST, e) == -1 || !dups_again(m->dups) ||
		read_keys(m, PASS_SECOND, e) == -1 || start_anew(m, e) == -1)
		return -1;
	again = once_more(m, e);
	if (again)
		rc = read_items(m, again, e);
	reader_close(again);
	return rc;
}

/*
 * Keys are hardly ever there twice, so all is converted at once, the keys are watched, and only a
 * suspect makes us begin again. Who is told of findings as they come is told once: then the keys
 * are read first.
 */
static int read_all(struct making *m, struct err *e)
{
	if (!map_key_unique(m->p->map))
		return read_items(m, m->p->source, e);
	m->dups = dups_new();
	m->watch = !m->p->finding;
	if (!m->watch &&
		(read_keys(m, PASS_FIRST, e) == -1 ||
			(dups_again(m->dups) && read_keys(m, PASS_SECOND, e) == -1)))
		return -1;
	if (read_items(m, m->p->source, e) == -1)
		return -1;
	return m->suspect ? settle_duplicates(m, m->p->source, e) : 0;
}

static int report_orphans(struct making *m, struct err *e)
{
	struct diag d;

	if (m->p->only_due)
		return 0;
	arena_reset(&m->item);
	diag_init(&d, &m->item);
	if (map_orphans(m->run, &d, e) == -1)
		return -1;
	report(m, &d);
	for (const struct finding *f = d.first; f; f = f->next)
		outcome_orphan(&m->o, f);
	m->c->orphans = d.n;
	return 0;
}

static int make_all(struct making *m, struct err *e)
{
	struct diag d;

	diag_init(&d, &m->header);
	m->run = map_run_new(m->p->map, &m->p->input, &d, e);
	if (!m->run)
		return -1;
	report(m, &d);
	if (read_all(m, e) == -1 || report_orphans(m, e) == -1 || close_set(m, e) == -1)
		return -1;
	if (m->started) {
		x12_writer_close_group(&m->writer);
		x12_writer_close_interchange(&m->writer);
	}
	return outcome_flush(&m->o, 0, e);
}

int produce_run(const struct produce *p, struct produce_counts *c, struct err *e)
{
	struct making m;
	int rc = -1;

	memset(&m, 0, sizeof(m));
	memset(c, 0, sizeof(*c));
	m.p = p;
	m.c = c;
	m.hash = hash_new();
	buf_init(&m.said, SAID_MAX);
	m.rules = x12_check_rules_new(p->profile);
	arena_init(&m.item);
	arena_init(&m.header);
	outcome_init(&m.o, p->out, p->lineage, p->aside, p->result);
	writing_start(&m);
	rc = make_all(&m, e);
	map_run_free(m.run);
	dups_free(m.dups);
	hash_free(m.hash);
	buf_done(&m.said);
	x12_check_rules_free(m.rules);
	outcome_done(&m.o);
	arena_done(&m.item);
	arena_done(&m.header);
	if (rc == 0 && c->items != c->out + c->unselected + c->aside + c->unchanged + c->waiting)
		return err_set(e, ERR_CORRUPT,
			"the counts do not reconcile: %" PRIu64 " items in, %" PRIu64
			" accounted for",
			c->items, c->out + c->unselected + c->aside + c->unchanged + c->waiting);
	return rc;
}
