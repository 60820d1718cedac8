/* Credentials: only a private regular file of ours is read, and what was taken is wiped. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fsx.h"
#include "base/mem.h"
#include "secure/cred.h"
#include "unit/support/box.h"

static void put(int dir, const char *name, struct str secret, mode_t mode)
{
	struct err e;

	assert_int_equal(fsx_put(dir, name, secret, &e), 0);
	assert_int_equal(fchmodat(dir, name, mode, 0), 0);
}

static void loads_private_files(void **state)
{
	const struct box *k = *state;
	const mode_t modes[] = {0400, 0600};
	struct cred *c = NULL;
	struct err e;

	for (size_t i = 0; i < 2; i++) {
		const char *const names[] = {"acme.key", "acme_2-b"};
		put(k->dir, names[i], STR("pass\0word\n"), modes[i]);
		assert_int_equal(cred_load(k->dir, names[i], &c, &e), 0);
		assert_true(str_eq(cred_secret(c), STR("pass\0word\n")));
		assert_int_equal(cred_secret(c).p[10], 0);
		cred_free(c);
	}
	cred_free(NULL);
}

static void refuses_modes(void **state)
{
	const struct box *k = *state;
	const mode_t modes[] = {0644, 0440, 0404, 0640, 0700, 0666, 0601, 04400};
	struct cred *c = NULL;
	struct err e;

	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		char name[16];
		(void)snprintf(name, sizeof(name), "k%zu", i);
		put(k->dir, name, STR("hunter2"), modes[i]);
		assert_int_equal(cred_load(k->dir, name, &c, &e), -1);
		assert_int_equal(e.code, ERR_CONFIG);
		assert_non_null(strstr(e.text, name));
		assert_non_null(strstr(e.text, "0400"));
		assert_null(strstr(e.text, "hunter2"));
		assert_null(c);
	}
}

static void refuses_names(void **state)
{
	const struct box *k = *state;
	const char *const names[] = {"", ".", "..", "../keys/a", "a/b", "a b", "a\n", "\xc3\xa4"};
	struct cred *c = NULL;
	struct err e;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_int_equal(cred_load(k->dir, names[i], &c, &e), -1);
		assert_int_equal(e.code, ERR_CONFIG);
	}
	assert_int_equal(cred_load(k->dir, "absent", &c, &e), -1);
	assert_int_equal(e.code, ERR_ABSENT);
	assert_non_null(strstr(e.text, "keys/absent"));
}

static void refuses_kinds_and_sizes(void **state)
{
	const struct box *k = *state;
	const size_t most = 64 << 10;
	char *bytes = mem_alloc(most + 1);
	struct cred *c = NULL;
	struct err e;

	memset(bytes, 'k', most + 1);
	put(k->dir, "real", STR("x"), 0400);
	put(k->dir, "empty", STR(""), 0400);
	put(k->dir, "most", (struct str){bytes, most}, 0400);
	put(k->dir, "big", (struct str){bytes, most + 1}, 0400);
	assert_int_equal(symlinkat("real", k->dir, "link"), 0);
	assert_int_equal(mkfifoat(k->dir, "fifo", 0400), 0);
	const char *const bad[] = {"empty", "big", "link", "fifo"};
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(cred_load(k->dir, bad[i], &c, &e), -1);
	assert_int_equal(cred_load(k->dir, "most", &c, &e), 0);
	assert_int_equal(cred_secret(c).n, most);
	assert_memory_equal(cred_secret(c).p, bytes, most);
	assert_int_equal(cred_secret(c).p[most], 0);
	cred_free(c);
	mem_free(bytes);
}

static void refuses_files_of_others(void **state)
{
	const struct box *k = *state;
	struct cred *c = NULL;
	struct err e;

	if (geteuid() != 0)
		skip(); /* only root can give a file away */
	put(k->dir, "theirs", STR("x"), 0400);
	assert_int_equal(fchownat(k->dir, "theirs", 65534, 65534, 0), 0);
	assert_int_equal(cred_load(k->dir, "theirs", &c, &e), -1);
	assert_int_equal(e.code, ERR_CONFIG);
	assert_non_null(strstr(e.text, "65534"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_BOX(loads_private_files),
		IN_BOX(refuses_modes),
		IN_BOX(refuses_names),
		IN_BOX(refuses_kinds_and_sizes),
		IN_BOX(refuses_files_of_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
