/* gridspool validate: every fault of X12 and EDIFACT files, with its place. */
#include "cli/cmd_validate.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "base/fsx.h"
#include "base/limits.h"
#include "cli/args.h"
#include "cli/output.h"
#include "cli/source.h"
#include "edi/edi_read.h"
#include "model/xml.h"
#include "stage/env_maps.h"

enum { FILES_MAX = 100000, OUT_MAX = 64 << 20, FLUSH = 1 << 16 };

static const char usage[] =
	"usage: gridspool validate [OPTION...] FILE...\n"
	"\n"
	"Reads X12 and EDIFACT files and names every fault with its place: byte, segment, element, what was\n"
	"found and what was expected. A file that is neither is said to be what it is. - is standard input.\n"
	"\n"
	"  --level LEVEL      how deep to look, each with those before: envelope, structure (order, loops),\n"
	"                     element (type, length, characters), codes, notes (between elements), guide (the\n"
	"                     partner's); guide, which is all, if nothing is said\n"
	"  --tolerate NAME,.. what is forgiven, besides what everybody is: gridspool codes lists the names;\n"
	"                     after none, only what is named; each is told once and counted\n"
	"  --version VERSION  the version that is expected: in GS08, as 004010; in UNH, as D96A\n"
	"  --guide FILE       the partner's guide, for the messages it is about\n"
	"  --usage P|T        the usage that is expected: in ISA15, or T where UNB 0035 says test\n"
	"  --quiet            findings only, no line of counts\n"
	"\n"
	"Exit codes: 0 nothing found that is an error; 64 the command line is wrong; 65 errors were found;\n"
	"74 a file cannot be read; 78 the guide or a definition is wrong.\n"
	"\n"
	"Example:\n"
	"  gridspool validate --guide maps/guides/acme-832.xml outbox/acme/*.x12\n";

/* The state of one call. */
struct validation {
	const struct cli *cli;
	struct edi_read_options read;
	struct str version;
	struct str format; /* of the guide */
	struct arena arena;
	int dirs[2];
	const char *dir_names[2];
	size_t ndirs;
	struct buf out;
	struct json json;
	struct tolerances tolerances;
	bool failed; /* an error was found in a file */
	int unread;  /* a file could not be read: how to leave */
};

struct counts {
	uint64_t interchanges, groups, sets, segments, findings, errors;
};

/* Which message and version a guide is about stands in the guide. */
static int load_guide(struct validation *v, const char *path, struct faults *f, struct err *e)
{
	const char *slash = strrchr(path, '/');
	const struct str folder = {
		slash ? path : ".", slash && slash > path ? (size_t)(slash - path) : 1};
	struct xml *root = NULL;
	struct buf text;
	int rc = -1;

	v->dir_names[0] = arena_cstr(&v->arena, folder);
	v->dirs[0] = fsx_dir(v->dir_names[0], e);
	if (v->dirs[0] == -1)
		return -1;
	v->ndirs = 1;
	buf_init(&text, LIMIT_CONFIG_FILE);
	if (fsx_read_path(path, &text, e) == 0 &&
		xml_parse(buf_view(&text), path, &v->arena, &root, e) == 0)
		rc = 0;
	buf_done(&text);
	if (rc == -1)
		return -1;
	v->read.guide = arena_str(&v->arena, str_c(slash ? slash + 1 : path));
	v->read.guide_set = arena_str(&v->arena, xml_attr(root, "base"));
	v->format = arena_str(&v->arena, xml_attr(root, "format"));
	if (v->version.n == 0)
		v->version = arena_str(&v->arena, xml_attr(root, "version"));
	if (v->read.guide_set.n == 0)
		return faults_add(f, path, root->line, root->column,
			"expected a guide: <guide ... version= base=>");
	return 0;
}

static int open_definitions(
	struct validation *v, const char *guide, struct faults *f, struct err *e)
{
	if (guide && load_guide(v, guide, f, e) == -1)
		return f->n > 0 ? faults_err(f, e) : -1;
	v->dirs[v->ndirs] = env_maps_dir(e);
	if (v->dirs[v->ndirs] == -1)
		return -1;
	v->dir_names[v->ndirs++] = "maps";
	v->read.defs = defs_new(v->dirs, v->dir_names, v->ndirs);
	if (guide &&
		!defs_message(v->read.defs, v->format, v->version, v->read.guide_set, v->read.guide,
			f, guide, 1, 1))
		return faults_err(f, e);
	return 0;
}

/* --- one file --- */

static void tell(struct validation *v, const struct diag *d, struct counts *c)
{
	for (const struct finding *f = d->first; f; f = f->next) {
		c->findings++;
		if (f->severity >= SEV_ERROR)
			c->errors++;
		if (v->cli->json) {
			diag_json(&v->json, f);
		} else {
			diag_line(&v->out, f);
			buf_ch(&v->out, '\n');
		}
	}
}

