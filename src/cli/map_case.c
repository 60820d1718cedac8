/* Golden cases of maps; see map_case.h. */
#include "cli/map_case.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fsx.h"
#include "base/limits.h"
#include "model/xml.h"

#define CASE_NAMESPACE "urn:gridspool:case:1"

enum { EXPECTED_MAX = 1 << 30 };

const char *map_case_folder(const char *map, struct arena *a)
{
	struct str name = str_c(map);

	if (str_ends(name, STR(".xml")))
		name.n -= 4;
	return arena_printf(a, STR_FMT ".test", STR_ARG(name)).p;
}

bool map_case_any(const char *map, struct arena *a)
{
	struct stat st;

	return stat(map_case_folder(map, a), &st) == 0 && S_ISDIR(st.st_mode);
}

int map_case_each(const char *map, const char *only,
	int (*each)(void *ctx, const char *dir, struct err *e), void *ctx, struct arena *a,
	struct err *e)
{
	const char *folder = map_case_folder(map, a);
	struct fsx_list list = {0};
	struct stat st;
	const int dir = fsx_dir(folder, e);
	int rc = dir == -1 ? -1 : fsx_list(dir, &list, e);

	for (size_t i = 0; rc == 0 && i < list.n; i++) {
		if (only && strcmp(only, list.names[i]) != 0)
			continue;
		rc = fsx_stat(dir, list.names[i], &st, e);
		if (rc == 1)
			rc = S_ISDIR(st.st_mode)
				? each(ctx, arena_printf(a, "%s/%s", folder, list.names[i]).p, e)
				: 0;
	}
	fsx_list_done(&list);
	fsx_close(dir);
	return rc;
}

/* ---- case.xml ------------------------------------------------------------------------------- */

struct reading {
	struct map_case *k;
	const char *file;
	struct faults *f;
};

static const char *text_of(struct reading *r, const struct xml *x, const char *attr)
{
	const struct str s = xml_attr(x, attr);

	return s.p ? arena_cstr(&r->k->args.arena, s) : NULL;
}

static const char *needed(struct reading *r, const struct xml *x, const char *attr)
{
	const char *text = text_of(r, x, attr);

	if (!text || !*text)
		(void)faults_add(r->f, r->file, x->line, x->column,
			"<" STR_FMT "> needs %s=", STR_ARG(x->name), attr);
	return text ? text : "";
}

static const char *path_of(struct reading *r, const struct xml *x)
{
	const char *file = needed(r, x, "file");

	return file[0] == '/' ? file : arena_printf(&r->k->args.arena, "%s/%s", r->k->dir, file).p;
}

static void number_of(struct reading *r, const struct xml *x, const char *attr, int64_t *out)
{
	const struct str s = xml_attr(x, attr);

	if (s.p && (!str_to_i64(s, out) || *out < 1))
		(void)faults_add(r->f, r->file, x->line, x->column,
			"%s=\"" STR_FMT "\" is no control number; write 1 or more", attr,
			STR_ARG(s));
}

/* What is left are options of the source, as in --join NAME=FILE,OPTION=VALUE. */
static void options_of(struct reading *r, const struct xml *x, struct reader_spec *spec)
{
	struct err e;

	for (struct xml_attr *a = x->attrs; a; a = a->next) {
		if (a->used)
			continue;
		a->used = true;
		if (source_option(spec, a->name, a->value, &r->k->args.arena, &e) == -1)
			(void)faults_add(r->f, r->file, x->line, x->column,
				"<" STR_FMT " " STR_FMT "=>: %s", STR_ARG(x->name),
				STR_ARG(a->name), e.text);
	}
}

static void read_input(struct reading *r, const struct xml *x)
{
	if (r->k->input)
		(void)faults_add(
			r->f, r->file, x->line, x->column, "a case has one <input>, found another");
	r->k->input = path_of(r, x);
	options_of(r, x, &r->k->args.o.source);
}

