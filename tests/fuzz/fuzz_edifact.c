/* Any bytes as EDIFACT: all is read and checked; what was read and may be written reads the same again. */
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "edi/edi_read.h"
#include "edi/edifact_rules.h"
#include "edi/edifact_write.h"
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

/* Reads a segment back that was written inside an envelope of the same separators. */
static void again(const struct segment *s, const struct edifact_profile *p, const struct buf *bytes)
{
	const struct edi_read_options o = {.format = STR("edifact"),
		.defs = defs,
		.level = EDI_ENVELOPE,
		.file = STR("again")};
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
	edifact_write_segment(p, &got, &second);
	if (str_find(buf_view(bytes), buf_view(&second), 0) == SIZE_MAX)
		abort();
	buf_done(&second);
	edi_read_close(r);
	arena_done(&a);
}

static void write_and_read(const struct segment *s, struct diag *d)
{
	struct edifact_profile p = {.syntax = STR("UNOW"),
		.version = '4',
		.sender = STR("A"),
		.receiver = STR("B"),
		.message_version = STR("D"),
		.message_release = STR("96A"),
		.agency = STR("UN"),
		.when = {.year = 2026, .month = 1, .day = 1}};
	struct element_rules *rules = NULL;
	struct edifact_writer w;
	struct buf b;

	/* The writer makes the envelopes itself; a reader may meet their tags in lower case. */
	if (str_starts(s->tag, STR("UN")) || str_starts(s->tag, STR("UG")))
		return;
	edifact_write_defaults(&p);
	rules = edifact_rules_write(&p);
	const bool good = edifact_write_check(rules, s, d, NULL);
	element_rules_free(rules);
	if (!good)
		return;
	buf_init(&b, LIMIT_SEGMENT * 4);
	edifact_writer_init(&w, &p, &b);
	edifact_writer_open_interchange(&w, 1);
	edifact_writer_open_set(&w, STR("PRICAT"));
	edifact_writer_put(&w, s);
	edifact_writer_close_set(&w);
	edifact_writer_close_interchange(&w);
	again(s, &p, &b);
	buf_done(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const enum edi_level level = size > 0 ? (enum edi_level)(1 + data[size - 1] % 5)
					      : EDI_NOTES;
	const struct edi_read_options o = {
		.format = STR("edifact"), .defs = defs, .level = level, .file = STR("fuzz")};
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
