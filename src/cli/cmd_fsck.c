/* gridspool fsck: do ledger and spool agree? It looks; what changes something must be asked for by name. */
#include "cli/cmd_fsck.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/utf8.h"
#include "cli/verb.h"
#include "stage/fsck.h"
#include "stage/fsck_mend.h"

static const char usage[] =
	"usage: gridspool fsck [--env DIR] [--level 1|2|3] [--json]\n"
	"       gridspool fsck --repair|--reconcile|--adopt --reason TEXT [--env DIR] [--dry-run]\n"
	"\n"
	"Compares ledger and spool, beside a running night too, and names what does not fit: code, file,\n"
	"what was found, what was expected, and the command that mends it. It changes nothing.\n"
	"What it mends itself it is told to; nothing is ever removed, and no run may go on meanwhile.\n"
	"\n"
	"  --env DIR       the environment; else the current folder\n"
	"  --level N       1 each row has its file and each name its row; 2 and each file has the bytes\n"
	"                  that were recorded; 3 (unless given) and the chain of events, audit.log,\n"
	"                  control numbers and the history of each row\n"
	"  --repair        files that the ledger does not know go into quarantine/unknown/; that files of\n"
	"                  archive/ are lost is accepted: they are named as known, and are no fault\n"
	"  --reconcile     after an older ledger.db was put back: what may have been sent since is in doubt,\n"
	"                  no control number comes twice, what is made next waits for a release\n"
	"  --adopt         the environment has moved to this machine for good\n"
	"  --reason TEXT   why; kept in the ledger\n"
	"  --dry-run       say what would happen, change nothing\n"
	"\n"
	"exit status: 0 all fits, or done; 1 something does not fit; 64 usage; 65 there is no such folder;\n"
	"  74 the disk fails, or the ledger is damaged; 75 a run goes on; 78 it is the ledger of another\n"
	"  environment\n"
	"\n"
	"example: gridspool fsck --env /srv/gridspool/prod --level 1\n";

enum { OUTPUT_MAX = 64 << 20, TOLD_MAX = 20000, CODES_MAX = 40 };

/* What was found, as it is printed in the end. */
struct report {
	struct buf lines;
	struct json json;
	bool is_json;
	int64_t told; /* the rest is counted only */
	struct {
		const char *code;
		int64_t n;
	} codes[CODES_MAX];
	size_t ncodes;
};

static void count(struct report *r, const char *code)
{
	size_t i = 0;

	while (i < r->ncodes && strcmp(r->codes[i].code, code) != 0)
		i++;
	if (i == CODES_MAX)
		return;
	r->codes[i].code = code;
	r->codes[i].n++;
	if (i == r->ncodes)
		r->ncodes++;
}

static void member(struct json *j, const char *name, struct str value)
{
	if (value.n > 0)
		json_member(j, name, value);
}

static void tell_json(struct report *r, const struct fsck_found *x)
{
	json_object(&r->json);
	json_member_c(&r->json, "code", x->code);
	member(&r->json, "subject", x->subject);
	if (x->known) {
		json_name(&r->json, "known");
		json_bool(&r->json, true);
	}
	json_member(&r->json, "place", x->place);
	json_member(&r->json, "found", x->found);
	json_member(&r->json, "expected", x->expected);
	json_member(&r->json, "command", x->command);
	json_end(&r->json, '}');
}

static void tell_line(struct report *r, const struct fsck_found *x)
{
	buf_printf(&r->lines, "%s%s: ", x->known ? "known: " : "", x->code);
	utf8_quote(&r->lines, x->place, 400);
	if (x->subject.n > 0) {
		buf_c(&r->lines, " (");
		utf8_quote(&r->lines, x->subject, 200);
		buf_c(&r->lines, ")");
	}
	buf_c(&r->lines, ": found ");
	utf8_quote(&r->lines, x->found, 900);
	buf_c(&r->lines, ", expected ");
	utf8_quote(&r->lines, x->expected, 900);
	buf_c(&r->lines, "; ");
	utf8_quote(&r->lines, x->command, 900);
	buf_ch(&r->lines, '\n');
}