static void read_join(struct reading *r, const struct xml *x)
{
	struct conversion_options *o = &r->k->args.o;
	struct conversion_join *j = &o->joins[o->njoins];

	if (o->njoins == CONVERSION_JOINS) {
		(void)faults_add(
			r->f, r->file, x->line, x->column, "more than %d joins", CONVERSION_JOINS);
		return;
	}
	o->njoins++;
	j->name = str_c(needed(r, x, "name"));
	j->path = path_of(r, x);
	options_of(r, x, &j->spec);
}

static void read_set(struct reading *r, const struct xml *x)
{
	const char *name = needed(r, x, "name");
	const char *value = text_of(r, x, "value");
	struct err e;

	if (conversion_args_set(&r->k->args,
		    arena_printf(&r->k->args.arena, "%s=%s", name, value ? value : "").p, &e) == -1)
		(void)faults_add(r->f, r->file, x->line, x->column, "%s", e.text);
}

static void read_workflow(struct reading *r, const struct xml *x)
{
	r->k->args.o.workflow = path_of(r, x);
}

/* yes or no; no when it is not said. */
static bool flag_of(struct reading *r, const struct xml *x, const char *attr)
{
	const struct str s = xml_attr(x, attr);

	if (s.p && !str_is(s, "yes") && !str_is(s, "no"))
		(void)faults_add(r->f, r->file, x->line, x->column,
			"%s=\"" STR_FMT "\": expected yes or no", attr, STR_ARG(s));
	return str_is(s, "yes");
}

/* What convert has as options, by the same names. */
static void read_envelope(struct reading *r, const struct xml *x)
{
	struct conversion_args *a = &r->k->args;
	const struct {
		const char *attr;
		const char **value;
	} texts[] = {{"sender", &a->sender}, {"receiver", &a->receiver}, {"elements", &a->elements},
		{"newline", &a->newline}, {"repertoire", &a->repertoire},
		{"characters", &a->characters}, {"release", &a->release},
		{"decimal-mark", &a->decimal_mark}, {"association", &a->association}};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		*texts[i].value = text_of(r, x, texts[i].attr);
	a->o.envelope.una = flag_of(r, x, "una");
	a->o.envelope.groups = flag_of(r, x, "groups");
	number_of(r, x, "interchange", &r->k->interchange);
	number_of(r, x, "group", &r->k->group);
}

static void unknown_attributes(struct reading *r, const struct xml *x)
{
	for (const struct xml_attr *a = x->attrs; a; a = a->next)
		if (!a->used)
			(void)faults_add(r->f, r->file, x->line, x->column,
				"<" STR_FMT "> has no attribute '" STR_FMT "'", STR_ARG(x->name),
				STR_ARG(a->name));
}

static void read_case(struct reading *r, const struct xml *root)
{
	static const struct {
		const char *name;
		void (*read)(struct reading *r, const struct xml *x);
	} kinds[] = {{"input", read_input}, {"join", read_join}, {"set", read_set},
		{"workflow", read_workflow}, {"envelope", read_envelope}};
	enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };
	const char *names[KINDS];

	r->k->args.date = needed(r, root, "date");
	r->k->args.action = text_of(r, root, "action");
	unknown_attributes(r, root);
	for (size_t i = 0; i < KINDS; i++)
		names[i] = kinds[i].name;
	for (const struct xml *x = root->child; x; x = x->next) {
		size_t i = 0;
		while (i < KINDS && !str_is(x->name, kinds[i].name))
			i++;
		if (i == KINDS) {
			(void)faults_add(r->f, r->file, x->line, x->column,
				"<case> has no <" STR_FMT ">%s", STR_ARG(x->name),
				faults_near(r->f, x->name, names, KINDS));
			continue;
		}
		kinds[i].read(r, x);
		unknown_attributes(r, x);
	}
	if (!r->k->input)
		(void)faults_add(r->f, r->file, root->line, root->column,
			"<case> needs an <input file=>: what the map is to convert");
}

int map_case_read(struct map_case *k, const char *dir, const char *map, const struct clock *clock,
	struct faults *f, struct err *e)
{
	struct reading r = {.k = k, .f = f};
	const size_t before = f->n;
	struct xml *root = NULL;
	struct buf text;

