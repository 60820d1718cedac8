/* A small map over a CSV: what is sent, set aside and left out, the lines about it, the counts. */
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
#include "base/scratch.h"
#include "stage/produce.h"
#include "stage/read_back.h"
#include "unit/support/map_world.h"

static const char map[] =
	"<map xmlns=\"urn:gridspool:map:1\" name=\"m\"><source format=\"csv\" item=\"row\"/>"
	"<target format=\"x12\" version=\"004010\" message=\"832\"/>"
	"<select if=\"status = 'A'\"/><key value=\"sku\" unique=\"yes\"/>"
	"<require test=\"name\" field=\"name\" code=\"NAME-MISSING\">The name is missing.</require>"
	"<message items=\"2\"><BCT BCT01=\"'PC'\"/><item>"
	"<LIN LIN01=\"item-number()\" LIN02=\"'VN'\" LIN03=\"sku\"/>"
	"<PID PID01=\"'F'\" PID02=\"'08'\" PID05=\"name\"/></item>"
	"<CTT CTT01=\"item-count()\"/></message></map>";

static struct target_envelope envelope(void)
{
	return (struct target_envelope){.newline = true,
		.repertoire = STR("latin1"),
		.sender = {.qualifier = STR("ZZ"), .id = STR("US")},
		.receiver = {.qualifier = STR("ZZ"), .id = STR("THEM")},
		.test = true,
		.when = {.year = 2026, .month = 11, .day = 23, .hour = 2, .has_time = true}};
}

enum { OUT, LINEAGE, ASIDE, RESULT, SCRATCH, FILES };

struct night {
	struct map_world w;
	struct produce p;
	struct target_envelope envelope;
	struct produce_counts c;
	int fd[FILES];
	struct scratch scratch;
	char text[FILES][8192];
	int numbers;  /* control numbers that were asked for */
	int findings; /* that were told */
};

static int next_number(void *ctx, char kind, uint64_t *number, struct err *e)
{
	struct night *n = ctx;

	(void)e;
	*number = (kind == 'I' ? 700 : 40) + (uint64_t)++n->numbers;
	return 0;
}

static void count_finding(void *ctx, const struct finding *f)
{
	struct night *n = ctx;

	(void)f;
	n->findings++;
}

static void take_back(void *ctx)
{
	struct night *n = ctx;

	n->findings = 0;
}

