/* Memory: zeroed, grown, and the one way out when a size cannot be. */
#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static void zeroed(void **state)
{
	static const char nothing[300];
	char *p = mem_alloc(sizeof(nothing));
	int *q = mem_array(10, sizeof(*q));
	void *none = mem_alloc(0);
	(void)state;

	assert_memory_equal(p, nothing, sizeof(nothing));
	assert_memory_equal(q, nothing, 10 * sizeof(*q));
	assert_non_null(none);
	mem_free(p);
	mem_free(q);
	mem_free(none);
	mem_free(NULL);
}

static void copies(void **state)
{
	char *a = mem_strdup("abc");
	char *b = mem_strndup("abc\0def", 7);
	char *c = mem_strndup(NULL, 0);
	(void)state;

	assert_string_equal(a, "abc");
	assert_memory_equal(b, "abc\0def", 8);
	assert_string_equal(c, "");
	mem_free(a);
	mem_free(b);
	mem_free(c);
}

static void grows(void **state)
{
	uint32_t *array = NULL;
	size_t cap = 0;
	(void)state;

	mem_grow(&array, &cap, 0, sizeof(*array));
	assert_null(array);
	for (uint32_t i = 0; i < 5000; i++) {
		mem_grow(&array, &cap, i + 1, sizeof(*array));
		assert_true(cap > i);
		array[i] = i * 7;
	}
	for (uint32_t i = 0; i < 5000; i++)
		assert_int_equal(array[i], i * 7);
	assert_true(cap < 10000);
	array = mem_resize(array, 3, sizeof(*array));
	assert_int_equal(array[2], 14);
	mem_free(array);
}

static void sums(void **state)
{
	(void)state;
	assert_int_equal(mem_add(2, 3), 5);
	assert_true(mem_add(SIZE_MAX, 0) == SIZE_MAX);
	assert_true(mem_add(SIZE_MAX - 1, 1) == SIZE_MAX);
	assert_int_equal(mem_mul(6, 7), 42);
	assert_int_equal(mem_mul(SIZE_MAX, 0), 0);
	assert_int_equal(mem_mul(0, SIZE_MAX), 0);
	assert_true(mem_mul(SIZE_MAX, 1) == SIZE_MAX);
}

static void add_too_much(void)
{
	(void)mem_add(SIZE_MAX, 1);
}

static void mul_too_much(void)
{
	(void)mem_mul(SIZE_MAX / 2, 3);
}

static void array_too_large(void)
{
	mem_free(mem_array(SIZE_MAX / 8, 16));
}

static void resize_too_large(void)
{
	mem_free(mem_resize(NULL, SIZE_MAX / 8, 16));
}

static void grow_too_large(void)
{
	char *p = NULL;
	size_t cap = 0;

	mem_grow(&p, &cap, SIZE_MAX, 2);
	mem_free(p);
}

/* Each leaves with 71 and one line on standard error. */
static void exhaustion(void **state)
{
	static void (*const calls[])(void) = {
		mem_exhausted,
		add_too_much,
		mul_too_much,
		array_too_large,
		resize_too_large,
		grow_too_large,
	};
	(void)state;

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		char text[400];
		int ends[2];
		int status = 0;
		ssize_t n = 0;
		pid_t pid = 0;
		assert_int_equal(pipe(ends), 0);
		pid = fork();
		if (pid == 0) {
			(void)dup2(ends[1], STDERR_FILENO);
			calls[i]();
			_exit(0);
		}
		close(ends[1]);
		n = read(ends[0], text, sizeof(text) - 1);
		close(ends[0]);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 71);
		assert_true(n > 0);
		text[n] = '\0';
		assert_non_null(strstr(text, "out of memory"));
		assert_ptr_equal(strchr(text, '\n'), text + n - 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(zeroed),
		cmocka_unit_test(copies),
		cmocka_unit_test(grows),
		cmocka_unit_test(sums),
		cmocka_unit_test(exhaustion),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