static void tell(void *ctx, const struct fsck_found *x)
{
	struct report *r = ctx;

	if (!x->known)
		count(r, x->code);
	if (r->told == TOLD_MAX)
		return;
	r->told++;
	if (r->is_json)
		tell_json(r, x);
	else
		tell_line(r, x);
}

static void end_json(struct report *r, const struct fsck_counts *n)
{
	struct json *j = &r->json;

	json_end(j, ']');
	json_name(j, "codes");
	json_object(j);
	for (size_t i = 0; i < r->ncodes; i++)
		json_member_int(j, r->codes[i].code, r->codes[i].n);
	json_end(j, '}');
	json_name(j, "ok");
	json_bool(j, n->found == 0);
	json_member_int(j, "known", n->known);
	json_member_int(j, "rows", n->rows);
	json_member_int(j, "files", n->files);
	json_member_int(j, "events", n->events);
	json_end(j, '}');
	buf_ch(&r->lines, '\n');
}

static void end_lines(
	struct report *r, const struct fsck_counts *n, const char *path, int level, bool quiet)
{
	if (n->found + n->known > r->told)
		buf_printf(&r->lines, "and %" PRId64 " more\n", n->found + n->known - r->told);
	if (quiet && n->found == 0)
		return;
	buf_printf(&r->lines,
		"%s: %" PRId64 " rows and %" PRId64 " files looked at, level %d: ", path, n->rows,
		n->files, level);
	for (size_t i = 0; i < r->ncodes; i++)
		buf_printf(&r->lines, "%s%s %" PRId64, i > 0 ? ", " : "", r->codes[i].code,
			r->codes[i].n);
	buf_c(&r->lines, r->ncodes == 0 ? "all fits" : "");
	if (n->known > 0)
		buf_printf(&r->lines, ", known losses %" PRId64, n->known);
	buf_ch(&r->lines, '\n');
}

static int look(struct env *v, const struct cli *cli, int level)
{
	struct report r = {.is_json = cli->json};
	struct fsck_counts n = {0};
	struct err e;
	struct err why;
	int rc = 0;
	const struct fsck_options o = {
		.level = level, .progress = cli->tty && !cli->quiet, .tell = tell, .ctx = &r};

	buf_init(&r.lines, OUTPUT_MAX);
	if (r.is_json) {
		json_init(&r.json, &r.lines, true);
		json_object(&r.json);
		json_member_c(&r.json, "environment", v->path);
		json_member_int(&r.json, "level", level);
		json_name(&r.json, "faults");
		json_array(&r.json);
	}
	rc = fsck_run(v, &o, &n, &e);
	if (r.is_json)
		end_json(&r, &n);
	else if (rc == 0)
		end_lines(&r, &n, v->path, level, cli->quiet);
	/* What was found before it had to stop is worth telling, but as JSON it would look whole. */
	if ((rc == 0 || !r.is_json) && command_write(&r.lines, "what was found", &why) == -1)
		rc = command_fail(cli, &why);
	else
		rc = rc == -1 ? command_fail(cli, &e) : n.found > 0 ? 1 : 0;
	buf_done(&r.lines);
	return rc;
}

/* What was mended, or would be. */
static int say_mended(const struct env *v, const struct cli *cli, const char *option, bool dry_run,
	const struct verbs_done *done, struct err *e)
{
	struct buf out;
	struct json j;
	int rc = 0;

	buf_init(&out, OUTPUT_MAX);
	if (cli->json) {
		json_init(&j, &out, true);
		json_object(&j);
		json_member_c(&j, "environment", v->path);
		json_member_c(&j, "mended", option);
		json_name(&j, "dry_run");
		json_bool(&j, dry_run);
		json_member_int(&j, "count", done->count);
		json_member_c(&j, "said", done->said);
		json_end(&j, '}');
		buf_ch(&out, '\n');
	} else if (!cli->quiet) {
		buf_printf(&out, "%s%s\n", dry_run ? "would be: " : "", done->said);
	}
	rc = command_write(&out, "what was mended", e);
	buf_done(&out);
	return rc;
}