/* X12 has the version in its groups, EDIFACT in its messages. */
static void check_version(const struct validation *v, const struct edi_read *r,
	enum edi_event event, const struct segment *s, struct diag *d)
{
	const bool x12 = strcmp(edi_read_format(r), "x12") == 0;
	const struct edi_context *x = edi_read_context(r);
	const struct str found = x12 ? x->group_version : x->set_version;
	const struct finding f = {.code = x12 ? STR("X12-VERSION") : STR("EDIFACT-VERSION"),
		.file = v->read.file,
		.segment = s->tag,
		.element = x12 ? 8 : 2,
		.offset = s->offset,
		.found = found,
		.expected = v->version};

	if (event == (x12 ? EDI_GROUP : EDI_SET) && !str_starts(found, v->version))
		diag_add(d, &f);
}

/* 0 read to its end or as far as it can be; -1 the disk failed. */
static int read_all(struct validation *v, int fd, struct counts *c, struct err *e)
{
	struct edi_read *r = NULL;
	struct segment s;
	struct arena a;
	struct diag d;
	enum edi_event event = EDI_SEGMENT;
	int rc = 1;

	arena_init(&a);
	diag_init(&d, &a);
	v->read.skim = true;
	v->read.tolerances = &v->tolerances;
	memset(v->tolerances.used, 0, sizeof(v->tolerances.used));
	r = edi_read_open(fd, STR(""), &v->read, e);
	while (r && rc == 1) {
		rc = edi_read_next(r, &event, &s, &d, e);
		if (rc == 1)
			c->segments++;
		if (rc == 1 && v->version.n > 0)
			check_version(v, r, event, &s, &d);
		if (d.n == 0)
			continue;
		tell(v, &d, c);
		diag_clear(&d);
		arena_reset(&a);
		if (output_flush(&v->out, STDOUT_FILENO, FLUSH, e) == -1)
			rc = -2;
	}
	if (r) {
		const struct edi_context *x = edi_read_context(r);
		c->interchanges = x->interchanges;
		c->groups = x->groups;
		c->sets = x->sets;
		c->segments += x->passed;
	}
	if (!r || (rc == -1 && e->code != ERR_INPUT && e->code != ERR_LIMIT))
		rc = -2;
	edi_read_close(r);
	arena_done(&a);
	return rc == -2 ? -1 : 0;
}

static void tolerated_json(struct json *j, const struct tolerances *t)
{
	json_name(j, "tolerated");
	json_object(j);
	for (size_t i = 0; i < TOLERANCES; i++)
		if (t->used[i] > 0)
			json_member_int(j, tolerance_rows()[i].name, (int64_t)t->used[i]);
	json_end(j, '}');
}

static void tell_counts(struct validation *v, const char *path, const struct counts *c)
{
	const struct str tolerated = tolerance_text(&v->tolerances, false, &v->arena);
	struct json *j = &v->json;

	if (v->cli->json) {
		json_end(j, ']');
		json_member_int(j, "interchanges", (int64_t)c->interchanges);
		json_member_int(j, "groups", (int64_t)c->groups);
		json_member_int(j, "sets", (int64_t)c->sets);
		json_member_int(j, "segments", (int64_t)c->segments);
		json_member_int(j, "errors", (int64_t)c->errors);
		tolerated_json(j, &v->tolerances);
		json_end(j, '}');
		return;
	}
	if (v->cli->quiet)
		return;
	buf_printf(&v->out,
		"%s: %" PRIu64 " interchanges, %" PRIu64 " groups, %" PRIu64 " sets, %" PRIu64
		" segments; ",
		path, c->interchanges, c->groups, c->sets, c->segments);
	if (c->findings == 0)
		buf_c(&v->out, "nothing to find fault with");
	else
		buf_printf(&v->out, "%" PRIu64 " errors, %" PRIu64 " other findings", c->errors,
			c->findings - c->errors);
	if (tolerated.n > 0)
		buf_printf(&v->out, "; tolerated: " STR_FMT, STR_ARG(tolerated));
	buf_ch(&v->out, '\n');
}

static void tell_folder(struct validation *v, struct counts *c)
{
	const struct finding f = {.code = STR("NOT-EDI"),
		.file = v->read.file,
		.found = STR("a folder"),
		.expected = STR("a file of X12 or EDIFACT")};
	struct diag d;

	diag_init(&d, &v->arena);
	diag_add(&d, &f);
	tell(v, &d, c);
}

