/* gridspool inspect: the paths, types and values of any file that we can read. */
#include "cli/cmd_inspect.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fsx.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "cli/args.h"
#include "cli/output.h"
#include "cli/source.h"
#include "cli/survey.h"
#include "edi/edi_read.h"
#include "stage/env_maps.h"

enum { OUT_MAX = 64 << 20, FINDINGS_SHOWN = 20 };

static const char usage[] =
	"usage: gridspool inspect [OPTION...] FILE\n"
	"\n"
	"Prints the paths of a file as a map would name them, with types, counts and sample values. FILE is\n"
	"JSON (one item, one a line, or an array), CSV, XML, X12, EDIFACT, an export folder, the same packed as ZIP, or -\n"
	"for standard input.\n"
	"\n"
	"  --first N          look at the first N items only (X12, EDIFACT: segments)\n"
	"  --items FOLDER/    only items below this folder of an export tree\n"
	"  --item PATH        where items stand inside a document (JSON, XML): products/product\n"
	"  --format NAME      json, csv or xml; found out unless given\n"
	"  --encoding NAME    of CSV: utf-8, iso-8859-1 or windows-1252 (utf-8)\n"
	"  --separator C      of CSV; tab is understood; found out unless given\n"
	"  --quote C          of CSV (\")\n"
	"  --header yes|no    does the first row name the columns (yes)\n"
	"  --decimal C        decimal mark of CSV, . or , in the columns of --numbers \"A B\"\n"
	"\n"
	"Exit codes: 0 printed; 64 the command line is wrong; 65 the file, or one of its items, cannot be\n"
	"read; 74 disk.\n"
	"\n"
	"Example:\n"
	"  gridspool inspect --items content/ export/\n";

static const char *const source_args[] = {"items", "item", "format", "encoding", "separator",
	"quote", "header", "decimal", "numbers"};

enum { SOURCE_ARGS = sizeof(source_args) / sizeof(source_args[0]) };

struct inspection {
	const struct cli *cli;
	struct arena arena;
	struct names names;
	struct survey survey;
	struct reader_spec said;
	struct output_findings told;
	int64_t first; /* items or segments to look at; 0 all */
};

/* --- items --- */

static void tell(struct inspection *v, struct diag *d, const struct item *it)
{
	for (struct finding *f = d->first; f; f = f->next) {
		if (f->file.n == 0)
			f->file = it->file;
		output_finding(&v->told, f);
	}
}

static int read_items(
	struct inspection *v, const struct source *s, const struct reader_spec *spec, struct err *e)
{
	struct reader *r = reader_open(s->fd, spec, &v->names, e);
	struct arena a;
	struct diag d;
	struct item it;
	int rc = r ? 1 : -1;

	arena_init(&a);
	v->survey.plain = str_is(spec->format, "csv");
	while (rc == 1 && (v->first == 0 || v->survey.items < (uint64_t)v->first)) {
		diag_init(&d, &a);
		arena_reset(&a);
		memset(&it, 0, sizeof(it));
		rc = reader_next(r, &it, &d, e);
		tell(v, &d, &it);
		if (rc == 1)
			survey_item(&v->survey);
		if (rc == 1 && it.root)
			survey_tree(&v->survey, it.root);
	}
	reader_close(r);
	arena_done(&a);
	return rc == -1 ? -1 : 0;
}

/* --- X12 and EDIFACT --- */

/* Where a segment's elements hang: LIN-loop/LIN below the message, or the envelope's own segment. */
static struct survey_path *segment_path(struct inspection *v, const struct edi_context *x,
	enum edi_event event, const struct segment *s)
{
	struct survey_path *p = NULL;
	const struct str none = {"", 0};

