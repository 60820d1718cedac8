/*
 * Any bytes as a line file of a worker: the lines and fields that are there, written again as they
 * were; and to each reader of such files (results, lineage, catalog state). The first byte says which.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "stage/convert_answer.h"
#include "stage/known.h"
#include "stage/lines.h"
#include "stage/trace.h"
#include "input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool good)
{
	if (!good)
		abort();
}

/* A field that was read is written, and read again the same. */
static void fields(struct str line, struct arena *a)
{
	while (line.n > 0) {
		const struct str field = lines_take(&line, a);
		struct buf b;
		buf_init(&b, 4 * LINES_MAX);
		lines_field(&b, field);
		struct str rest = buf_view(&b);
		must(str_chr(rest, '\t') == SIZE_MAX && str_chr(rest, '\n') == SIZE_MAX);
		must(str_eq(lines_take(&rest, a), field) && rest.n == 0);
		buf_done(&b);
	}
}

static void walk(int fd, struct str bytes, bool results)
{
	struct lines l;
	struct str line;
	struct arena a;
	struct err e;
	int rc = 0;

	arena_init(&a);
	err_clear(&e);
	lines_open(&l, fd);
	while ((rc = lines_next(&l, &line, &e)) == 1) {
		struct convert_result r = {.kind = '\0'};
		const size_t end = str_chr(bytes, '\n');
		must(end != SIZE_MAX && str_eq(line, str_sub(bytes, 0, end)));
		bytes = str_from(bytes, end + 1);
		if (!results)
			fields(line, &a);
		else if (convert_answer_result(line, &a, &r, &e) == -1)
			must(e.code == ERR_INPUT && r.kind == '\0');
		else
			must(r.items >= 0 && (r.kind != 'O' || r.hash.n > 0));
		arena_reset(&a);
	}
	if (rc == 0)
		must(bytes.n == 0);
	else
		must(e.code == ERR_INPUT &&
			(str_chr(bytes, '\n') == SIZE_MAX || str_chr(bytes, '\n') > LINES_MAX));
	lines_close(&l);
	arena_done(&a);
}

static void lineage(int fd)
{
	struct trace_point points[] = {{.st = STR("0001"), .segment_at = 1},
		{.st = STR("0001"), .segment_at = 7}, {.st = STR("0002"), .segment_at = INT64_MAX}};
	struct arena a;
	struct err e;

	arena_init(&a);
	err_clear(&e);
	if (trace_lineage(fd, points, 3, &a, &e) == -1)
		must(e.text[0] != '\0');
	for (size_t i = 0; i < 3; i++) {
		const struct trace_point *t = &points[i];
		must(t->part == TRACE_NOWHERE || (t->first >= 1 && t->segment_at >= t->first));
		must(t->part == TRACE_ITEM || t->key.n == 0 || t->number >= 0);
	}
	arena_done(&a);
}

static void known(int fd)
{
	struct known *k = NULL;
	struct err e;
	bool same = false;

	err_clear(&e);
	if (known_load(fd, &k, &e) == -1)
		must(!k && e.text[0] != '\0');
	else
		must(known_find(k, STR("key"), STR("hash"), &same) <= KNOWN_HELD);
	known_free(k);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = -1;

	if (size == 0)
		return 0;
	fd = input_file(data + 1, size - 1);
	switch (data[0] % 4) {
	case 2:
		lineage(fd);
		break;
	case 3:
		known(fd);
		break;
	default:
		walk(fd, (struct str){(const char *)data + 1, size - 1}, data[0] % 4 == 1);
	}
	return 0;
}