static void write_layout(void)
{
	FILE *f = NULL;

	(void)mkdir("csv", 0700);
	f = fopen("csv/latin.xml", "w");
	assert_non_null(f);
	assert_true(fputs("<layout xmlns='urn:gridspool:definition:1' format='csv' name='latin' "
			  "charset='iso-8859-1'><column name='name'/></layout>",
			    f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void open_with(struct night *n, const char *by, const char *csv, bool told)
{
	FILE *f = fopen("items.csv", "w");
	const struct reader_spec spec = {.format = STR("csv"), .file = STR("items.csv")};
	struct err e;

	memset(n, 0, sizeof(*n));
	assert_non_null(f);
	assert_true(fputs(csv, f) >= 0);
	assert_int_equal(fclose(f), 0);
	write_layout();
	map_world_start(&n->w, ".");
	if (!map_world_load(&n->w, by))
		fail_msg("%s", n->w.faults.first->text);
	map_world_open(&n->w, "items.csv", spec, NULL, NULL);
	for (int i = 0; i < FILES; i++) {
		n->fd[i] = fsx_scratch(&e);
		assert_true(n->fd[i] != -1);
	}
	n->envelope = envelope();
	n->scratch = (struct scratch){n->fd[SCRATCH], 0};
	n->w.input.scratch = &n->scratch;
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
		.finding = told ? count_finding : NULL,
		.anew = told ? take_back : NULL,
		.ctx = n};
}

static void open_night(struct night *n, const char *csv, bool told)
{
	open_with(n, map, csv, told);
}

static void run(struct night *n)
{
	struct err e;

	if (produce_run(&n->p, &n->c, &e) == -1 || read_back_run(&n->p, &n->c, &e) == -1)
		fail_msg("%s", e.text);
	for (int i = 0; i < FILES; i++) {
		size_t got = 0;
		assert_int_equal(
			fsx_pread(n->fd[i], n->text[i], sizeof(n->text[i]) - 1, 0, &got, &e), 0);
		n->text[i][got] = '\0';
	}
}

static void close_night(struct night *n)
{
	for (int i = 0; i < FILES; i++)
		fsx_close(n->fd[i]);
	map_world_done(&n->w);
}

/* C is not selected, D has no name, B and E are there twice, the second E at the very end. */
static const char rows[] = "sku,name,status\n"
			   "A,Anna,A\n"
			   "B,Bert,A\n"
			   "C,Carl,X\n"
			   "D,,A\n"
			   "B,Bert again,A\n"
			   "E,Emma,A\n"
			   "F,Fritz,A\n"
			   "G,G\xc3\xbcnter,A\n"
			   "H,Hugo * ~,A\n"
			   "E,Emma again,A\n";

static const char want_out[] =
	"ISA*00*          *00*          *ZZ*US             *ZZ*THEM           *261123*0200*U*00401*000000701*0*T*>~\n"
	"GS*SC*US*THEM*20261123*0200*42*X*004010~\n"
	"ST*832*0001~\nBCT*PC~\nLIN*1*VN*A~\nPID*F*08***Anna~\nLIN*2*VN*F~\nPID*F*08***Fritz~\nCTT*2~\nSE*8*0001~\n"
	"ST*832*0002~\nBCT*PC~\nLIN*1*VN*G~\nPID*F*08***G\xfcnter~\nCTT*1~\nSE*6*0002~\n"
	"GE*2*42~\nIEA*1*000000701~\n";

static const char want_lineage[] = "gridspool-lineage\t1\n"
				   "head\t0001\t1\t2\n"
				   "item\t0001\t3\t4\t16\t16\titems.csv\tA\t\n"
				   "item\t0001\t5\t6\t72\t72\titems.csv\tF\t\n"
				   "tail\t0001\t7\t7\n"
				   "head\t0002\t1\t2\n"
				   "item\t0002\t3\t4\t82\t82\titems.csv\tG\t\n"
				   "tail\t0002\t5\t5\n";

static size_t count(const char *text, const char *what)
{
	size_t n = 0;

	for (const char *p = strstr(text, what); p; p = strstr(p + 1, what))
		n++;
	return n;
}

static void check_night(const struct night *n)
{
	assert_string_equal(n->text[OUT], want_out);
	assert_string_equal(n->text[LINEAGE], want_lineage);
	assert_int_equal(n->c.items, 10);
	assert_int_equal(n->c.out, 3);
	assert_int_equal(n->c.unselected, 1);
	assert_int_equal(n->c.aside, 6);
	assert_int_equal(n->c.sets, 2);
	assert_int_equal(n->c.isa, 701);
	assert_int_equal(n->c.gs, 42);
	assert_int_equal(n->numbers, 2); /* beginning again takes no others */
	assert_int_equal(count(n->text[ASIDE], "\n"), 6);
	assert_int_equal(count(n->text[ASIDE], "KEY-DUPLICATE"), 4);
	assert_int_equal(count(n->text[ASIDE], "NAME-MISSING"), 1);
	assert_int_equal(count(n->text[ASIDE], "\"raw\":\"H,Hugo * ~,A\""), 1);
	assert_int_equal(count(n->text[RESULT], "O\t0001\t"), 2);
	assert_int_equal(count(n->text[RESULT], "O\t0002\t"), 1);
	assert_int_equal(count(n->text[RESULT], "S\t0001\t2\n"), 1);
	assert_int_equal(count(n->text[RESULT], "S\t0002\t1\n"), 1);
	assert_int_equal(count(n->text[RESULT], "A\tKEY-DUPLICATE\titems.csv\tB\t"), 2);
	assert_int_equal(count(n->text[RESULT], "\n"), 3 + 2 + 6);
}

static void reconciles(void **state)
{
	struct night n;

	(void)state;
	open_night(&n, rows, false); /* begins again at the second B */
	run(&n);
	check_night(&n);
	close_night(&n);
	open_night(&n, rows, true);
	run(&n);
	check_night(&n);
	assert_int_equal(n.findings, 7); /* H has two separators in its name */
	close_night(&n);
}

/* Without a key there is nothing to join, look up or write: one fault, one finding. */
static void a_missing_key_is_one_finding(void **state)
{
	struct night n;

	(void)state;
	open_night(&n, "sku,name,status\n,,A\nA,Anna,A\n", true);
	run(&n);
	assert_int_equal(n.c.aside, 1);
	assert_int_equal(n.c.out, 1);
	assert_int_equal(n.findings, 1);
	assert_int_equal(count(n.text[ASIDE], "\"code\""), 1);
	assert_int_equal(count(n.text[RESULT], "A\tKEY-MISSING\titems.csv\t\t"), 1);
	close_night(&n);
}

/* What stood in a file before is of another conversion and stays, also when all begins again. */
static void adds_to_files(void **state)
{
	struct night n;
	struct err e;

	(void)state;
	open_night(&n, rows, false);
	assert_int_equal(fsx_write_all(n.fd[ASIDE], "before\n", 7, &e), 0);
	run(&n);
	assert_int_equal(strncmp(n.text[ASIDE], "before\n{", 8), 0);
	assert_int_equal(count(n.text[ASIDE], "\n"), 7);
	close_night(&n);
}

static struct known *extract(const char *text)
{
	struct known *k = NULL;
	struct err e;
	const int fd = fsx_scratch(&e);

	assert_int_equal(fsx_write_all(fd, text, strlen(text), &e), 0);
	assert_int_equal(known_load(fd, &k, &e), 0);
	fsx_close(fd);
	return k;
}

/* The hash of an item's content, as the result of a first night says. */
static void hash_of_item(const char *result, const char *key, char hash[33])
{
	char end[20];

	(void)snprintf(end, sizeof(end), "\t%s\n", key);
	const char *p = strstr(result, end);
	assert_true(p && p - result >= 32);
	memcpy(hash, p - 32, 32);
	hash[32] = '\0';
}

static void leaves_out_what_is_known(void **state)
{
	static const char items[] = "sku,name,status\nA,Anna,A\nB,Bert,A\nC,Carl,A\nD,Dora,A\n";
	struct night n;
	char a[33];
	char b[33];
	char text[400];

	(void)state;
	open_night(&n, items, false);
	run(&n);
	hash_of_item(n.text[RESULT], "A", a);
	hash_of_item(n.text[RESULT], "B", b);
	assert_string_not_equal(a, b);
	close_night(&n);
	(void)snprintf(text, sizeof(text),
		"A\taccepted\t%s\nB\trejected\t%s\nC\taccepted\told\nD\tdue\tx\n", a, b);
	for (int due = 0; due < 2; due++) {
		struct known *k = extract(text);
		open_night(&n, items, false);
		n.p.known = k;
		n.p.only_changes = true;
		n.p.only_due = due == 1;
		run(&n);
		assert_int_equal(n.c.items, 4);
		assert_int_equal(n.c.out, due ? 1 : 2); /* C changed, D is due */
		assert_int_equal(n.c.unchanged, due ? 3 : 1);
		assert_int_equal(n.c.waiting, due ? 0 : 1);
		assert_int_equal(count(n.text[OUT], "*VN*C~"), due ? 0 : 1);
		assert_int_equal(count(n.text[OUT], "*VN*D~"), 1);
		close_night(&n);
		known_free(k);
	}
}

/* The key under which the nth row that cannot be read is set aside. */
static void key_aside(const char *rows_of_night, int nth, char key[60])
{
	static const char before[] = "A\tCSV-COLUMNS\titems.csv\t";
	struct night n;
	const char *p = NULL;

	open_night(&n, rows_of_night, false);
	run(&n);
	p = strstr(n.text[RESULT], before);
	for (int i = 0; p && i < nth; i++)
		p = strstr(p + 1, before);
	assert_non_null(p);
	p += sizeof(before) - 1;
	assert_true(strcspn(p, "\t") < 60);
	(void)snprintf(key, 60, "%.*s", (int)strcspn(p, "\t"), p);
	close_night(&n);
}

/* Each is somebody's item: another one is news, the same one further down is not. */
static void unreadable_rows_have_keys(void **state)
{
	char x[60];
	char y[60];
	char again[60];

	(void)state;
	key_aside("sku,name,status\nA,Anna,A\nX,Xaver\nY,Yola\n", 0, x);
	key_aside("sku,name,status\nA,Anna,A\nX,Xaver\nY,Yola\n", 1, y);
	assert_string_not_equal(x, y);
	assert_string_not_equal(x, "items.csv");
	key_aside("sku,name,status\nA,Anna,A\nB,Bert,A\nX,Xaver\n", 0, again);
	assert_string_equal(again, x);
}

static void nothing_to_send(void **state)
{
	static const char *const inputs[] = {
		"sku,name,status\n", "sku,name,status\nA,Anna,X\n", "sku,name,status\nA,,A\n"};
	struct night n;

	(void)state;
	for (size_t i = 0; i < sizeof(inputs) / sizeof(inputs[0]); i++) {
		open_night(&n, inputs[i], false);
		run(&n);
		assert_int_equal(n.c.out, 0);
		assert_int_equal(n.c.items, i > 0);
		assert_string_equal(n.text[OUT], "");
		assert_int_equal(n.numbers, 0); /* no number is taken for nothing */
		close_night(&n);
	}
}

/* One changed byte of the output, and it may not leave. */
static void reads_back(void **state)
{
	static const struct {
		const char *find, *put;
	} changes[] = {{"SE*8", "SE*7"}, {"GE*2", "GE*3"}, {"LIN*2", "LIX*2"},
		{"*000000701~\n", "*000000702~\n"}, {"PID*F", "PID*Q"}};
	struct night n;
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		open_night(&n, rows, false);
		run(&n);
		char *at = strstr(n.text[OUT], changes[i].find);
		assert_non_null(at);
		if (i == 3)
			at = strrchr(n.text[OUT], '*');
		memcpy(at, changes[i].put, strlen(changes[i].put));
		assert_int_equal(lseek(n.fd[OUT], 0, SEEK_SET), 0);
		assert_int_equal(fsx_write_all(n.fd[OUT], n.text[OUT], strlen(n.text[OUT]), &e), 0);
		if (read_back_run(&n.p, &n.c, &e) != -1)
			fail_msg("%s for %s was not seen", changes[i].put, changes[i].find);
		assert_int_equal(e.code, ERR_CORRUPT);
		close_night(&n);
	}
}

#define MAP(target, decl, message)                                                                           \
	"<map xmlns=\"urn:gridspool:map:1\" name=\"m\"><source format=\"csv\" item=\"row\"/><target " target \
	"/><key value=\"sku\"/>" decl message "</map>"
#define X832 "format=\"x12\" version=\"004010\" message=\"832\""

#define SPLIT_MAP(limits) SPLIT_MAP_OF("", limits)
#define SPLIT_MAP_OF(decl, limits)                                                             \
	"<map xmlns=\"urn:gridspool:map:1\" name=\"m\"><source format=\"csv\" item=\"row\"/>"  \
	"<target format=\"x12\" version=\"004010\" message=\"832\"/><key value=\"sku\"/>" decl \
	"<message " limits "><BCT BCT01=\"'PC'\"/><item>"                                      \
	"<total name=\"packs\" add=\"packs\"/>"                                                \
	"<LIN LIN01=\"item-number()\" LIN02=\"'VN'\" LIN03=\"sku\"/>"                          \
	"<PID each=\"split-text(name, 5)\" PID01=\"'F'\" PID02=\"'08'\" PID05=\".\"/></item>"  \
	"<CTT CTT01=\"item-count()\" CTT02=\"total('packs')\"/></message></map>"

static size_t times(const char *text, const char *what)
{
	size_t n = 0;

	for (const char *at = strstr(text, what); at; at = strstr(at + 1, what))
		n++;
	return n;
}

/* The agreement says what becomes of characters that the partner lacks; each change is told. */
static void spells(void **state)
{
	static const char csv[] = "sku,status,name\nA,A,5 \xe2\x80\x93 6\nB,A,M\xc3\xbctze\n";
	static const struct {
		enum target_characters characters;
		uint64_t out, aside, noted;
		const char *a, *b;
	} by[] = {
		{TARGET_REJECT, 0, 2, 0, NULL, NULL},
		{TARGET_TRANSLITERATE, 1, 1, 1, "PID*F*08***5 - 6~", NULL},
		{TARGET_REPLACE, 2, 0, 2, "PID*F*08***5 - 6~", "PID*F*08***M?tze~"},
	};
	struct night n;

	(void)state;
	for (size_t i = 0; i < sizeof(by) / sizeof(by[0]); i++) {
		open_night(&n, csv, false);
		n.envelope.repertoire = STR("extended");
		n.envelope.characters = by[i].characters;
		run(&n);
		assert_int_equal(n.c.out, by[i].out);
		assert_int_equal(n.c.aside, by[i].aside);
		assert_int_equal(n.c.noted, by[i].noted);
		assert_true(!by[i].a || strstr(n.text[OUT], by[i].a));
		assert_true(!by[i].b || strstr(n.text[OUT], by[i].b));
		assert_true(by[i].aside == 0 || strstr(n.text[ASIDE], "VALUE-REPERTOIRE"));
		close_night(&n);
	}
}

/* What split.c takes a text for, at most: each value may be a byte more than it is. */
static long taken(const char *from, const char *to)
{
	long n = to - from;

	for (; from < to; from++)
		n += *from == '*';
	return n;
}

/* Header and items of each message, and the first item of the next one, which does not fit beside them. 280
 * bytes are kept for envelope and trailer. */
static void assert_full(const char *out, long most)
{
	for (const char *bct = strstr(out, "\nBCT*"); bct;) {
		const char *end = strstr(bct, "\nCTT*");
		const char *next = strstr(bct + 1, "\nBCT*");
		const char *item = next ? strstr(next, "\nLIN*") : NULL;
		const char *behind = item ? strstr(item + 1, "\nLIN*") : NULL;
		const char *trailer = item ? strstr(item, "\nCTT*") : NULL;
		assert_non_null(end);
		if (item)
			assert_true(280 + taken(bct, end) +
					taken(item, behind && behind < trailer ? behind : trailer) >
				most);
		bct = next;
	}
}

/* Other spellings are found for every target, by what it can carry, and for headers as well. */
static void spells_for_every_target(void **state)
{
	static const char csv[] = "sku,status,name\nA,A,5 \xe2\x80\x93 M\xc3\xbctze\n";
	static const struct {
		const char *map, *repertoire, *want;
		enum target_characters characters;
		uint64_t noted;
		int findings;
	} by[] = {
		{MAP("format=\"edifact\" version=\"D01B\" message=\"PRICAT\"", "",
			 "<message><BGM BGM02-1=\"'C1'\"/><DTM DTM01-1=\"'137'\" "
			 "DTM01-2=\"'20261123'\" DTM01-3=\"'102'\"/><item><PGI PGI01=\"'11'\"/>"
			 "<loop><LIN LIN01=\"1\"/><IMD IMD01=\"'F'\" IMD03-4=\"name\"/></loop></item>"
			 "</message>"),
			"UNOC:3", "IMD+F++:::5 - M\xfctze'", TARGET_TRANSLITERATE, 1, 1},
		{MAP("format=\"edifact\" version=\"D01B\" message=\"PRICAT\"", "",
			 "<message><BGM BGM02-1=\"'C1'\"/><DTM DTM01-1=\"'137'\" "
			 "DTM01-2=\"'20261123'\" DTM01-3=\"'102'\"/><item><PGI PGI01=\"'11'\"/>"
			 "<loop><LIN LIN01=\"1\"/><IMD IMD01=\"'F'\" IMD03-4=\"name\"/></loop></item>"
			 "</message>"),
			"UNOA:3",
			"IMD+F++:::5 - M?"
			"?TZE'",
			TARGET_REPLACE, 1, 1},
		{MAP(X832, "",
			 "<message><BCT BCT01=\"'PC'\" BCT02=\"'A \xe2\x80\x93 B'\"/><item><LIN "
			 "LIN02=\"'VN'\" LIN03=\"sku\"/></item></message>"),
			"extended", "BCT*PC*A - B~", TARGET_TRANSLITERATE, 0, 1},
		{MAP("format=\"csv\" definition=\"latin\"", "",
			 "<item><row><col name=\"name\" value=\"name\"/></row></item>"),
			"", "5 - M\xfctze\n", TARGET_TRANSLITERATE, 1, 1},
	};
	struct night n;

	(void)state;
	for (size_t i = 0; i < sizeof(by) / sizeof(by[0]); i++) {
		open_with(&n, by[i].map, csv, true);
		n.envelope.repertoire = str_c(by[i].repertoire);
		n.envelope.characters = by[i].characters;
		run(&n);
		if (!strstr(n.text[OUT], by[i].want))
			fail_msg("want %s in %s%s", by[i].want, n.text[OUT], n.text[ASIDE]);
		assert_int_equal(n.c.noted, by[i].noted);
		assert_int_equal(n.findings, by[i].findings);
		close_night(&n);
	}
}

/* Case 47: an item is never split, what is too much begins a message, and its totals are its own. */
static void splits_by_segments_and_bytes(void **state)
{
	static const char csv[] =
		"sku,name,packs\nA,one,1\nB,two,2\nC,three four,3\n"
		"D,a b c d e f g h i j k l m n o p q r s t u v w x y z,4\nE,five,5\n";
	struct night n;

	(void)state;
	open_with(&n, SPLIT_MAP("segments=\"8\""), csv, false);
	run(&n);
	/* ST BCT LIN PID LIN PID CTT SE; then C, which has two PID, alone, since E does not fit beside */
	assert_int_equal(n.c.sets, 3);
	assert_int_equal(n.c.out, 4);
	assert_int_equal(n.c.aside, 1);
	assert_non_null(strstr(n.text[OUT], "CTT*2*3~\nSE*8*0001~"));
	assert_non_null(strstr(n.text[OUT], "LIN*1*VN*C~"));
	assert_non_null(strstr(n.text[OUT], "LIN*1*VN*E~"));
	assert_non_null(strstr(n.text[OUT], "CTT*1*5~\n"));
	assert_non_null(strstr(n.text[ASIDE], "ITEM-OVER-LIMIT"));
	assert_non_null(strstr(n.text[ASIDE], "at most 8 in a message"));
	close_night(&n);

	open_with(&n, SPLIT_MAP("bytes=\"500\""), csv, false);
	run(&n);
	assert_int_equal(n.c.out, 5);
	assert_full(n.text[OUT], 500);
	for (const char *st = strstr(n.text[OUT], "ST*"); st; st = strstr(st + 1, "\nST*")) {
		const char *se = strstr(st, "\nSE*");
		assert_non_null(se);
		assert_true(strchr(se + 1, '\n') - st <= 500);
	}
	assert_true(times(n.text[OUT], "ST*832") == n.c.sets && n.c.sets > 1);
	close_night(&n);
}

/* What the agreement allows an interchange: what is behind it in the source is left, in order. */
static void fills_an_interchange(void **state)
{
	static const char csv[] =
		"sku,name,packs\nA,one,1\nB,two,2\nC,three four,3\n"
		"D,a b c d e f g h i j k l m n o p q r s t u v w x y z,4\nE,five,5\n";
	static const char one[] = SPLIT_MAP("items=\"1\"");
	static const char all[] = SPLIT_MAP("");
	static const struct {
		const char *map;
		struct map_limits most;
		uint64_t out, sets, left, aside;
		const char *results; /* of what is left */
	} by[] = {
		{all, {2, 0, 0}, 2, 1, 3, 0, "L\tC\nL\tD\nL\tE\n"},
		{all, {5, 0, 0}, 5, 1, 0, 0, NULL},
		/* five around all, ST BCT CTT SE, and of A and B two each, of C three */
		{all, {0, 16, 0}, 3, 1, 2, 0, "L\tD\nL\tE\n"},
		{all, {0, 15, 0}, 2, 1, 3, 0, "L\tC\nL\tD\nL\tE\n"},
		{all, {0, 10, 0}, 0, 0, 0, 5, NULL},
		{one, {0, 20, 0}, 2, 2, 3, 0, "L\tC\nL\tD\nL\tE\n"},
		{one, {3, 0, 0}, 3, 3, 2, 0, "L\tD\nL\tE\n"},
		{all, {0, 0, 1000}, 2, 1, 3, 0, NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(by) / sizeof(by[0]); i++) {
		struct night n;
		open_with(&n, by[i].map, csv, false);
		n.p.most = by[i].most;
		run(&n);
		if (n.c.out != by[i].out || n.c.sets != by[i].sets || n.c.left != by[i].left ||
			n.c.waiting != by[i].left || n.c.aside != by[i].aside)
			fail_msg("row %zu: %u out in %u sets, %u left, %u aside", i,
				(unsigned)n.c.out, (unsigned)n.c.sets, (unsigned)n.c.left,
				(unsigned)n.c.aside);
		if (by[i].results && !strstr(n.text[RESULT], by[i].results))
			fail_msg("row %zu: %s", i, n.text[RESULT]);
		if (by[i].aside > 0)
			assert_non_null(strstr(n.text[ASIDE], "at most 10 in an interchange"));
		assert_int_equal(times(n.text[OUT], "ISA*"), by[i].out > 0);
		close_night(&n);
	}
}

#define X889 "format=\"x12\" version=\"004010\" message=\"889\""
#define G889(limits, item, behind)                                                               \
	"<message" limits "><G42 G4201=\"'01'\" G4202=\"'P1'\"/><G62 G6201=\"'01'\" "            \
	"G6202=\"'20261123'\"/><item" item "><G43 G4301=\"'001'\" G4302=\"sku\"/></item>" behind \
	"</message>"

/* Segments of one place may repeat without a loop: there is none to be counted when all is read back. */
static void an_item_need_be_no_loop(void **state)
{
	static const char csv[] = "sku,name,status\nA,Anna,A\nB,Bert,A\n";
	struct night n;

	(void)state;
	open_with(&n, MAP(X889, "", G889("", "", "<loop><N1 N101=\"'BY'\" N102=\"'x'\"/></loop>")),
		csv, false);
	run(&n);
	assert_int_equal(n.c.out, 2);
	assert_int_equal(count(n.text[OUT], "\nG43*001*"), 2);
	close_night(&n);
}

/* What is changed in header and trailer is told with the first message, not with each. */
static void tells_of_a_trailer_once(void **state)
{
	struct night n;

	(void)state;
	open_with(&n,
		MAP(X889, "",
			G889(" items=\"1\"", "",
				"<loop><N1 N101=\"'BY'\" N102=\"'A \xe2\x80\x93 B'\"/></loop>")),
		"sku,name,status\nA,Anna,A\nB,Bert,A\n", true);
	n.envelope.characters = TARGET_TRANSLITERATE;
	n.envelope.repertoire = STR("extended");
	run(&n);
	assert_int_equal(n.c.sets, 2);
	assert_int_equal(count(n.text[OUT], "N1*BY*A - B~"), 2);
	assert_int_equal(n.findings, 1);
	close_night(&n);
}

/* Nothing is sent of it, so the partner has nothing: it must not count as sent. */
static void nothing_made_is_not_out(void **state)
{
	static const char csv[] = "sku,name,status\nA,Anna,A\nB,,A\nC,Carl,\n";
	static const char *const maps[] = {
		MAP(X832, "",
			"<message><BCT BCT01=\"'PC'\"/><item if=\"status\">"
			"<LIN if=\"name\" LIN02=\"'VN'\" LIN03=\"sku\"/></item></message>"),
		MAP("format=\"xml\"", "",
			"<message><u:c xmlns:u=\"urn:c\"><item if=\"status\"><u:p>{name}</u:p></item>"
			"</u:c></message>"),
	};
	struct night n;

	(void)state;
	for (size_t i = 0; i < sizeof(maps) / sizeof(maps[0]); i++) {
		open_with(&n, maps[i], csv, true);
		run(&n);
		assert_int_equal(n.c.out, 1);
		assert_int_equal(n.c.aside, 1);
		assert_int_equal(n.c.unselected, 1);
		assert_int_equal(n.findings, 1);
		assert_int_equal(count(n.text[RESULT], "A\tITEM-EMPTY\titems.csv\tB\t"), 1);
		assert_int_equal(count(n.text[RESULT], "O\t"), 1);
		close_night(&n);
	}
}

/* Made anew as the first of the next message, it may break a rule that it kept before. */
static void is_set_aside_for_what_it_is_made_anew(void **state)
{
	static const char csv[] = "sku,name,packs\nA,one,1\nB,two,2\nC,three,3\nD,four,4\n";
	struct night n;

	(void)state;
	open_with(&n,
		SPLIT_MAP_OF("<require test=\"item-number() &gt; 1 or sku != 'C'\" "
			     "code=\"NOT-FIRST\">C is never the first.</require>",
			"segments=\"8\""),
		csv, false);
	run(&n);
	assert_int_equal(n.c.out, 3);
	assert_int_equal(n.c.aside, 1);
	assert_int_equal(count(n.text[ASIDE], "NOT-FIRST"), 1);
	assert_int_equal(count(n.text[ASIDE], "ITEM-OVER-LIMIT"), 0);
	close_night(&n);
}

/* One item that breaks such a rule stops all that would stand in the message with it, before and behind it. */
static void a_rule_stops_the_message(void **state)
{
	static const char csv[] = "sku,name,status\nA,Anna,A\nB,Bert,A\nC,Carl,A\nD,,A\nE,Emma,A\n"
				  "F,Fritz,A\nG,Gert,A\nH,,A\n";
	static const char *const uniques[] = {"", " unique=\"yes\""};
	struct night n;
	char text[2000];

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		(void)snprintf(text, sizeof(text),
			"<map xmlns=\"urn:gridspool:map:1\" name=\"m\"><source format=\"csv\"/>"
			"<target " X832 "/><key value=\"sku\"%s/>"
			"<require test=\"name\" code=\"NAME-MISSING\" stop=\"message\">It has a "
			"name.</require><message items=\"2\"><BCT BCT01=\"'PC'\"/><item>"
			"<LIN LIN01=\"item-number()\" LIN02=\"'VN'\" LIN03=\"sku\"/></item>"
			"<CTT CTT01=\"item-count()\"/></message></map>",
			uniques[i]);
		open_with(&n, text, csv, true);
		run(&n);
		assert_int_equal(n.c.out, 4);
		assert_int_equal(n.c.aside, 4);
		assert_int_equal(n.c.sets, 2);
		assert_int_equal(n.findings, 4);
		assert_non_null(strstr(n.text[OUT], "LIN*1*VN*A~\nLIN*2*VN*B~\nCTT*2~"));
		assert_non_null(strstr(n.text[OUT], "LIN*1*VN*F~\nLIN*2*VN*G~\nCTT*2~"));
		assert_int_equal(count(n.text[RESULT], "A\tNAME-MISSING\titems.csv\t"), 2);
		assert_int_equal(count(n.text[RESULT], "A\tMESSAGE-STOPPED\titems.csv\tC\t"), 1);
		assert_int_equal(count(n.text[RESULT], "A\tMESSAGE-STOPPED\titems.csv\tE\t"), 1);
		assert_int_equal(count(n.text[ASIDE], "\"found\":\"D\""), 2);
		close_night(&n);
	}
	/* without a limit all is one message */
	open_with(&n,
		MAP(X832,
			"<require test=\"name\" code=\"NAME-MISSING\" stop=\"message\">It has a "
			"name.</require>",
			"<message><BCT BCT01=\"'PC'\"/><item><LIN LIN02=\"'VN'\" LIN03=\"sku\"/></item>"
			"</message>"),
		csv, false);
	run(&n);
	assert_int_equal(n.c.out, 0);
	assert_int_equal(n.c.aside, 8);
	assert_string_equal(n.text[OUT], "");
	close_night(&n);
}

/* What stands behind the items is not known before they are written: too much of it is told, not sent. */
static void a_trailer_that_is_too_long_is_told(void **state)
{
	static const char csv[] = "sku,name,status\nA,Anna,A\n";
	static const struct {
		const char *map;
		bool fits;
	} by[] = {
		{MAP(X889, "",
			 G889(" segments=\"6\"", "",
				 "<loop each=\"split-text('AB', 2)\"><N1 N101=\"'BY'\" "
				 "N102=\".\"/></loop>")),
			true},
		{MAP(X889, "",
			 G889(" segments=\"6\"", "",
				 "<loop each=\"split-text('ABCD', 2)\"><N1 N101=\"'BY'\" "
				 "N102=\".\"/></loop>")),
			false},
		{MAP(X889, "",
			 G889(" bytes=\"500\"", "",
				 "<loop each=\"split-text('ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMNOPQRSTUVWXYZ', "
				 "2)\"><N1 N101=\"'BY'\" N102=\".\"/></loop>")),
			false},
	};
	struct night n;
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(by) / sizeof(by[0]); i++) {
		open_with(&n, by[i].map, csv, false);
		assert_int_equal(produce_run(&n.p, &n.c, &e), by[i].fits ? 0 : -1);
		if (!by[i].fits) {
			assert_int_equal(e.code, ERR_CONFIG);
			assert_non_null(strstr(e.text, "behind its items"));
		}
		close_night(&n);
	}
}