/* What it may be told to mend. */
struct mending {
	const char *option;
	bool given;
	int (*mend)(struct env *v, const struct verbs_request *r, struct verbs_done *out,
		struct err *e);
	int (*open)(struct env *v, const char *path, const struct cli *cli, int *status);
};

static int mend(const char *path, const struct cli *cli, const struct mending *m,
	const struct verbs_request *r)
{
	struct verbs_done done = {0};
	struct err e;
	struct env v;
	int status = 0;

	/* A preview brings no ledger up to date. */
	if ((r->dry_run && m->open == verb_open_moved ? verb_open_anywhere : m->open)(
		    &v, path, cli, &status) == -1)
		return status;
	if ((v.lock == -1 && env_lock_run(&v, &e) == -1) || m->mend(&v, r, &done, &e) == -1)
		status = verb_refused(cli, &e);
	else if (say_mended(&v, cli, m->option, r->dry_run, &done, &e) == -1)
		status = command_fail(cli, &e);
	verb_close(&v, cli);
	return status;
}

/* The one thing that it is told to mend; NULL none. */
static int choose(struct mending *all, size_t n, const struct verbs_request *r,
	const struct mending **out, struct err *e)
{
	*out = NULL;
	for (size_t i = 0; i < n; i++) {
		if (!all[i].given)
			continue;
		if (*out)
			return err_set(e, ERR_USAGE, "--%s and --%s: one at a time", (*out)->option,
				all[i].option);
		*out = &all[i];
	}
	if (*out && !r->dry_run && str_trim(r->reason).n == 0)
		return err_set(e, ERR_USAGE, "--%s changes something: say why with --reason TEXT",
			(*out)->option);
	if (!*out && (r->dry_run || r->reason.n > 0))
		return err_set(e, ERR_USAGE,
			"--reason and --dry-run go with --repair, --reconcile or --adopt");
	return 0;
}

static int run(int argc, char **argv, const struct cli *cli)
{
	struct mending all[] = {{"repair", false, fsck_mend_repair, verb_open_rest},
		{"reconcile", false, fsck_mend_reconcile, verb_open_older},
		{"adopt", false, fsck_mend_adopt, verb_open_moved}};
	const char *env = NULL;
	const char *level = "3";
	const char *reason = NULL;
	struct verbs_request r = {.dry_run = false};
	const struct args_option options[] = {{.name = "env", .value = &env},
		{.name = "level", .value = &level}, {.name = "reason", .value = &reason},
		{.name = "dry-run", .flag = &r.dry_run}, {.name = "repair", .flag = &all[0].given},
		{.name = "reconcile", .flag = &all[1].given},
		{.name = "adopt", .flag = &all[2].given}};
	const struct mending *m = NULL;
	struct args args;
	struct err e;
	struct env v;
	int64_t n = 0;
	int status = 0;

	if (args_parse(argc, argv, options, 7, 0, 0, "", &args, &e) == -1 ||
		args_env(env, &env, &e) == -1)
		return command_fail(cli, &e);
	r.reason = str_c(reason);
	if (!str_to_i64(str_c(level), &n) || n < 1 || n > FSCK_LEVEL) {
		(void)err_set(&e, ERR_USAGE, "--level is 1, 2 or 3, not '%.20s'", level);
		return command_fail(cli, &e);
	}
	if (choose(all, 3, &r, &m, &e) == -1)
		return command_fail(cli, &e);
	if (m)
		return mend(env, cli, m, &r);
	if (verb_look(&v, env, cli, &status) == -1)
		return status;
	status = look(&v, cli, (int)n);
	env_close(&v);
	return status;
}

const struct command_ops cmd_fsck_ops = {
	.name = "fsck",
	.summary = "compare ledger and spool, name what does not fit",
	.usage = usage,
	.json = true,
	.run = run,
};
