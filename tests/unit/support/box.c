/* An empty folder for one test; see box.h. */
#include "unit/support/box.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/fsx.h"
#include "base/fsx_tree.h"

int box_setup(void **state)
{
	struct box *b = test_calloc(1, sizeof(*b));
	struct err e;

	(void)snprintf(b->path, sizeof(b->path), "box-XXXXXX");
	assert_non_null(mkdtemp(b->path));
	b->dir = fsx_dir(b->path, &e);
	assert_true(b->dir >= 0);
	*state = b;
	return 0;
}

int box_teardown(void **state)
{
	struct box *b = *state;
	struct err e;
	const int here = fsx_dir(".", &e);

	fsx_close(b->dir);
	assert_int_equal(fsx_tree_remove(here, b->path, &e), 0);
	fsx_close(here);
	test_free(b);
	return 0;
}

void box_put(int dir, const char *name, const char *text)
{
	struct err e;

	err_clear(&e);
	if (fsx_put(dir, name, str_c(text), &e) != 0)
		fail_msg("%s", e.text);
}

void box_holds(int dir, const char *name, const char *text)
{
	struct buf b;
	struct err e;
	const int fd = fsx_open(dir, name, &e);

	assert_true(fd >= 0);
	buf_init(&b, 1 << 20);
	assert_int_equal(fsx_read(fd, &b, &e), 0);
	assert_string_equal(buf_cstr(&b), text);
	buf_done(&b);
	fsx_close(fd);
}

void box_hash(struct str bytes, char out[HASH_HEX])
{
	struct hash_ctx *h = hash_new();
	uint8_t hash[HASH_SIZE];

	hash_add(h, bytes.p, bytes.n);
	hash_end(h, hash);
	hash_hex(hash, out);
	hash_free(h);
}