	if (event == EDI_SET || event == EDI_SEGMENT || event == EDI_SET_END) {
		p = survey_at(&v->survey, NULL, x->set_id.n ? x->set_id : STR("?"),
			x->message ? x->message->name : none);
		for (uint32_t i = 0; p && event == EDI_SEGMENT && i < x->nloops; i++)
			p = survey_at(&v->survey, p, x->loops[i], none);
		if (!p)
			return NULL;
		/* A loop is there each time its first segment is, a message each time ST or UNH is. */
		if (event == EDI_SET ||
			(s->node && s->node->parent && s->node->parent->loop &&
				s->node->parent->child == s->node))
			survey_seen(&v->survey, p);
	}
	return survey_at(&v->survey, p, s->tag, s->def ? s->def->name : none);
}

/* LIN03, or CTP05-1 where the element is a composite. */
static void take_value(struct inspection *v, struct survey_path *at, const struct segment *s,
	const struct value *x)
{
	const struct def_part *part = s->def ? defs_part(s->def, x->element) : NULL;
	const struct def_part *inner = part && x->component <= part->nparts
		? &part->parts[x->component - 1]
		: NULL;
	const bool composite = (part && part->nparts > 0) || x->component > 1;
	const struct def_part *named = composite ? inner : part;
	struct str label = {"", 0};
	char name[40];

	if (composite)
		(void)snprintf(name, sizeof(name), "%.10s%02u-%u", arena_cstr(&v->arena, s->tag),
			x->element, x->component);
	else
		(void)snprintf(
			name, sizeof(name), "%.10s%02u", arena_cstr(&v->arena, s->tag), x->element);
	if (named && named->element)
		label = named->name.n ? named->name : named->element->name;
	survey_value(&v->survey, survey_at(&v->survey, at, str_c(name), label), x->text);
}

static void take_segment(struct inspection *v, const struct edi_context *x, enum edi_event event,
	const struct segment *s)
{
	struct survey_path *at = segment_path(v, x, event, s);

	if (!at)
		return;
	survey_seen(&v->survey, at);
	for (size_t i = 0; i < s->n; i++)
		take_value(v, at, s, &s->values[i]);
}

static int read_segments(
	struct inspection *v, const struct source *s, struct defs *defs, struct err *e)
{
	const struct edi_read_options o = {
		.defs = defs, .level = EDI_STRUCTURE, .file = str_c(s->path)};
	struct edi_read *r = edi_read_open(s->fd, STR(""), &o, e);
	const struct item whole = {.file = str_c(s->path)};
	enum edi_event event = EDI_SEGMENT;
	struct segment segment;
	struct arena a;
	struct diag d;
	int rc = r ? 1 : -1;

	arena_init(&a);
	for (int64_t n = 0; rc == 1 && (v->first == 0 || n < v->first); n++) {
		diag_init(&d, &a);
		arena_reset(&a);
		arena_reset(&v->arena);
		rc = edi_read_next(r, &event, &segment, &d, e);
		tell(v, &d, &whole);
		if (rc == 1 && event == EDI_SET)
			survey_item(&v->survey);
		if (rc == 1)
			take_segment(v, edi_read_context(r), event, &segment);
	}
	edi_read_close(r);
	arena_done(&a);
	return rc == -1 ? -1 : 0;
}

static int read_edi(struct inspection *v, const struct source *s, struct err *e)
{
	const char *const names[] = {"maps"};
	const int dir = env_maps_dir(e);
	struct defs *defs = NULL;
	int rc = -1;

	if (dir == -1)
		return -1;
	defs = defs_new(&dir, names, 1);
	v->survey.plain = v->survey.tags = true;
	rc = read_segments(v, s, defs, e);
	defs_free(defs);
	fsx_close(dir);
	return rc;
}

/* --- the command --- */

static void print(struct inspection *v, const struct source *s, const char *unit, struct buf *out)
{
	struct json j;

	if (v->cli->json) {
		json_init(&j, out, true);
		json_object(&j);
		json_member_c(&j, "file", s->path);
		json_member_c(&j, "format", s->what);
		json_member_int(&j, unit, (int64_t)v->survey.items);
		survey_json(&v->survey, &j);
		json_end(&j, '}');
		buf_ch(out, '\n');
		return;
	}
	utf8_quote(out, str_c(s->path), LIMIT_PATH);
	buf_printf(out, ": %s, %" PRIu64 " %s%s\n\n", s->what, v->survey.items, unit,
		v->first > 0 ? " looked at" : "");
	survey_text(&v->survey, out);
}

