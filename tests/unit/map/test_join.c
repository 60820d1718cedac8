/*
 * A join whose index is in memory and one whose index is in a scratch file give the same, to the byte: what goes out,
 * its lineage, what is set aside, findings, orphans. What is told when the file fails.
 */
#include <fcntl.h>
#include <inttypes.h>
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
#include "base/scratch.h"
#include "edi/edi_items.h"
#include "stage/produce.h"
#include "unit/support/map_world.h"

enum { OUT, LINEAGE, ASIDE, RESULT, FILES, SAID_MAX = 1 << 20, ITEMS = 400 };

#define HEAD "<map xmlns=\"urn:gridspool:map:1\" name=\"m\"><source format=\"csv\" item=\"row\"/>"
#define TAIL                                                                                             \
	"<target format=\"x12\" version=\"004010\" message=\"832\"/><key value=\"sku\" unique=\"yes\"/>" \
	"<message group-by=\"brand\"><BCT BCT01=\"'PC'\" BCT02=\"brand\"/><item>"                        \
	"<LIN LIN01=\"item-number()\" LIN02=\"'VN'\" LIN03=\"sku\"/>"                                    \
	"<PID PID01=\"'F'\" PID02=\"'08'\" PID05=\"$one/name\"/>"                                        \
	"<loop each=\"$many\"><CTP CTP02=\"'MSR'\" CTP03=\"PRICE\"/></loop></item>"                      \
	"<CTT CTT01=\"item-count()\"/></message></map>"

static const char of_rows[] = HEAD
	"<join name=\"one\" source=\"o\" format=\"csv\" key=\"sku\" on=\"sku\" required=\"yes\" orphans=\"report\"/>"
	"<join name=\"many\" source=\"m\" format=\"csv\" key=\"sku, list\" on=\"sku, 'A'\" rows=\"many\" "
	"orphans=\"report\"/>" TAIL;

struct night {
	struct map_world w;
	struct produce p;
	struct target_envelope envelope;
	struct produce_counts c;
	int fd[FILES];
	struct scratch scratch;
	struct buf said[FILES + 1]; /* the files, and the findings */
	struct err e;
};

static int next_number(void *ctx, char kind, uint64_t *number, struct err *e)
{
	(void)ctx;
	(void)e;
	*number = kind == 'I' ? 701 : 41;
	return 0;
}

static void keep_finding(void *ctx, const struct finding *f)
{
	struct night *n = ctx;

	diag_line(&n->said[FILES], f);
	buf_ch(&n->said[FILES], '\n');
}

static void take_back(void *ctx)
{
	struct night *n = ctx;

	buf_clear(&n->said[FILES]);
}

/* Rows in an order of their own; some keys twice, some missing, some that no item has, one row without any. */
static void write_rows(void)
{
	FILE *items = fopen("items.csv", "w");
	FILE *one = fopen("one.csv", "w");
	FILE *many = fopen("many.csv", "w");

	assert_true(items && one && many);
	assert_true(fputs("sku,brand\n", items) >= 0 && fputs("sku,name\n,Nobody\n", one) >= 0 &&
		fputs("sku,list,PRICE\n", many) >= 0);
	for (unsigned i = 0; i < ITEMS; i++) {
		const unsigned k = i * 7919 % ITEMS;

		assert_true(fprintf(items, "S%u,B%u\n", i, i * 31 % 7) > 0);
		if (k % 11 != 0)
			assert_true(fprintf(one, "S%u,Name %u\n", k, k) > 0);
		if (k % 17 == 0)
			assert_true(fprintf(one, "S%u,Name %u again\n", k, k) > 0);
		if (k % 19 == 0)
			assert_true(fprintf(one, "X%u,Nobody's\n", k) > 0);
		for (unsigned r = 0; r < k % 4; r++)
			assert_true(
				fprintf(many, "S%u,%c,%u.%u\n", k, r == 1 ? 'B' : 'A', r, k) > 0);
	}
	assert_int_equal(fclose(items) | fclose(one) | fclose(many), 0);
}

