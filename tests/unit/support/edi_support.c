/* See edi_support.h. */
#include "unit/support/edi_support.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "model/xml.h"

static struct defs *defs;
static int folder = -1;
static char result[16384];

struct defs *edi_support_defs(void)
{
	static const char *const name = "maps";

	if (defs)
		return defs;
	xml_start();
	folder = open(TEST_TOP "/maps", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder == -1)
		abort();
	defs = defs_new(&folder, &name, 1);
	return defs;
}

void edi_support_done(void)
{
	defs_free(defs);
	defs = NULL;
	if (folder != -1)
		(void)close(folder);
	folder = -1;
}

static void add(size_t *n, const struct finding *f)
{
	if (sizeof(result) - *n < 400)
		return;
	*n += (size_t)snprintf(result + *n, sizeof(result) - *n, "%s" STR_FMT "@%.*s%u",
		*n ? " " : "", STR_ARG(f->code), (int)(f->segment.n > 20 ? 20 : f->segment.n),
		f->segment.p ? f->segment.p : "", f->segment_at);
	if (f->element)
		*n += (size_t)snprintf(
			result + *n, sizeof(result) - *n, ".%u", (unsigned)f->element);
	if (f->component)
		*n += (size_t)snprintf(
			result + *n, sizeof(result) - *n, "-%u", (unsigned)f->component);
	if (f->severity == SEV_NOTE && f->tolerance.n > 0)
		*n += (size_t)snprintf(
			result + *n, sizeof(result) - *n, "(" STR_FMT ")", STR_ARG(f->tolerance));
}

/* "... (guide: maps/guides/x.xml:18)" */
static void add_line(size_t *n, struct str rule)
{
	const size_t at = str_find(rule, STR("(guide: "), 0);
	const size_t line = at == SIZE_MAX ? at : str_find(rule, STR(".xml:"), at);

	if (line != SIZE_MAX)
		*n += (size_t)snprintf(result + *n, sizeof(result) - *n, "(%.*s",
			(int)(rule.n - line - 5), rule.p + line + 5);
}

static const char *read_by(const struct edi_read_options *o, struct str bytes)
{
	struct arena a;
	struct diag d;
	struct err e;
	struct segment s;
	enum edi_event ev;
	size_t n = 0;
	int rc = 1;

	arena_init(&a);
	diag_init(&d, &a);
	err_clear(&e);
	result[0] = 0;
	struct edi_read *r = edi_read_open(-1, bytes, o, &e);
	while (r && (rc = edi_read_next(r, &ev, &s, &d, &e)) == 1)
		continue;
	for (const struct finding *f = d.first; f; f = f->next) {
		add(&n, f);
		add_line(&n, f->rule);
	}
	if (!r || rc == -1)
		(void)snprintf(result + n, sizeof(result) - n, " | %s", e.text);
	edi_read_close(r);
	arena_done(&a);
	return result;
}

const char *edi_support_read(struct str bytes, enum edi_level level)
{
	return edi_support_read_as("x12", bytes, level);
}

const char *edi_support_read_as(const char *format, struct str bytes, enum edi_level level)
{
	const struct edi_read_options o = {.format = str_c(format),
		.defs = edi_support_defs(),
		.level = level,
		.file = STR("t.edi")};

	return read_by(&o, bytes);
}

const char *edi_support_read_guided(
	struct str bytes, enum edi_level level, const char *set, const char *guide)
{
	const struct edi_read_options o = {.format = STR("x12"),
		.defs = edi_support_defs(),
		.level = level,
		.file = STR("t.edi"),
		.guide = str_c(guide),
		.guide_set = str_c(set)};

	return read_by(&o, bytes);
}

const char *edi_support_read_forgiving(const char *format, const char *tolerate, struct str bytes)
{
	struct tolerances t = {.granted = 0};
	struct arena a;
	struct err e;
	const struct edi_read_options o = {.format = str_c(format),
		.defs = edi_support_defs(),
		.file = STR("t.edi"),
		.tolerances = &t};

	if (tolerance_parse(str_c(tolerate), &t.granted, ERR_USAGE, &e) == -1)
		return "no such tolerance";
	arena_init(&a);
	(void)read_by(&o, bytes);
	const size_t n = strlen(result);
	(void)snprintf(result + n, sizeof(result) - n, " = " STR_FMT,
		STR_ARG(tolerance_text(&t, true, &a)));
	arena_done(&a);
	return result;
}