/* --- groups --- */

#define GROUPED(message)                                                                                                     \
	"<map xmlns=\"urn:gridspool:map:1\" name=\"m\"><source format=\"csv\"/>"                                             \
	"<target format=\"x12\" version=\"004010\" message=\"832\"/>"                                                        \
	"<select if=\"status = 'A'\"/><key value=\"sku\" unique=\"yes\"/>" message                                           \
	"<group by=\"brand\"><total name=\"groups\" add=\"1\"/><LIN LIN01=\"counter('n')\" LIN02=\"'VN'\" LIN03=\"brand\"/>" \
	"<item><SLN SLN01=\"sku\" SLN03=\"'I'\"/></item>"                                                                    \
	"<loop><N9 N901=\"'ZZ'\" N902=\"item-count()\"/></loop></group>"                                                     \
	"<CTT CTT01=\"total('groups')\"/></message></map>"

static const char by_brand[] = GROUPED("<message><BCT BCT01=\"'PC'\"/>");
static const char by_promo[] = GROUPED(
	"<message group-by=\"promo\"><BCT BCT01=\"'PC'\" BCT02=\"promo\"/>");

/* What stands between the envelopes, a line a segment. */
static void body_of(const char *out, char body[4096])
{
	const char *from = strstr(out, "ST*");
	const char *to = strstr(out, "GE*");

	assert_true(from && to && to - from < 4096);
	memcpy(body, from, (size_t)(to - from));
	body[to - from] = '\0';
}