/* The readers of joins begin anew: a first run has read them to their ends. */
static void open_again(struct night *n, const char *const *files, const struct reader_spec *specs)
{
	for (size_t i = 0; i < n->w.input.njoins; i++) {
		const int fd = fsx_open_path(files[i], &n->e);
		reader_close(n->w.joins[i]);
		n->w.fds[n->w.nfds++] = fd;
		n->w.joins[i] = reader_open(fd, &specs[i], &n->w.names, &n->e);
		assert_non_null(n->w.joins[i]);
	}
}

static void open_night(struct night *n, const char *by, const char *const *files)
{
	const struct reader_spec spec = {.format = STR("csv"), .file = STR("items.csv")};
	struct reader_spec joins[2];
	const struct map_join *list = NULL;
	size_t njoins = 0;

	memset(n, 0, sizeof(*n));
	memset(joins, 0, sizeof(joins));
	map_world_start(&n->w, ".");
	if (!map_world_load(&n->w, by))
		fail_msg("%s", n->w.faults.first->text);
	list = map_joins(n->w.map, &njoins);
	for (size_t i = 0; i < njoins; i++) {
		joins[i].file = str_c(files[i]);
		joins[i].format = list[i].format;
		joins[i].ops = edi_items_find(list[i].format);
		map_reader_spec(n->w.map, (int)i, &joins[i]);
	}
	map_world_open(&n->w, "items.csv", spec, files, joins);
	open_again(n, files, joins);
	for (int i = 0; i < FILES; i++)
		n->fd[i] = fsx_scratch(&n->e);
	for (int i = 0; i <= FILES; i++)
		buf_init(&n->said[i], SAID_MAX);
	n->envelope = (struct target_envelope){.newline = true,
		.repertoire = STR("latin1"),
		.sender = {.qualifier = STR("ZZ"), .id = STR("US")},
		.receiver = {.qualifier = STR("ZZ"), .id = STR("THEM")},
		.test = true,
		.when = {.year = 2026, .month = 11, .day = 23, .hour = 2, .has_time = true}};
}

static int run(struct night *n, int scratch, size_t memory)
{
	n->scratch = (struct scratch){scratch, 0};
	n->w.input.scratch = scratch == -1 ? NULL : &n->scratch;
	n->w.input.memory = memory;
	n->p = (struct produce){.map = n->w.map,
		.source = n->w.source,
		.input = n->w.input,
		.envelope = &n->envelope,
		.defs = n->w.defs,
		.out = n->fd[OUT],
		.lineage = n->fd[LINEAGE],
		.aside = n->fd[ASIDE],
		.result = n->fd[RESULT],
		.number = next_number,
		.finding = keep_finding,
		.anew = take_back,
		.ctx = n};
	return produce_run(&n->p, &n->c, &n->e);
}

static void read_files(struct night *n)
{
	for (int i = 0; i < FILES; i++) {
		struct err e;
		char block[4096];
		size_t got = 1;

		for (uint64_t at = 0; got > 0; at += got) {
			assert_int_equal(
				fsx_pread(n->fd[i], block, sizeof(block), at, &got, &e), 0);
			buf_put(&n->said[i], block, got);
		}
	}
}

static void close_night(struct night *n)
{
	for (int i = 0; i < FILES; i++)
		fsx_close(n->fd[i]);
	for (int i = 0; i <= FILES; i++)
		buf_done(&n->said[i]);
	map_world_done(&n->w);
}

static size_t count(const struct buf *b, const char *what)
{
	const struct str all = buf_view(b);
	size_t n = 0;

	for (size_t at = str_find(all, str_c(what), 0); at != SIZE_MAX;
		at = str_find(all, str_c(what), at + 1))
		n++;
	return n;
}

static void night(
	struct night *n, const char *by, const char *const *files, bool scratch, size_t memory)
{
	const int fd = scratch ? fsx_scratch(&n->e) : -1;