static int validate(struct validation *v, const char *path, struct err *e)
{
	struct counts c;
	struct source s;
	struct diag d;
	int rc = 0;

	memset(&c, 0, sizeof(c));
	diag_init(&d, &v->arena);
	rc = source_open(path, &s, &d, e);
	if (rc == 0) {
		v->read.file = str_c(s.path);
		if (v->cli->json) {
			json_object(&v->json);
			json_member_c(&v->json, "file", s.path);
			json_name(&v->json, "findings");
			json_array(&v->json);
		}
		if (s.folder)
			tell_folder(v, &c);
		else
			rc = read_all(v, s.fd, &c, e);
		if (rc == 0 || v->cli->json) /* which has to be closed */
			tell_counts(v, s.path, &c);
		v->failed = v->failed || c.errors > 0;
	}
	source_close(&s);
	return rc;
}

static int validate_files(struct validation *v, const struct args *files, struct err *e)
{
	json_init(&v->json, &v->out, false);
	if (v->cli->json) {
		json_object(&v->json);
		json_name(&v->json, "files");
		json_array(&v->json);
	}
	for (size_t i = 0; i < files->n; i++) {
		if (validate(v, files->rest[i], e) == -1) {
			/* The others are looked at all the same. */
			const int status = command_fail(v->cli, e);
			v->unread = e->code == ERR_ABSENT ? 74 : status;
		}
		if (output_flush(&v->out, STDOUT_FILENO, FLUSH, e) == -1)
			return -1;
	}
	if (v->cli->json) {
		json_end(&v->json, ']');
		json_end(&v->json, '}');
		buf_ch(&v->out, '\n');
	}
	return output_flush(&v->out, STDOUT_FILENO, 0, e);
}

/* 004010, or a directory of EDIFACT: D96A. */
static bool is_version(struct str s)
{
	return str_is_digits(s) ||
		(s.n == 4 && str_starts(s, STR("D")) && str_is_digits(str_sub(s, 1, 2)));
}

static int parse(struct validation *v, int argc, char **argv, const char **guide,
	struct args *files, struct err *e)
{
	const char *level = NULL;
	const char *tolerate = NULL;
	const char *version = NULL;
	const char *isa15 = NULL;
	const struct args_option options[] = {
		{.name = "level", .value = &level},
		{.name = "tolerate", .value = &tolerate},
		{.name = "version", .value = &version},
		{.name = "guide", .value = guide},
		{.name = "usage", .value = &isa15},
	};

	if (args_parse(argc, argv, options, sizeof(options) / sizeof(options[0]), 1, FILES_MAX,
		    "FILE", files, e) == -1)
		return -1;
	v->version = str_c(version);
	if (isa15 && strcmp(isa15, "P") != 0 && strcmp(isa15, "T") != 0)
		return err_set(e, ERR_USAGE, "--usage %s: expected P or T", isa15);
	v->read.usage = isa15 ? isa15[0] : '\0';
	if (version && !is_version(v->version))
		return err_set(e, ERR_USAGE,
			"--version %s: expected a version such as 004010 or D96A", version);
	if (tolerance_parse(str_c(tolerate), &v->tolerances.granted, ERR_USAGE, e) == -1)
		return err_wrap(e, "--tolerate");
	return level ? edi_read_level(str_c(level), &v->read.level, e) : 0;
}

static int run(int argc, char **argv, const struct cli *cli)
{
	struct validation v;
	struct faults f;
	struct args files;
	struct err e;
	const char *guide = NULL;
	int status = 0;

	err_clear(&e);
	memset(&v, 0, sizeof(v));
	v.cli = cli;
	arena_init(&v.arena);
	faults_init(&f, &v.arena);
	buf_init(&v.out, OUT_MAX);
	if (parse(&v, argc, argv, &guide, &files, &e) == -1) {
		status = command_fail(cli, &e);
	} else if (open_definitions(&v, guide, &f, &e) == -1 ||
		validate_files(&v, &files, &e) == -1) {
		struct err late;
		command_faults(&f);
		if (output_flush(&v.out, STDOUT_FILENO, 0, &late) == -1)
			buf_clear(&v.out);
		status = f.n > 0 ? err_exit(&e) : command_fail(cli, &e);
		if (e.code == ERR_ABSENT)
			status = 74;
	} else {
		status = v.unread ? v.unread : v.failed ? 65 : 0;
	}
	defs_free(v.read.defs);
	for (size_t i = 0; i < v.ndirs; i++)
		fsx_close(v.dirs[i]);
	buf_done(&v.out);
	arena_done(&v.arena);
	return status;
}

const struct command_ops cmd_validate_ops = {
	.name = "validate",
	.summary = "name every fault of X12 and EDIFACT files, with its place",
	.usage = usage,
	.json = true,
	.run = run,
};