static void grouped(const char *by, const char *csv, const char *want, uint64_t aside)
{
	struct night n;
	char body[4096];

	open_with(&n, by, csv, true);
	run(&n);
	body_of(n.text[OUT], body);
	assert_string_equal(body, want);
	assert_int_equal(n.c.aside, aside);
	close_night(&n);
}

#define COLUMNS "sku,brand,promo,status\n"

static const char brands[] = "ST*832*0001~\nBCT*PC~\n"
			     "LIN*1*VN*a~\nSLN*B**I~\nSLN*D**I~\nN9*ZZ*2~\n"
			     "LIN*2*VN*b~\nSLN*A**I~\nSLN*C**I~\nN9*ZZ*2~\n"
			     "CTT*2~\nSE*12*0001~\n";

static void groups_items(void **state)
{
	static const char in_order[] = COLUMNS
		"X,z,P,X\nB,a,P,A\nD,a,P,A\nX,a,P,X\nA,b,P,A\nC,b,P,A\n";
	static const char as_they_come[] = COLUMNS "A,b,P,A\nX,z,P,X\nB,a,P,A\nC,b,P,A\nD,a,P,A\n";
	static const char with_twins[] = COLUMNS
		"A,b,P,A\nE,c,P,A\nB,a,P,A\nC,b,P,A\nE,a,P,A\nD,a,P,A\nF,,P,A\n";
	static const char twins_in_order[] = COLUMNS
		"B,a,P,A\nD,a,P,A\nE,a,P,A\nE,a,P,A\nA,b,P,A\nC,b,P,A\n";

	(void)state;
	grouped(by_brand, in_order, brands, 0);
	grouped(by_brand, as_they_come, brands, 0);
	grouped(by_brand, with_twins, brands, 3);
	grouped(by_brand, twins_in_order, brands, 2);
}