	open_night(n, by, files);
	if (run(n, fd, memory) == -1)
		fail_msg("%s", n->e.text);
	read_files(n);
	fsx_close(fd);
}

static void same(const struct night *a, const struct night *b)
{
	for (int i = 0; i <= FILES; i++)
		assert_true(str_eq(buf_view(&a->said[i]), buf_view(&b->said[i])));
	assert_memory_equal(&a->c.items, &b->c.items, sizeof(a->c.items));
	assert_int_equal(a->c.orphans, b->c.orphans);
	assert_int_equal(a->c.aside, b->c.aside);
}

static const char *const csv_files[] = {"one.csv", "many.csv"};

static void the_same_through_a_file(void **state)
{
	static const size_t memory[] = {1, 200, 3000, 1 << 20};
	struct night all;

	(void)state;
	write_rows();
	night(&all, of_rows, csv_files, false, 0);
	assert_true(all.c.out > 300 && all.c.aside > 40 && all.c.orphans > 20);
	assert_true(count(&all.said[FILES], "JOIN-ROWS-AMBIGUOUS") > 20);
	assert_true(count(&all.said[FILES], "JOIN-ROW-MISSING") > 20);
	assert_int_equal(count(&all.said[FILES], "JOIN-KEY-EMPTY"), 1);
	assert_true(count(&all.said[LINEAGE], "one:") > 300);
	for (size_t i = 0; i < sizeof(memory) / sizeof(memory[0]); i++) {
		struct night n;

		night(&n, of_rows, csv_files, true, memory[i]);
		assert_true((n.scratch.size > 0) == (memory[i] < 1 << 20));
		same(&all, &n);
		close_night(&n);
	}
	close_night(&all);
}

static const char of_messages[] = HEAD
	"<join name=\"one\" source=\"o\" format=\"x12\" version=\"004010\" message=\"832\" row=\"LIN-loop\" "
	"key=\"pair(LIN, 'VN')\" on=\"sku\" orphans=\"report\"/>"
	"<join name=\"many\" source=\"m\" format=\"edifact\" version=\"D01B\" message=\"PRICAT\" row=\"SG36\" "
	"key=\"pair(PIA, 'SA')\" on=\"sku\" rows=\"many\"/>"
	"<target format=\"x12\" version=\"004010\" message=\"832\"/><key value=\"sku\"/>"
	"<message><BCT BCT01=\"'PC'\"/><item><LIN LIN01=\"item-number()\" LIN02=\"'VN'\" LIN03=\"sku\"/>"
	"<PID each=\"$one/PID\" PID01=\"'F'\" PID02=\"'08'\" PID05=\"PID05\"/>"
	"<PID each=\"$many\" PID01=\"'F'\" PID02=\"'GEN'\" PID05=\"LIN/C212.7140\"/></item></message></map>";

/* Two sets of some items each, and the same items in a message of EDIFACT, those of both from last to first. */
static void write_messages(void)
{
	FILE *x12 = fopen("one.edi", "w");
	FILE *edifact = fopen("many.edi", "w");

	assert_true(x12 && edifact);
	assert_true(fputs("ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       "
			  "*261123*0200*U*00401*000000001*0*T*>~\n"
			  "GS*SC*SENDER*RECEIVER*20261123*0200*1*X*004010~\n",
			    x12) >= 0);
	for (int set = 0; set < 2; set++) {
		assert_true(fprintf(x12, "ST*832*000%d~\nBCT*PC~\n", set + 1) > 0);
		for (int i = 19; i >= 0; i--)
			assert_true(fprintf(x12, "LIN*%d*VN*S%d~\nPID*F*08***Name %d~\n", 20 - i,
					    i + set * 20, i + set * 20) > 0);
		assert_true(fprintf(x12, "CTT*20~\nSE*44*000%d~\n", set + 1) > 0);
	}
	assert_true(fputs("GE*2*1~\nIEA*1*000000001~\n", x12) >= 0);
	assert_true(fputs("UNB+UNOC:3+9521000000004:14+9521000101111:14+261123:0200+1++++++1'\n"
			  "UNH+1+PRICAT:D:01B:UN'\nBGM+9+AW26+9'\nDTM+137:20261123:102'\n"
			  "NAD+SU+9521000000004::9'\nNAD+BY+9521000101111::9'\nPGI+11'\n",
			    edifact) >= 0);
	for (int i = 39; i >= 0; i--)
		assert_true(fprintf(edifact, "LIN+%d++95210104283%02d:SRV'\nPIA+1+S%d:SA'\n",
				    40 - i, i, i / 2) > 0);
	assert_true(fprintf(edifact, "UNT+%d+1'\nUNZ+1+1'\n", 6 + 80 + 1) > 0);
	assert_int_equal(fclose(x12) | fclose(edifact), 0);
}