	memset(k, 0, sizeof(*k));
	conversion_args_init(&k->args);
	k->dir = dir;
	k->args.o.map = map;
	k->interchange = k->group = 1;
	r.file = arena_cstr(f->arena, arena_printf(&k->args.arena, "%s/case.xml", dir));
	buf_init(&text, LIMIT_CONFIG_FILE);
	if (fsx_read_path(r.file, &text, e) == -1) {
		buf_done(&text);
		return -1;
	}
	if (xml_parse(buf_view(&text), r.file, &k->args.arena, &root, e) == -1)
		(void)faults_add_placed(f, r.file, e->text);
	else if (!str_is(root->ns, CASE_NAMESPACE) || !str_is(root->name, "case"))
		(void)faults_add(f, r.file, root->line, root->column,
			"a case begins with <case xmlns=\"" CASE_NAMESPACE "\" date=...>");
	else
		read_case(&r, root);
	buf_done(&text);
	if (f->n == before && conversion_args_finish(&k->args, clock, e) == -1)
		(void)faults_add(f, r.file, 0, 0, "%s", e->text);
	return f->n > before ? faults_err(f, e) : 0;
}

void map_case_done(struct map_case *k)
{
	conversion_args_done(&k->args);
}

/* ---- a run ---------------------------------------------------------------------------------- */

/* Findings name files as they are called from where we stand; expected ones as from the case's folder. */
static int localize(struct map_case *k, int fd, struct err *e)
{
	const struct str prefix = arena_printf(&k->args.arena, "\"file\":\"%s/", k->dir);
	struct buf in;
	struct buf out;
	struct str rest;
	size_t at = 0;
	int rc = -1;

	buf_init(&in, EXPECTED_MAX);
	buf_init(&out, EXPECTED_MAX);
	rc = fsx_read(fd, &in, e);
	rest = buf_view(&in);
	while (rc == 0 && (at = str_find(rest, prefix, 0)) != SIZE_MAX) {
		buf_str(&out, str_sub(rest, 0, at));
		buf_c(&out, "\"file\":\"");
		rest = str_from(rest, at + prefix.n);
	}
	buf_str(&out, rest);
	if (rc == 0 && (ftruncate(fd, 0) == -1 || lseek(fd, 0, SEEK_SET) == -1))
		rc = err_errno(e, ERR_IO, "write the findings");
	if (rc == 0)
		rc = fsx_write_all(fd, out.p, out.n, e);
	buf_done(&in);
	buf_done(&out);
	return rc;
}

static int convert(struct map_case *k, struct conversion *c, struct map_case_result *r, int lineage,
	struct err *e)
{
	struct output_findings told;
	struct produce_counts counts;
	struct err late;
	int rc = -1;

	output_findings_init(&told, 0, r->findings_fd);
	c->findings = &told;
	c->lineage = lineage;
	c->isa = (uint64_t)k->interchange - 1;
	c->gs = (uint64_t)k->group - 1;
	rc = conversion_file(c, k->input, r->fd, &counts, e);
	if (output_findings_end(&told, &late) == -1 && rc == 0) {
		*e = late;
		rc = -1;
	}
	return rc == -1 ? -1 : localize(k, r->findings_fd, e);
}

/* 1 it is there, 0 it is not. */
static int read_expected(const char *path, const struct map_file *of, struct records *r,
	struct buf *bytes, struct err *e)
{
	const int fd = fsx_open_path(path, e);
	int rc = 0;

	if (fd == -1)
		return e->code == ERR_ABSENT ? 0 : -1;
	rc = fsx_read(fd, bytes, e);
	if (rc == 0)
		rc = records_read(r, fd, of, e);
	fsx_close(fd);
	return rc == -1 ? err_wrap(e, "%s", path) : 1;
}