static void groups_messages(void **state)
{
	(void)state;
	grouped(by_promo, COLUMNS "A,b,Q,A\nB,a,P,A\nC,b,P,A\nD,a,Q,A\n",
		"ST*832*0001~\nBCT*PC*P~\nLIN*1*VN*a~\nSLN*B**I~\nN9*ZZ*1~\nLIN*2*VN*b~\nSLN*C**I~\nN9*ZZ*1~\n"
		"CTT*2~\nSE*10*0001~\n"
		"ST*832*0002~\nBCT*PC*Q~\nLIN*1*VN*a~\nSLN*D**I~\nN9*ZZ*1~\nLIN*2*VN*b~\nSLN*A**I~\nN9*ZZ*1~\n"
		"CTT*2~\nSE*10*0002~\n",
		0);
	/* the header of a message is not made of an item that is set aside: its key is too long for BCT02 */
	grouped(by_promo, COLUMNS "A,b,P1234567890123456,A\nB,b,Q,A\n",
		"ST*832*0001~\nBCT*PC*Q~\nLIN*1*VN*b~\nSLN*B**I~\nN9*ZZ*1~\nCTT*1~\nSE*7*0001~\n",
		1);
}

/* A message that is full ends its groups, which begin again in the next. */
static void splits_groups(void **state)
{
	static const char three_items[] = GROUPED("<message items=\"3\"><BCT BCT01=\"'PC'\"/>");
	static const char eleven_segments[] = GROUPED(
		"<message segments=\"11\"><BCT BCT01=\"'PC'\"/>");
	static const char twelve_segments[] = GROUPED(
		"<message segments=\"12\"><BCT BCT01=\"'PC'\"/>");
	static const char csv[] = COLUMNS "A,b,P,A\nB,a,P,A\nC,b,P,A\nD,a,P,A\n";
	static const char want[] =
		"ST*832*0001~\nBCT*PC~\nLIN*1*VN*a~\nSLN*B**I~\nSLN*D**I~\nN9*ZZ*2~\n"
		"LIN*2*VN*b~\nSLN*A**I~\nN9*ZZ*1~\nCTT*2~\nSE*11*0001~\n"
		"ST*832*0002~\nBCT*PC~\nLIN*1*VN*b~\nSLN*C**I~\nN9*ZZ*1~\nCTT*1~\nSE*7*0002~\n";

	(void)state;
	grouped(three_items, csv, want, 0);
	grouped(eleven_segments, csv, want, 0);
	grouped(twelve_segments, csv, brands, 0);
}

