/* For tests of readers; see format_support.h. */
#include "unit/support/format_support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fsx.h"

int format_support_file(struct str bytes)
{
	FILE *f = tmpfile();
	struct err e;
	int fd = -1;

	assert_non_null(f);
	fd = dup(fileno(f));
	assert_int_equal(fclose(f), 0);
	assert_true(fd >= 0);
	assert_int_equal(fsx_write_all(fd, bytes.p, bytes.n, &e), 0);
	return fd;
}

static void value(struct buf *b, const struct node *n)
{
	switch (n->kind) {
	case NODE_TEXT:
		buf_ch(b, '"');
		buf_str(b, n->value);
		buf_ch(b, '"');
		break;
	case NODE_NULL:
		buf_c(b, "null");
		break;
	default:
		buf_str(b, n->value);
		break;
	}
}

/* One at a time, without recursion: documents may be 64 deep. */
void format_support_tree(
	struct buf *b, const struct node *n, const struct names *names, bool places)
{
	const struct node *top = n;

	for (;;) {
		if (n->parent) {
			buf_str(b, names_text(names, n->name));
			buf_ch(b, '=');
		}
		if (n->kind == NODE_OBJECT)
			buf_ch(b, '{');
		else
			value(b, n);
		if (places)
			buf_printf(b, "@%llu", (unsigned long long)n->place.offset);
		if (n->child) {
			n = n->child;
			continue;
		}
		if (n->kind == NODE_OBJECT)
			buf_ch(b, '}');
		while (n != top && !n->next) {
			n = n->parent;
			buf_ch(b, '}');
		}
		if (n == top)
			return;
		n = n->next;
		buf_ch(b, ' ');
	}
}

static void one(
	struct buf *b, const struct item *it, const struct diag *d, const struct names *names)
{
	if (it->root)
		format_support_tree(b, it->root, names, false);
	for (const struct finding *f = d->first; f; f = f->next) {
		buf_ch(b, '!');
		buf_str(b, f->code);
	}
	buf_ch(b, '\n');
}

void format_support_read(struct buf *b, struct str bytes, const struct reader_spec *spec)
{
	struct names names;
	struct arena a;
	struct diag d;
	struct item it;
	struct err e = {.code = ERR_NONE};
	struct reader *r = NULL;
	const int fd = format_support_file(bytes);
	int rc = -1;

	names_init(&names);
	arena_init(&a);
	buf_clear(b);
	r = reader_open(fd, spec, &names, &e);
	while (r) {
		diag_init(&d, &a);
		rc = reader_next(r, &it, &d, &e);
		if (rc != 1)
			break;
		assert_true(it.root || d.errors > 0);
		one(b, &it, &d, &names);
		arena_reset(&a);
	}
	if (rc == -1) {
		assert_int_not_equal(e.code, ERR_NONE);
		buf_printf(b, "REFUSED %s\n", e.reason);
	}
	reader_close(r);
	arena_done(&a);
	names_done(&names);
	(void)close(fd);
	(void)buf_cstr(b);
}