/* Rows of interchanges are copied where there is a file, since their readers read from the start. */
static void rows_of_messages(void **state)
{
	static const char *const files[] = {"one.edi", "many.edi"};
	struct night read;
	struct night copied;
	FILE *items = fopen("items.csv", "w");

	(void)state;
	write_messages();
	assert_non_null(items);
	assert_true(fputs("sku,brand\n", items) >= 0);
	for (int i = 0; i < 38; i++)
		assert_true(fprintf(items, "S%d,B\n", i * 7 % 38) > 0);
	assert_int_equal(fclose(items), 0);
	night(&read, of_messages, files, false, 0);
	night(&copied, of_messages, files, true, 0);
	assert_true(copied.scratch.size > 0);
	same(&read, &copied);
	assert_int_equal(read.c.out, 38);
	assert_int_equal(read.c.orphans, 2);
	assert_int_equal(count(&read.said[OUT], "PID*F*GEN***95210104283"), 40);
	assert_int_equal(count(&read.said[OUT], "PID*F*08***Name "), 38);
	assert_int_equal(count(&read.said[OUT], "LIN*2*VN*S7~\nPID*F*08***Name 7~\n"), 1);
	close_night(&read);
	close_night(&copied);
}

/* Without room, and with a file that lost what was in it: an error that says which join, and nothing else. */
static void tells_what_fails(void **state)
{
	const int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
	struct night n;

	(void)state;
	write_rows();
	open_night(&n, of_rows, csv_files);
	assert_int_equal(run(&n, full, 200), -1);
	assert_int_equal(n.e.code, ERR_FULL);
	assert_string_equal(n.e.reason, SCRATCH_FULL);
	assert_non_null(strstr(n.e.text, "join one: the scratch file cannot be written"));
	close_night(&n);
	fsx_close(full);
}

/* Everything but the writing goes well, and then nothing can be read. */
static void tells_what_is_gone(void **state)
{
	const int fd = open("gone", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	struct night n;
	struct map_result r;
	struct item it;
	struct diag d;
	struct scratch scratch = {fd, 0};
	struct map_run *again = NULL;

	(void)state;
	write_rows();
	open_night(&n, of_rows, csv_files);
	n.w.input.scratch = &scratch;
	n.w.input.memory = 1;
	diag_init(&d, &n.w.arena);
	again = map_run_new(n.w.map, &n.w.input, &d, &n.e);
	assert_non_null(again);
	assert_int_equal(ftruncate(fd, 0), 0);
	assert_int_equal(reader_next(n.w.source, &it, &d, &n.e), 1);
	assert_int_equal(map_key(again, &it, &r, &d, &n.w.arena, &n.e), -1);
	assert_string_equal(n.e.reason, SCRATCH_DAMAGED);
	assert_non_null(strstr(n.e.text, "join one: the scratch file was cut off"));
	map_run_free(again);
	close_night(&n);
	fsx_close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_through_a_file),
		cmocka_unit_test(rows_of_messages),
		cmocka_unit_test(tells_what_fails),
		cmocka_unit_test(tells_what_is_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
