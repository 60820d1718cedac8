/* Any bytes as X12: all is read and checked; what was read and may be written reads the same again. */
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "edi/x12_rules.h"
#include "edi/edi_read.h"
#include "edi/x12_write.h"
#include "model/xml.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct defs *defs;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static const char *const name = "maps";
	static int folder;

	(void)argc;
	(void)argv;
	xml_start();
	folder = open(TEST_TOP "/maps", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder == -1)
		abort();
	defs = defs_new(&folder, &name, 1);
	return 0;
}

/* Writes a segment and reads it back inside an envelope of the same separators. */
static void again(const struct segment *s, const struct x12_profile *p, const struct buf *bytes)
{
	const struct edi_read_options o = {
		.defs = defs, .level = EDI_ENVELOPE, .file = STR("again")};
	struct arena a;
	struct diag d;
	struct err e;
	struct segment got;
	enum edi_event ev = EDI_INTERCHANGE;
	struct buf second;
	int rc = 1;
	struct edi_read *r = edi_read_open(-1, buf_view(bytes), &o, &e);

	arena_init(&a);
	diag_init(&d, &a);
	if (!r)
		abort();
	while ((rc = edi_read_next(r, &ev, &got, &d, &e)) == 1 && ev != EDI_SEGMENT)
		continue;
	if (rc != 1 || !str_eq(got.tag, s->tag))
		abort();
	got.def = s->def;
	buf_init(&second, LIMIT_SEGMENT * 4);
	x12_write_segment(p, &got, &second);
	if (str_find(buf_view(bytes), buf_view(&second), 0) == SIZE_MAX)
		abort();
	buf_done(&second);
	edi_read_close(r);
	arena_done(&a);
}

static void write_and_read(const struct segment *s, struct diag *d)
{
	const struct x12_profile p = {.element = '*',
		.component = '>',
		.terminator = '~',
		.repertoire = X12_UTF8,
		.sender_qual = STR("ZZ"),
		.sender = STR("A"),
		.receiver_qual = STR("ZZ"),
		.receiver = STR("B"),
		.group_sender = STR("AA"),
		.group_receiver = STR("BB"),
		.isa_version = STR("00401"),
		.group_version = STR("004010"),
		.usage = 'T',
		.when = {.year = 2026, .month = 1, .day = 1}};
	struct element_rules *rules = NULL;
	struct x12_writer w;
	struct buf b;

	/* The writer makes ST and SE itself; a reader may meet one in the wrong place or case. */
	if (str_is(s->tag, "ST") || str_is(s->tag, "SE"))
		return;
	if (str_is(s->tag, "BIN") || str_is(s->tag, "BDS"))
		return;
	rules = x12_rules_new(&p);
	const bool good = x12_write_check(rules, s, d, NULL);
	element_rules_free(rules);
	if (!good)
		return;
	buf_init(&b, LIMIT_SEGMENT * 4);
	x12_writer_init(&w, &p, &b);
	x12_writer_open_interchange(&w, 1);
	x12_writer_open_group(&w, STR("SC"), 1);
	x12_writer_open_set(&w, STR("832"));
	x12_writer_put(&w, s);
	x12_writer_close_set(&w);
	x12_writer_close_group(&w);
	x12_writer_close_interchange(&w);
	again(s, &p, &b);
	buf_done(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const enum edi_level level = size > 0 ? (enum edi_level)(1 + data[size - 1] % 5)
					      : EDI_NOTES;
	const struct edi_read_options o = {.defs = defs, .level = level, .file = STR("fuzz")};
	struct arena a;
	struct diag d;
	struct diag other;
	struct err e;
	struct segment s;
	enum edi_event ev;
	uint64_t last = 0;
	int rewritten = 0;
	int rc = 1;
	struct edi_read *r = edi_read_open(-1, (struct str){(const char *)data, size}, &o, &e);

	if (!r)
		return 0;
	arena_init(&a);
	diag_init(&d, &a);
	diag_init(&other, &a);
	while ((rc = edi_read_next(r, &ev, &s, &d, &e)) == 1) {
		if (s.offset < last || s.offset >= size || s.n > LIMIT_ELEMENTS)
			abort();
		last = s.offset;
		if (ev == EDI_SEGMENT && s.def && rewritten++ < 2) /* each is a whole interchange */
			write_and_read(&s, &other);
	}
	if (rc == -1 && (e.text[0] == 0 || (d.errors == 0 && e.code != ERR_LIMIT)))
		abort();
	edi_read_close(r);
	arena_done(&a);
	return 0;
}