/* One output: *same by bytes, and the difference by records. 1 something was expected. */
static int compare(const char *path, int fd, const struct map_file *of, int lineage,
	struct records *was, struct records *is, struct records_diff *diff, bool *same,
	struct err *e)
{
	struct buf expected;
	struct buf found;
	int there = -1;
	int rc = 0;

	buf_init(&expected, EXPECTED_MAX);
	buf_init(&found, EXPECTED_MAX);
	records_init(was);
	records_init(is);
	there = read_expected(path, of, was, &expected, e);
	if (there == -1 && of && err_exit(e) == 65) {
		/* It was made by another definition: it is compared line by line. */
		records_done(was);
		records_init(was);
		buf_clear(&expected);
		of = NULL;
		there = read_expected(path, of, was, &expected, e);
	}
	if (there == -1 || fsx_read(fd, &found, e) == -1 || records_read(is, fd, of, e) == -1 ||
		(lineage != -1 && is->n > 0 && records_items(is, lineage, e) == -1))
		rc = -1;
	*same = rc == 0 && str_eq(buf_view(&expected), buf_view(&found));
	if (rc == 0 && !*same)
		records_diff_make(was, is, RECORDS_BY_SET, diff);
	buf_done(&expected);
	buf_done(&found);
	return rc == -1 ? -1 : there;
}

static int compare_all(struct map_case *k, struct conversion *c, struct map_case_result *r,
	int lineage, struct err *e)
{
	const struct str format = map_target(c->file.map)->format;
	bool same_out = false;
	bool same_findings = false;
	int there = 0;
	int found = 0;

	r->path = arena_printf(&k->args.arena, "%s/expected." STR_FMT, k->dir,
		STR_ARG(defs_format(format) ? STR("edi") : format))
			  .p;
	r->findings_path = arena_printf(&k->args.arena, "%s/expected.findings", k->dir).p;
	there = compare(
		r->path, r->fd, &c->file, lineage, &r->was_out, &r->out, &r->diff, &same_out, e);
	if (there != -1)
		found = compare(r->findings_path, r->findings_fd, NULL, -1, &r->was_findings,
			&r->findings, &r->findings_diff, &same_findings, e);
	if (there == -1 || found == -1)
		return -1;
	r->fresh = there == 0 && found == 0;
	r->same = same_out && same_findings;
	return 0;
}

int map_case_run(struct map_case *k, struct map_case_result *r, struct faults *f, struct err *e)
{
	struct conversion c;
	int lineage = -1;
	int rc = conversion_open(&c, &k->args.o, f, e);

	memset(r, 0, sizeof(*r));
	r->fd = r->findings_fd = -1;
	if (rc == 0 &&
		((r->fd = fsx_scratch(e)) == -1 || (r->findings_fd = fsx_scratch(e)) == -1 ||
			(lineage = fsx_scratch(e)) == -1))
		rc = -1;
	if (rc == 0)
		rc = convert(k, &c, r, lineage, e);
	if (rc == 0)
		rc = compare_all(k, &c, r, lineage, e);
	fsx_close(lineage);
	conversion_close(&c);
	return rc;
}

/* What is empty has no file. */
static int accept_one(int dir, int fd, const char *path, struct err *e)
{
	uint64_t size = 0;

	if (fsx_size(fd, &size, e) == -1)
		return -1;
	return size > 0 ? output_publish(fd, path, e) : fsx_remove(dir, strrchr(path, '/') + 1, e);
}

int map_case_accept(const struct map_case *k, const struct map_case_result *r, struct err *e)
{
	const int dir = fsx_dir(k->dir, e);
	int rc = -1;

	if (dir != -1 && accept_one(dir, r->fd, r->path, e) == 0)
		rc = accept_one(dir, r->findings_fd, r->findings_path, e);
	fsx_close(dir);
	return rc;
}

void map_case_result_done(struct map_case_result *r)
{
	records_diff_done(&r->diff);
	records_diff_done(&r->findings_diff);
	records_done(&r->was_out);
	records_done(&r->out);
	records_done(&r->was_findings);
	records_done(&r->findings);
	fsx_close(r->fd);
	fsx_close(r->findings_fd);
}
