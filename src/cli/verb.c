/* The commands of the operator's verbs; see verb.h. */
#include "cli/verb.h"

#include <stdio.h>

#include "base/utf8.h"
#include "stage/host.h"

enum way { WAY_WRITE, WAY_LOOK, WAY_OLDER, WAY_MOVED, WAY_ANYWHERE };

static int open_ledger(struct env *v, enum way way, struct err *e)
{
	char actor[64];
	int rc = -1;

	command_actor(actor, sizeof(actor));
	if (way == WAY_OLDER) /* how much older it is must not change any more */
		rc = env_lock_run(v, e) == -1 ? -1 : env_open_older(v, actor, e);
	else if (way == WAY_MOVED && (env_lock_run(v, e) == -1 || env_migrate(v, e) == -1))
		rc = -1;
	else
		rc = env_open_ledger(v, way == WAY_LOOK ? NULL : actor, e);
	/* A copy goes its own way from the first event on that the original has not. */
	if (rc == 0 && way == WAY_WRITE)
		rc = host_check(&v->ledger, v->config->instance, e);
	if (rc == 0)
		return 0;
	env_close(v);
	return -1;
}

int verb_open(struct env *v, const char *path, const struct cli *cli, int *status)
{
	struct arena a;
	struct faults f;
	struct err e;
	int rc = -1;

	arena_init(&a);
	faults_init(&f, &a);
	rc = env_open(v, path, &cli->clock, false, &f, &e);
	if (rc == 0)
		rc = open_ledger(v, WAY_WRITE, &e);
	else if (f.n > 1)
		command_faults(&f);
	if (rc == -1)
		*status = command_fail(cli, &e);
	arena_done(&a);
	return rc;
}

static int open_rest(
	struct env *v, const char *path, const struct cli *cli, enum way way, int *status)
{
	struct arena a;
	struct faults f;
	struct err e;
	int rc = -1;

	arena_init(&a);
	faults_init(&f, &a);
	rc = env_open_rest(v, path, &cli->clock, &f, &e);
	if (rc == 0 && f.n > 0)
		(void)fprintf(stderr,
			"gridspool %s: the configuration has faults; no run starts before gridspool check is content:\n",
			cli->command);
	if (f.n > (rc == 0 ? 0 : 1))
		command_faults(&f);
	if (rc == 0 && way == WAY_OLDER &&
		f.n > 0) { /* it is done to every agreement, or not at all */
		rc = err_set(&e, ERR_CONFIG,
			"what these faults hide could not be kept back; mend them first (gridspool check)");
		env_close(v);
	} else if (rc == 0) {
		rc = open_ledger(v, way, &e);
	}
	if (rc == -1)
		*status = command_fail(cli, &e);
	else if (way == WAY_LOOK && ledger_older(&v->ledger, &e) == -1)
		(void)fprintf(
			stderr, "gridspool %s: warning: %s: %s\n", cli->command, e.reason, e.text);
	arena_done(&a);
	return rc;
}

int verb_open_rest(struct env *v, const char *path, const struct cli *cli, int *status)
{
	return open_rest(v, path, cli, WAY_WRITE, status);
}

int verb_look(struct env *v, const char *path, const struct cli *cli, int *status)
{
	return open_rest(v, path, cli, WAY_LOOK, status);
}

int verb_open_moved(struct env *v, const char *path, const struct cli *cli, int *status)
{
	return open_rest(v, path, cli, WAY_MOVED, status);
}

int verb_open_anywhere(struct env *v, const char *path, const struct cli *cli, int *status)
{
	return open_rest(v, path, cli, WAY_ANYWHERE, status);
}

int verb_open_older(struct env *v, const char *path, const struct cli *cli, int *status)
{
	return open_rest(v, path, cli, WAY_OLDER, status);
}

void verb_close(struct env *v, const struct cli *cli)
{
	if (v->ledger.audit.code != ERR_NONE)
		(void)fprintf(stderr,
			"gridspool %s: warning: AUDIT-LOG: %s; the ledger has all: make it a plain file "
			"that gridspool may write, or move it away, and the next run writes what is "
			"missing\n",
			cli->command, v->ledger.audit.text);
	env_close(v);
}

int verb_refused(const struct cli *cli, const struct err *e)
{
	const int status = command_fail(cli, e);

	return e->code == ERR_STALE ? 65 : status; /* 75 would mean: just try again */
}

/* One ID: what was done on standard output, or why not on standard error. The exit status. */
static int one(struct env *v, const struct cli *cli, const struct verbs_request *r, const char *id)
{
	struct arena a;
	struct subject s;
	struct verbs_done done;
	struct err e;
	int status = 0;

	arena_init(&a);
	if (subject_find(v, str_c(id), &a, &s, &e) == -1 || verbs_do(v, r, &s, &done, &e) == -1) {
		status = verb_refused(cli, &e);
	} else if (!cli->quiet) {
		struct buf name;
		buf_init(&name, 1024);
		utf8_quote(&name, s.name, 200);
		command_print("%s %s: %s%s\n", subject_word(s.kind), buf_cstr(&name),
			r->dry_run ? "would be: " : "", done.said);
		buf_done(&name);
	}
	arena_done(&a);
	return status;
}

struct given {
	const char *env, *reason;
	bool dry_run, delivered, not_delivered;
};

static int parse(int argc, char **argv, enum verbs_kind verb, struct given *g, struct args *args,
	struct err *e)
{
	const struct args_option options[] = {{.name = "env", .value = &g->env},
		{.name = "reason", .value = &g->reason}, {.name = "dry-run", .flag = &g->dry_run},
		{.name = "delivered", .flag = &g->delivered},
		{.name = "not-delivered", .flag = &g->not_delivered}};
	const size_t n = verb == VERBS_RESOLVE ? 5 : 3;

	if (args_parse(argc, argv, options, n, 1, (size_t)argc, "ID", args, e) == -1)
		return -1;
	if (verb == VERBS_RESOLVE && g->delivered == g->not_delivered)
		return err_set(e, ERR_USAGE,
			"say --delivered or --not-delivered: it is the partner who knows");
	if (verbs_wants_reason(verb) && !g->dry_run &&
		(!g->reason || str_trim(str_c(g->reason)).n == 0))
		return err_set(e, ERR_USAGE,
			"%s repeats or gives up something: say why with --reason TEXT",
			verbs_name(verb));
	return args_env(g->env, &g->env, e);
}

int verb_run(int argc, char **argv, const struct cli *cli, enum verbs_kind verb)
{
	struct given g = {0};
	struct args args;
	struct err e;
	struct env v;
	int status = 0;

	if (parse(argc, argv, verb, &g, &args, &e) == -1)
		return command_fail(cli, &e);
	if ((verb == VERBS_HOLD ? verb_open_rest(&v, g.env, cli, &status)
				: verb_open(&v, g.env, cli, &status)) == -1)
		return status;
	const struct verbs_request r = {.verb = verb,
		.reason = str_c(g.reason),
		.dry_run = g.dry_run,
		.delivered = g.delivered};
	for (size_t i = 0; i < args.n; i++) {
		const int s = one(&v, cli, &r, args.rest[i]);
		if (status == 0)
			status = s;
	}
	verb_close(&v, cli);
	return status;
}
