/* Trees written by their targets without a map; see made_world.h. */
#include "unit/support/made_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/fsx.h"

enum { LONG = 100000, OUT_MAX = 1 << 20 };

struct str made_world_text(struct arena *a, unsigned char first)
{
	static const char beyond[] = "\xc3\xa4\xe2\x82\xac\xf0\x9f\xa7\xa3 ]]> \\u0041 ";
	char *p = arena_raw(a, LONG);
	size_t n = 0;

	for (unsigned c = first; c < 0x80; c++)
		p[n++] = (char)c;
	memcpy(p + n, beyond, sizeof(beyond) - 1);
	n += sizeof(beyond) - 1;
	for (; n < LONG; n++)
		p[n] = "long \"value\"; "[n % 14];
	return (struct str){p, n};
}

struct made *made_world_node(struct arena *a, struct made *parent, enum made_kind kind,
	const char *name, struct str text)
{
	struct made *m = ARENA_NEW(a, struct made);

	m->kind = (uint8_t)kind;
	m->name = str_c(name);
	m->text = text;
	if (parent)
		made_add(parent, m);
	return m;
}

static void blame(void *ctx, const struct node *from, struct finding *f)
{
	(void)ctx;
	(void)from;
	(void)f;
}

static const struct target_blame nobody = {blame, NULL};
static const struct finding about = {.item = {"item", 4}};

static void save(const struct buf *out, const char *path)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(out->p, 1, out->n, f), out->n);
	assert_int_equal(fclose(f), 0);
}

static void read_again(const struct target *t, const struct def_message *m, const char *path)
{
	const struct target_wrote w = {
		.message = m, .sets = 1, .items = 1, .at = *t->ops->at(t->self)};
	struct err e;
	const int fd = fsx_open_path(path, &e);

	assert_true(fd != -1);
	if (t->ops->read_back(fd, &w, &e) == -1)
		fail_msg("%s", e.text);
	fsx_close(fd);
}

void made_world_write(const struct def_message *m, const struct made *t, const char *path)
{
	const struct target_envelope v = {.test = true};
	struct target target;
	struct arena a;
	struct diag d;
	struct buf out;
	struct err e;

	arena_init(&a);
	diag_init(&d, &a);
	buf_init(&out, OUT_MAX);
	assert_int_equal(target_open(&target, &v, m, &e), 0);
	assert_string_equal(target.ops->numbers(target.self), "");
	target.ops->start(target.self, &out);
	target.ops->begin(target.self, 0, 0);
	target.ops->open_set(target.self);
	if (!target.ops->check_tree(target.self, t, &d, &about, &nobody))
		fail_msg("%s %s", d.first->code.p, d.first->expected.p);
	target.ops->put_tree(target.self, t);
	target.ops->close_set(target.self);
	target.ops->end(target.self);
	save(&out, path);
	read_again(&target, m, path);
	target_close(&target);
	buf_done(&out);
	arena_done(&a);
}

struct str made_world_findings(const struct def_message *m, const struct made *t, struct arena *a)
{
	const struct target_envelope v = {.test = true};
	struct target target;
	struct str all = STR("");
	struct diag d;
	struct err e;

	diag_init(&d, a);
	assert_int_equal(target_open(&target, &v, m, &e), 0);
	const bool good = target.ops->check_tree(target.self, t, &d, &about, &nobody);
	assert_int_equal(good, d.errors == 0);
	for (const struct finding *f = d.first; f; f = f->next)
		all = arena_printf(a, STR_FMT "%s" STR_FMT " " STR_FMT, STR_ARG(all),
			all.n ? "; " : "", STR_ARG(f->code), STR_ARG(f->segment));
	target_close(&target);
	return all;
}
