/* gridspool map test: the golden cases beside maps. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fsx.h"
#include "cli/args.h"
#include "cli/cmd_map.h"
#include "cli/map_case.h"

enum { MAPS_MAX = 10000, OUT_MAX = 64 << 20 };

static const char usage[] =
	"usage: gridspool map test [OPTION...] [MAP|FOLDER...]\n"
	"\n"
	"Runs the golden cases of maps: each folder below NAME.test/ beside NAME.xml is one. Its case.xml\n"
	"says what is converted, its expected.edi (expected.csv ... of other targets) what must come out,\n"
	"byte for byte, and expected.findings, a line of JSON each, what must be found. A difference is told\n"
	"by segments and elements. FOLDER stands for all maps in it that have cases; the current one unless\n"
	"something is named.\n"
	"\n"
	"  <case xmlns=\"urn:gridspool:case:1\" date=\"2026-11-23T02:00:00Z\">\n"
	"    <input file=\"items.json\"/>\n"
	"    <join name=\"master\" file=\"master.csv\" decimal=\",\"/>\n"
	"    <set name=\"agreement/catalog\" value=\"AW26\"/>\n"
	"    <workflow file=\"hub.json\"/>\n"
	"    <envelope sender=\"ZZ:SENDER\" receiver=\"ZZ:RECEIVER\" interchange=\"1\" group=\"1\"/>\n"
	"  </case>\n"
	"\n"
	"<envelope> has what convert has as options: elements, newline, repertoire, characters; of EDIFACT\n"
	"una=\"yes\", groups=\"yes\", release, decimal-mark, association.\n"
	"\n"
	"  --accept     what comes out is what is expected from now on; the difference is told\n"
	"  --case NAME  only the case of this name\n"
	"  --quiet      only what failed\n"
	"\n"
	"Exit codes: 0 all as expected, or accepted; 1 something differs or could not be converted; 64 usage,\n"
	"or there is no such case; 65 there is no such map; 74 disk; 78 a map or a case.xml is wrong.\n"
	"\n"
	"Example:\n"
	"  gridspool map test --accept maps/examples/02-joins/map.xml\n";

struct tests {
	const struct cli *cli;
	struct arena arena;
	struct faults faults;
	struct buf out;
	struct json json;
	bool accept;
	const char *only;
	unsigned passed, failed, accepted;
	bool wrong; /* a map or case that cannot even be run */
};

/* ---- one case ------------------------------------------------------------------------------- */

static void say(struct tests *t, const char *verdict, const char *dir, const char *note)
{
	if (!t->cli->json && (!t->cli->quiet || strcmp(verdict, "ok") != 0))
		buf_printf(&t->out, "%-8s  %s%s%s\n", verdict, dir, *note ? ": " : "", note);
}

static const char *note_of(const struct map_case_result *r)
{
	if (r->same)
		return "";
	if (r->fresh)
		return "nothing was expected yet; --accept takes what came out";
	if (r->diff.n + r->findings_diff.n == 0 && !r->diff.moved)
		return "the same values, but not the same bytes: separators, line ends or padding";
	return "";
}

static void tell(
	struct tests *t, const char *map, const struct map_case *k, const struct map_case_result *r)
{
	const char *verdict = r->same ? "ok" : t->accept ? "accepted" : "FAIL";

	say(t, verdict, k->dir, note_of(r));
	if (t->cli->json) {
		json_object(&t->json);
		json_member_c(&t->json, "map", map);
		json_member_c(&t->json, "case", k->dir);
		json_name(&t->json, "ok");
		json_bool(&t->json, r->same);
		json_name(&t->json, "accepted");
		json_bool(&t->json, !r->same && t->accept);
		records_diff_json(&r->diff, &t->json);
		json_name(&t->json, "findings");
		json_object(&t->json);
		records_diff_json(&r->findings_diff, &t->json);
		json_end(&t->json, '}');
		json_end(&t->json, '}');
	} else if (!r->same && !(r->fresh && !t->accept)) {
		records_diff_text(&r->diff, "expected", "found", &t->out);
		records_diff_text(&r->findings_diff, "expected", "found", &t->out);
	}
}

static void tell_error(struct tests *t, const char *map, const char *dir, const struct err *e)
{
	say(t, "FAIL", dir, e->text);
	t->failed++;
	if (!t->cli->json)
		return;
	json_object(&t->json);
	json_member_c(&t->json, "map", map);
	json_member_c(&t->json, "case", dir);
	json_name(&t->json, "ok");
	json_bool(&t->json, false);
	json_member_c(&t->json, "error", e->text);
	json_end(&t->json, '}');
}

