/* gridspool map check: all that is wrong with maps, by themselves or within an environment. */
#include <string.h>

#include "base/fsx.h"
#include "base/json.h"
#include "cli/args.h"
#include "cli/cmd_map.h"
#include "cli/map_file.h"
#include "stage/env.h"
#include "stage/env_maps.h"
#include "stage/headers.h"

enum { FILES_MAX = 10000, OUT_MAX = 64 << 20 };

static const char usage[] =
	"usage: gridspool map check [--json] FILE...\n"
	"       gridspool map check [--json] --env DIR [FILE...]\n"
	"\n"
	"Names everything that is wrong with maps, all at once, with file:line:column: expressions, names,\n"
	"joins and tables, and each segment and element against the definition of the message. Paths of\n"
	"the source are looked for in its definition, or, where <source type=> names a content type, in the\n"
	"schemas that an export has in content-type-schema/: put that folder beside the map or in the bundle.\n"
	"A map by itself takes definitions, tables, guides and schemas from its own folder, the one above,\n"
	"and gridspool's own. With an environment all its maps are looked at as its runs load them: with the bundle's\n"
	"definitions, the sources that they join and the variables that agreements define; FILE, as\n"
	"maps/acme.xml, then narrows the answer to what is said of these maps, and of what is no map and\n"
	"stops all of them. Columns are looked for in the CSV files of current/.\n"
	"\n"
	"  --env DIR   the environment whose maps are meant\n"
	"\n"
	"Exit codes: 0 nothing is wrong (there may be warnings); 64 usage; 65 there is no such file;\n"
	"78 something is wrong.\n"
	"\n"
	"Example:\n"
	"  gridspool map check maps/ampliance-product-to-832.xml\n";

static int check_alone(const struct args *files, struct faults *f, struct err *e)
{
	int rc = 0;

	for (size_t i = 0; i < files->n && rc == 0; i++) {
		const size_t before = f->n;
		struct map_file m;
		struct names names;
		names_init(&names);
		rc = map_file_open(&m, files->rest[i], &names, f, e);
		if (rc == -1 && f->n > before)
			rc = 0; /* the faults say it all */
		map_file_close(&m);
		names_done(&names);
	}
	return rc;
}

/* "m/bundle/maps/x.xml" and "maps/x.xml" both mean what an environment calls maps/x.xml. */
static bool means(const char *given, struct str file)
{
	const struct str name = str_c(given);

	return str_eq(name, file) ||
		(str_ends(name, file) && name.n > file.n && name.p[name.n - file.n - 1] == '/');
}

/* Of the files that were asked for, or of no map at all: then it stops the loading of each. */
static bool is_about(const struct fault *x, const struct args *files)
{
	const struct str file = str_c(x->file);

	if (!x->warning && !str_starts(file, STR("maps/")))
		return true;
	for (size_t i = 0; i < files->n; i++)
		if (means(files->rest[i], file))
			return true;
	return files->n == 0;
}

/* Each file that was asked for must be a map of the bundle or of a route. */
static int check_names(
	const struct env *v, const struct args *files, struct faults *f, struct err *e)
{
	struct fsx_list list = {0};
	const int dir = fsx_subdir(v->map_dirs[0], "maps", e);
	const char **names = NULL;
	size_t n = 0;
	int rc = dir != -1 ? fsx_list(dir, &list, e) : e->code == ERR_ABSENT ? 0 : -1;

	names = arena_array(f->arena, list.n + v->nroutes + 1, sizeof(*names));
	for (size_t i = 0; i < list.n; i++)
		names[n++] = arena_printf(f->arena, "maps/%s", list.names[i]).p;
	for (size_t i = 0; i < v->nroutes; i++)
		names[n++] = arena_cstr(f->arena, v->routes[i].agreement->map);
	for (size_t i = 0; i < files->n && rc == 0; i++) {
		size_t k = 0;
		while (k < n && !means(files->rest[i], str_c(names[k])))
			k++;
		if (k == n)
			rc = err_set(e, ERR_ABSENT, "%s is no map of this environment%s",
				files->rest[i], faults_near(f, str_c(files->rest[i]), names, n));
	}
	fsx_list_done(&list);
	fsx_close(dir);
	return rc;
}

/* As a run loads them, and those of the bundle that no route has; where the configuration is wrong, too. */
static int look_within(struct env *v, const char *path, const struct args *files,
	const struct cli *cli, struct faults *all, struct err *e)
{
	if (env_open(v, path, &cli->clock, false, all, e) == 0) {
		env_maps_routes(v, all);
		env_maps_check(v, all);
		headers_check(v, all);
		return files->n > 0 ? check_names(v, files, all, e) : 0;
	}
	if (all->n == 0)
		return -1;
	/* What is told of the configuration comes again, with what is wrong in the maps. */
	faults_init(all, all->arena);
	return env_open(v, path, &cli->clock, true, all, e) == 0 || all->n > 0 ? 0 : -1;
}

/* kept is what is said of the files that were asked for. */
static int check_within(const char *path, const struct args *files, const struct cli *cli,
	struct faults *kept, struct err *e)
{
	struct faults all;
	struct env v;
	int rc = 0;

	faults_init(&all, kept->arena);
	rc = look_within(&v, path, files, cli, &all, e);
	for (const struct fault *x = all.first; x; x = x->next) {
		char *file = arena_cstr(kept->arena, str_c(x->file));
		if (!is_about(x, files))
			continue;
		if (x->warning)
			faults_warn(kept, file, x->line, x->column, "%s", x->text);
		else
			(void)faults_add(kept, file, x->line, x->column, "%s", x->text);
	}
	env_close(&v);
	return rc;
}

static int answer(const struct cli *cli, const struct faults *f, struct err *e)
{
	struct buf out;
	struct json j;
	int rc = 0;

	buf_init(&out, OUT_MAX);
	if (cli->json) {
		json_init(&j, &out, true);
		json_object(&j);
		json_name(&j, "ok");
		json_bool(&j, f->n == 0);
		json_member_int(&j, "errors", (int64_t)(f->n - f->again));
		json_member_int(&j, "warnings", (int64_t)f->warnings);
		command_faults_json(&j, f);
		json_end(&j, '}');
		buf_ch(&out, '\n');
	}
	for (const struct fault *x = f->first; x && !cli->json; x = x->next) {
		command_fault_line(x, &out);
		buf_ch(&out, '\n');
	}
	rc = command_write(&out, "the list of faults", e);
	buf_done(&out);
	return rc == -1 ? -1 : f->n > 0 ? 78 : 0;
}

static int run(int argc, char **argv, const struct cli *cli)
{
	const char *env = NULL;
	const struct args_option options[] = {{.name = "env", .value = &env}};
	struct arena arena;
	struct faults f;
	struct args files;
	struct err e;
	int rc = -1;

	arena_init(&arena);
	faults_init(&f, &arena);
	if (args_parse(argc, argv, options, 1, 0, FILES_MAX, "FILE", &files, &e) == 0) {
		if (env)
			rc = check_within(env, &files, cli, &f, &e);
		else if (files.n > 0)
			rc = check_alone(&files, &f, &e);
		else
			rc = err_set(&e, ERR_USAGE, "FILE is missing: which map? or --env DIR");
	}
	if (rc == 0)
		rc = answer(cli, &f, &e);
	arena_done(&arena);
	return rc == -1 ? command_fail(cli, &e) : rc;
}

const struct command_ops cmd_map_check_ops = {
	.name = "check",
	.summary = "name everything that is wrong with maps",
	.usage = usage,
	.json = true,
	.run = run,
};