/* What was read before a fault is printed too: it helps to see how far it is right. */
static int inspect(struct inspection *v, const char *path, struct buf *out, struct err *e)
{
	struct reader_spec spec;
	struct source s;
	struct diag d;
	int rc = -1;

	diag_init(&d, &v->survey.arena);
	if (source_open(path, &s, &d, e) == -1)
		return -1;
	for (const struct finding *f = d.first; f; f = f->next)
		output_finding(&v->told, f);
	if (s.kind == SOURCE_IS_EDI && v->said.format.n == 0) {
		rc = read_edi(v, &s, e);
		print(v, &s, "sets", out);
	} else if (source_spec(&s, &v->said, &spec)) {
		spec.own_prefixes = true;
		rc = read_items(v, &s, &spec, e);
		if (s.kind == SOURCE_IS_OTHER || s.kind == SOURCE_IS_TEXT)
			s.what = str_is(spec.format, "csv")  ? "CSV"
				: str_is(spec.format, "xml") ? "XML"
							     : "JSON";
		print(v, &s, "items", out);
	} else {
		rc = err_set(e, ERR_INPUT,
			"%s: this is %s; expected JSON, CSV, XML, X12, EDIFACT or an export folder%s",
			s.path, s.what,
			s.kind == SOURCE_IS_TEXT ? " (--format csv if it is CSV of one column)"
						 : "");
	}
	source_close(&s);
	return rc;
}

static int parse(struct inspection *v, int argc, char **argv, struct args *files, struct err *e)
{
	const char *said[SOURCE_ARGS] = {NULL};
	const char *first = NULL;
	struct args_option options[SOURCE_ARGS + 1];
	size_t n = 0;

	for (; n < SOURCE_ARGS; n++)
		options[n] = (struct args_option){.name = source_args[n], .value = &said[n]};
	options[n++] = (struct args_option){.name = "first", .value = &first};
	if (args_parse(argc, argv, options, n, 1, 1, "FILE", files, e) == -1)
		return -1;
	if (first && (!str_to_i64(str_c(first), &v->first) || v->first < 1))
		return err_set(e, ERR_USAGE, "--first %s: expected a number from 1", first);
	for (size_t i = 0; i < SOURCE_ARGS; i++)
		if (said[i] &&
			source_option(&v->said, str_c(source_args[i]), str_c(said[i]),
				&v->survey.arena, e) == -1)
			return -1;
	return 0;
}

static int run(int argc, char **argv, const struct cli *cli)
{
	struct inspection v;
	struct args files;
	struct err e;
	struct err late;
	struct buf out;
	int status = 0;

	err_clear(&e);
	memset(&v, 0, sizeof(v));
	v.cli = cli;
	arena_init(&v.arena);
	names_init(&v.names);
	survey_init(&v.survey, &v.names);
	output_findings_init(&v.told, FINDINGS_SHOWN, -1);
	buf_init(&out, OUT_MAX);
	if (parse(&v, argc, argv, &files, &e) == -1 || inspect(&v, files.rest[0], &out, &e) == -1)
		status = command_fail(cli, &e);
	else if (v.told.errors > 0)
		status = 65;
	if (command_write(&out, "what is in it", &late) == -1)
		status = command_fail(cli, &late);
	if (output_findings_end(&v.told, &late) == -1)
		status = command_fail(cli, &late);
	buf_done(&out);
	survey_done(&v.survey);
	names_done(&v.names);
	arena_done(&v.arena);
	return status;
}

const struct command_ops cmd_inspect_ops = {
	.name = "inspect",
	.summary = "the paths, types and values of any file that we can read",
	.usage = usage,
	.json = true,
	.run = run,
};
