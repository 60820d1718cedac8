/* SHA-256 against the examples of FIPS 180-4, in one piece, in many, and of files. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fsx.h"
#include "base/mem.h"
#include "secure/hash.h"
#include "secure/lib.h"
#include "unit/support/box.h"

static const struct row {
	const char *text;
	const char *want;
} rows[] = {
	{"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
	{"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
	{"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		"248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
};

static void known_answers_in_pieces(void **state)
{
	struct hash_ctx *h = hash_new();

	(void)state;
	for (int round = 0; round < 2; round++) {
		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
			uint8_t hash[HASH_SIZE];
			char hex[HASH_HEX];
			for (size_t k = 0; k < strlen(rows[i].text); k++)
				hash_add(h, rows[i].text + k, 1);
			hash_add(h, NULL, 0);
			hash_end(h, hash);
			hash_hex(hash, hex);
			assert_string_equal(hex, rows[i].want);
		}
	}
	hash_free(h);
	hash_free(NULL);
}

static void files(void **state)
{
	const size_t sizes[] = {0, 1, (256 << 10) - 1, 256 << 10, (256 << 10) + 1, 1000000};
	char *bytes = mem_alloc(1000000);

	(void)state;
	memset(bytes, 'a', 1000000);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		char name[] = "hash-XXXXXX";
		char of_file[HASH_HEX];
		char of_bytes[HASH_HEX];
		char of_half[HASH_HEX];
		uint64_t size = 99;
		struct err e;
		const int fd = mkstemp(name);
		assert_true(fd >= 0);
		assert_int_equal(unlink(name), 0);
		assert_int_equal(fsx_write_all(fd, bytes, sizes[i], &e), 0);
		assert_int_equal(hash_file(fd, of_file, &size, &e), 0);
		box_hash((struct str){bytes, sizes[i]}, of_bytes);
		assert_string_equal(of_file, of_bytes);
		assert_int_equal(size, sizes[i]);
		box_hash((struct str){bytes, sizes[i] / 2}, of_bytes);
		assert_int_equal(hash_start(fd, size / 2, of_half, &e), 0);
		assert_string_equal(of_half, of_bytes);
		assert_int_equal(hash_file(fd, of_file, NULL, &e), 0);
		fsx_close(fd);
		/* A million times "a" is an example of the standard too. */
		if (sizes[i] == 1000000)
			assert_string_equal(of_file,
				"cdc76e5c9914fb9281a1c7e284d73e67"
				"f1809a48a497200e046d39ccc7112cd0");
	}
	mem_free(bytes);
}

static void unreadable_file(void **state)
{
	const int dir = open(".", O_RDONLY);
	char hex[HASH_HEX] = "untouched";
	struct err e;

	(void)state;
	assert_int_equal(hash_file(dir, hex, NULL, &e), -1);
	assert_int_equal(e.code, ERR_IO);
	assert_string_equal(hex, "untouched");
	fsx_close(dir);
}

static int start(void **state)
{
	(void)state;
	lib_start();
	return 0;
}

static int stop(void **state)
{
	(void)state;
	lib_stop();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_answers_in_pieces),
		cmocka_unit_test(files),
		cmocka_unit_test(unreadable_file),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