static int run_case(struct tests *t, const char *map, const char *dir, struct err *e)
{
	struct map_case_result r;
	struct map_case k;
	const size_t before = t->faults.n;
	int rc = map_case_read(&k, dir, map, &t->cli->clock, &t->faults, e);

	if (rc == 0) {
		rc = map_case_run(&k, &r, &t->faults, e);
		if (rc == 0)
			tell(t, map, &k, &r);
		if (rc == 0 && !r.same && t->accept)
			rc = map_case_accept(&k, &r, e);
		if (rc == 0 && r.same)
			t->passed++;
		else if (rc == 0 && t->accept)
			t->accepted++;
		else if (rc == 0)
			t->failed++;
		map_case_result_done(&r);
	}
	map_case_done(&k);
	if (rc == 0 || err_exit(e) == 74)
		return rc;
	/* The other cases are run all the same. */
	t->wrong = t->wrong || t->faults.n > before || e->code == ERR_CONFIG;
	tell_error(t, map, dir, e);
	return 0;
}

/* ---- maps and folders ----------------------------------------------------------------------- */

static bool is_dir(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

struct cases {
	struct tests *t;
	const char *map;
};

static int one_case(void *ctx, const char *dir, struct err *e)
{
	const struct cases *c = ctx;

	return run_case(c->t, c->map, dir, e);
}

static int run_map(struct tests *t, const char *map, struct err *e)
{
	struct cases c = {t, map};

	return map_case_each(map, t->only, one_case, &c, &t->arena, e);
}

static int run_folder(struct tests *t, const char *folder, struct err *e)
{
	struct fsx_list list = {0};
	const int dir = fsx_dir(folder, e);
	int rc = dir == -1 ? -1 : fsx_list(dir, &list, e);

	for (size_t i = 0; rc == 0 && i < list.n; i++) {
		const char *path = strcmp(folder, ".") == 0
			? list.names[i]
			: arena_printf(&t->arena, "%s/%s", folder, list.names[i]).p;
		if (str_ends(str_c(path), STR(".xml")) && map_case_any(path, &t->arena))
			rc = run_map(t, arena_cstr(&t->arena, str_c(path)), e);
	}
	fsx_list_done(&list);
	fsx_close(dir);
	return rc;
}

static int run_all(struct tests *t, const struct args *maps, struct err *e)
{
	int rc = maps->n == 0 ? run_folder(t, ".", e) : 0;

	for (size_t i = 0; rc == 0 && i < maps->n; i++)
		rc = is_dir(maps->rest[i]) ? run_folder(t, maps->rest[i], e)
					   : run_map(t, maps->rest[i], e);
	if (rc == 0 && t->passed + t->failed + t->accepted == 0)
		return err_set(e, ERR_USAGE,
			"there is no case%s%s: a map NAME.xml has its cases in the folders of NAME.test/",
			t->only ? " named " : "", t->only ? t->only : "");
	return rc;
}

static int answer(struct tests *t, struct err *e)
{
	if (t->cli->json) {
		json_end(&t->json, ']');
		json_member_int(&t->json, "passed", t->passed);
		json_member_int(&t->json, "failed", t->failed);
		json_member_int(&t->json, "accepted", t->accepted);
		json_end(&t->json, '}');
		buf_ch(&t->out, '\n');
	} else if (!t->cli->quiet || t->failed > 0) {
		buf_printf(&t->out, "%u passed, %u failed, %u accepted\n", t->passed, t->failed,
			t->accepted);
	}
	return command_write(&t->out, "what the cases gave", e);
}

static int run(int argc, char **argv, const struct cli *cli)
{
	struct tests t = {.cli = cli};
	const struct args_option options[] = {
		{.name = "accept", .flag = &t.accept},
		{.name = "case", .value = &t.only},
	};
	struct args maps;
	struct err e;
	int rc = -1;

	if (args_parse(argc, argv, options, 2, 0, MAPS_MAX, "MAP", &maps, &e) == -1)
		return command_fail(cli, &e);
	arena_init(&t.arena);
	faults_init(&t.faults, &t.arena);
	buf_init(&t.out, OUT_MAX);
	json_init(&t.json, &t.out, true);
	if (cli->json) {
		json_object(&t.json);
		json_name(&t.json, "cases");
		json_array(&t.json);
	}
	rc = run_all(&t, &maps, &e);
	if (rc == 0)
		rc = answer(&t, &e);
	if (t.faults.n > 0)
		command_faults(&t.faults);
	rc = rc == -1 ? command_fail(cli, &e) : t.wrong ? 78 : t.failed > 0 ? 1 : 0;
	buf_done(&t.out);
	arena_done(&t.arena);
	return rc;
}

const struct command_ops cmd_map_test_ops = {
	.name = "test",
	.summary = "run the golden cases beside maps",
	.usage = usage,
	.json = true,
	.run = run,
};