static const char group_lineage[] = "gridspool-lineage\t1\n"
				    "head\t0001\t1\t2\n"
				    "group\t0001\t3\t3\t23\t23\titems.csv\tB\t\n"
				    "item\t0001\t4\t4\t23\t23\titems.csv\tB\t\n"
				    "foot\t0001\t5\t5\n"
				    "group\t0001\t6\t6\t31\t31\titems.csv\tA\t\n"
				    "item\t0001\t7\t7\t31\t31\titems.csv\tA\t\n"
				    "foot\t0001\t8\t8\n"
				    "tail\t0001\t9\t9\n";

static void knows_where_groups_come_from(void **state)
{
	struct night n;

	(void)state;
	open_with(&n, by_brand, COLUMNS "B,a,P,A\nA,b,P,A\n", false);
	run(&n);
	assert_string_equal(n.text[LINEAGE], group_lineage);
	close_night(&n);
}

/* An item that is moved into another group says something new, though its own segments are the same; what
 * stands before it does not count. */
static void hash_knows_the_group(void **state)
{
	static const char *const nights[] = {COLUMNS "A,b,P,A\nC,b,P,A\n",
		COLUMNS "B,b,P,A\nA,b,P,A\nC,b,P,A\n", COLUMNS "A,c,P,A\nC,b,P,A\n"};
	char hash[3][33];

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct night n;

		open_with(&n, by_brand, nights[i], false);
		run(&n);
		hash_of_item(n.text[RESULT], "A", hash[i]);
		close_night(&n);
	}
	assert_string_equal(hash[0], hash[1]);
	assert_string_not_equal(hash[0], hash[2]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fills_an_interchange),
		cmocka_unit_test(an_item_need_be_no_loop),
		cmocka_unit_test(tells_of_a_trailer_once),
		cmocka_unit_test(nothing_made_is_not_out),
		cmocka_unit_test(is_set_aside_for_what_it_is_made_anew),
		cmocka_unit_test(a_rule_stops_the_message),
		cmocka_unit_test(a_trailer_that_is_too_long_is_told),
		cmocka_unit_test(spells),
		cmocka_unit_test(spells_for_every_target),
		cmocka_unit_test(splits_by_segments_and_bytes),
		cmocka_unit_test(reconciles),
		cmocka_unit_test(a_missing_key_is_one_finding),
		cmocka_unit_test(adds_to_files),
		cmocka_unit_test(leaves_out_what_is_known),
		cmocka_unit_test(unreadable_rows_have_keys),
		cmocka_unit_test(nothing_to_send),
		cmocka_unit_test(reads_back),
		cmocka_unit_test(groups_items),
		cmocka_unit_test(groups_messages),
		cmocka_unit_test(splits_groups),
		cmocka_unit_test(knows_where_groups_come_from),
		cmocka_unit_test(hash_knows_the_group),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
