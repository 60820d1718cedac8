/*
 * gridspool check: names everything that is wrong with an environment, all at once. It changes
 * nothing: folders of new sources are made by the run.
 */
#include "cli/cmd_check.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fsx.h"
#include "base/json.h"
#include "base/limits.h"
#include "cli/args.h"
#include "secure/cred.h"
#include "stage/env.h"
#include "stage/env_maps.h"
#include "stage/fit.h"
#include "stage/fit_use.h"
#include "stage/headers.h"
#include "stage/host.h"
#include "stage/inbox.h"
#include "stage/schedule.h"
#include "store/ledger.h"
#include "store/ledger_audit.h"
#include "store/ledger_states.h"

static const char usage[] =
	"usage: gridspool check [--env DIR] [--json]\n"
	"\n"
	"Names everything that is wrong with an environment, all at once, with file:line:column:\n"
	"configuration, maps, definitions, credentials, folders and their rights, ledger, disk space,\n"
	"whether each event continues the one before it, and whether audit.log has them all as they are.\n"
	"The columns that maps read are looked for in the CSV files of current/.\n"
	"It changes nothing and connects to nobody.\n"
	"\n"
	"  --env DIR   the environment; the current folder unless given\n"
	"\n"
	"exit codes: 0 a run would start (there may be warnings), 1 it would, but a person must look at\n"
	"events that were changed, or at the disk, 64 usage, 65 there is no such folder, 78 something is wrong\n"
	"\n"
	"example: gridspool check --env /srv/gridspool/test\n";

struct check {
	const struct cli *cli;
	const char *path;
	int dir;
	struct arena arena;
	struct faults faults;
	struct buf notes; /* things to know, one a line; nothing is wrong with them */
	const struct config *config;
	bool person; /* a run would start, but somebody has to look */
};

/* ---- folders and files ---------------------------------------------------------------------- */

/* 1 it is there, and its rights were looked at. */
static int check_entry(struct check *c, const char *name)
{
	struct stat st;
	struct stat top;
	struct err e;
	const int rc = fsx_stat(c->dir, name, &st, &e);

	if (rc == -1)
		return faults_add(&c->faults, name, 0, 0, "%s", e.text);
	if (rc == 1 && !S_ISDIR(st.st_mode) && !S_ISLNK(st.st_mode))
		return faults_add(&c->faults, name, 0, 0, "is no folder");
	if (rc == 1 && fstat(c->dir, &top) == 0)
		fit_mode(c->path, name, &st, &top, &c->faults);
	return rc;
}

static void check_folders(struct check *c)
{
	struct err e;

	for (const char *const *f = env_folders(); *f; f++) {
		struct stat st;
		const int rc = fsx_stat(c->dir, *f, &st, &e);
		if (rc == 0)
			(void)faults_add(&c->faults, *f, 0, 0,
				"the folder is not there: mount it or restore it from a backup; if it was "
				"empty, mkdir -m %s %s/%s",
				strcmp(*f, "keys") == 0 ? "700" : "750", c->path, *f);
		else if (rc == 1 && !S_ISDIR(st.st_mode) && !S_ISLNK(st.st_mode))
			(void)faults_add(&c->faults, *f, 0, 0, "is no folder");
	}
	(void)fit_rights(c->dir, c->path, &c->faults);
	if (fit_owner(c->dir, c->path, &e) == -1 || fit_names(c->dir, c->path, &e) == -1)
		(void)faults_add(&c->faults, "", 0, 0, "%s: %s", e.reason, e.text);
}

static void check_disk(struct check *c)
{
	struct err e;

	if (fit_disk(c->dir, c->path, c->config->min_free, &e) == 0)
		return;
	if (!e.reason[0]) {
		(void)faults_add(&c->faults, "", 0, 0, "%s", e.text);
		return;
	}
	faults_warn(&c->faults, "environment.xml", 0, 0, "%s: %s", e.reason, e.text);
	c->person = true;
}

/* ---- endpoints and sources ------------------------------------------------------------------ */

static bool check_credential(struct check *c, int keys, const struct config_endpoint *ep)
{
	struct cred *cred = NULL;
	struct err e;

	if (ep->credential.n == 0)
		return false;
	if (keys == -1 || cred_load(keys, arena_cstr(&c->arena, ep->credential), &cred, &e) == 0) {
		cred_free(cred);
		return true;
	}
	(void)faults_add(&c->faults, ep->file, ep->line, 0,
		"credential of endpoint '" STR_FMT "': %s", STR_ARG(ep->name), e.text);
	return true;
}

/* A put or get folder below an endpoint's path; write: not only to look into. */
static void check_below(
	struct check *c, const struct config_endpoint *ep, int dir, struct str name, bool write)
{
	const char *path = arena_cstr(&c->arena, name);
	struct err e;
	const int fd = name.n > 0 ? fsx_subdir(dir, path, &e) : -1;

	if (name.n > 0 && fd == -1)
		faults_warn(&c->faults, ep->file, ep->line, 0,
			"endpoint '" STR_FMT "', %s folder below " STR_FMT
			": %s; look at it: ls -ld " STR_FMT "/%s",
			STR_ARG(ep->name), write ? "put" : "get", STR_ARG(ep->path), e.text,
			STR_ARG(ep->path), path);
	else if (fd != -1 && faccessat(fd, ".", R_OK | X_OK | (write ? W_OK : 0), AT_EACCESS) == -1)
		faults_warn(&c->faults, ep->file, ep->line, 0,
			"endpoint '" STR_FMT "': we may not %s " STR_FMT
			"/%s: have its owner give us the rights",
			STR_ARG(ep->name), write ? "write into" : "look into", STR_ARG(ep->path),
			path);
	fsx_close(fd);
}

static void check_place(struct check *c, const struct config_endpoint *ep)
{
	struct err e;
	int dir = -1;

	if (!str_is(ep->protocol, "directory") || ep->path.n == 0)
		return;
	dir = fsx_dir(arena_cstr(&c->arena, ep->path), &e);
	if (dir == -1)
		faults_warn(&c->faults, ep->file, ep->line, 0, "endpoint '" STR_FMT "': %s",
			STR_ARG(ep->name), e.text);
	if (dir != -1) {
		check_below(c, ep, dir, ep->put, true);
		check_below(c, ep, dir, ep->get, false);
	}
	fsx_close(dir);
}

static void check_endpoints(struct check *c)
{
	struct stat top;
	struct err e;
	/* Only the owner of the environment can judge its keys; others are told WRONG-USER. */
	const bool ours = fstat(c->dir, &top) == 0 && top.st_uid == geteuid();
	const int keys = ours ? fsx_subdir(c->dir, "keys", &e) : -1;
	bool any = false;

	for (const struct config_partner *p = c->config->partners; p; p = p->next) {
		for (const struct config_endpoint *ep = p->endpoints; ep; ep = ep->next) {
			check_place(c, ep);
			any = check_credential(c, keys, ep) || any;
		}
	}
	if (any)
		buf_c(&c->notes,
			"credentials are plain files in keys/ (mode 0400) for now; there is no "
			"encrypted store yet\n");
	fsx_close(keys);
}

/* Can exporters get at it, write there, and leave what we can read? */
static void check_inbox(struct check *c, const char *inbox)
{
	struct stat st;
	struct stat top;
	struct err e;
	const int dir = fsx_subdir(c->dir, inbox, &e);
	const char *fault = NULL;

	if (dir == -1)
		faults_warn(&c->faults, inbox, 0, 0,
			"INBOX-GONE: %s; nothing is taken from it before we may read it: ls -ld %s/%s",
			e.text, c->path, inbox);
	if (dir == -1 || fstat(dir, &st) == -1 || fstat(c->dir, &top) == -1) {
		fsx_close(dir);
		return;
	}
	fault = inbox_fault(dir, &st);
	fsx_close(dir);
	if (fault)
		faults_warn(&c->faults, inbox, 0, 0, "%s %s/%s", fault, c->path, inbox);
	if (st.st_gid != top.st_gid && !(top.st_mode & S_IXOTH))
		faults_warn(&c->faults, inbox, 0, 0,
			"its group %lu may not pass through the environment's folder (mode %04o): chmod o+x %s",
			(unsigned long)st.st_gid, (unsigned)top.st_mode & 07777, c->path);
}

/* Do the folders above let the exporters' group through to the inboxes? */
static void check_way(struct check *c)
{
	char path[LIMIT_PATH];
	char link[64];
	struct stat inbox;
	struct stat st;
	struct err e;
	ssize_t n = 0;

	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", c->dir);
	n = readlink(link, path, sizeof(path) - 1);
	if (n <= 0 || fsx_stat(c->dir, "inbox", &inbox, &e) != 1 || fstat(c->dir, &st) == -1 ||
		inbox.st_gid == st.st_gid)
		return;
	path[n] = '\0';
	for (char *end = strrchr(path, '/'); end && end > path; end = strrchr(path, '/')) {
		*end = '\0';
		if (stat(path, &st) == -1 || (st.st_mode & S_IXOTH) ||
			(st.st_gid == inbox.st_gid && (st.st_mode & S_IXGRP)))
			continue;
		faults_warn(&c->faults, "inbox", 0, 0,
			"its group %lu may not pass through %s (mode %04o): chmod o+x %s",
			(unsigned long)inbox.st_gid, path, (unsigned)st.st_mode & 07777, path);
	}
}

static void check_sources(struct check *c)
{
	for (const struct config_source *s = c->config->sources; s; s = s->next) {
		const char *inbox = arena_printf(&c->arena, "inbox/" STR_FMT, STR_ARG(s->name)).p;
		if (check_entry(c, inbox) == 0)
			buf_printf(
				&c->notes, "%s is not there yet; the next run makes it\n", inbox);
		else
			check_inbox(c, inbox);
	}
}

/* ---- what is opened as a run opens it ------------------------------------------------------- */

/* What stops no run and yet is nobody's to pass over. */
static void audit_fault(struct check *c, const char *file, const char *reason, const char *text)
{
	faults_warn(&c->faults, file, 0, 0, "%s: %s", reason, text);
	c->person = true;
}

/* The whole chain of events, and its copy beside it. */
static void check_audit(struct check *c, struct ledger *l)
{
	struct err wrong;
	struct err e;
	int64_t n = 0;

	if (l->audit.code != ERR_NONE)
		audit_fault(c, "audit.log", "AUDIT-LOG", l->audit.text);
	if (ledger_audit_whole(l, &n, &wrong, &e) == -1)
		(void)faults_add(&c->faults, "ledger.db", 0, 0, "%s", e.text);
	else if (wrong.code != ERR_NONE)
		audit_fault(c,
			strcmp(wrong.reason, "AUDIT-BROKEN") == 0 ? "ledger.db" : "audit.log",
			wrong.reason, wrong.text);
}

static void ledger_fault(struct check *c, const struct err *e)
{
	(void)faults_add(&c->faults, "ledger.db", 0, 0, "%s%s%s", e->reason,
		e->reason[0] ? ": " : "", e->text);
}

static void note_times(struct check *c, struct ledger *l)
{
	char text[SLOTS_TEXT];
	struct err e;

	for (const struct config_agreement *g = c->config->agreements; g; g = g->next) {
		if (schedule_next(l, g, text, &e) == -1)
			(void)faults_add(&c->faults, "ledger.db", 0, 0, "%s", e.text);
		else if (text[0])
			buf_printf(&c->notes, "agreement " STR_FMT ": its next time is %s\n",
				STR_ARG(g->name), text);
	}
}

static void check_ledger(struct check *c)
{
	struct ledger l = {0};
	struct stat st;
	struct err e;
	int rc = 0;

	if (c->config->instance.n == 0) /* no environment to which it could belong */
		return;
	rc = fsx_stat(c->dir, "ledger.db", &st, &e);
	if (rc == 0) {
		(void)faults_add(&c->faults, "ledger.db", 0, 0,
			"LEDGER-GONE: is not there: put it back from a backup; only what has never run gets "
			"a new one, by gridspool init %s",
			c->path);
		return;
	}
	if (rc == -1 || fit_use_ledger(c->dir, c->path, false, &e) == -1 ||
		ledger_look(&l, c->dir, arena_cstr(&c->arena, c->config->instance), &c->cli->clock,
			&e) == -1) {
		ledger_fault(c, &e);
		return;
	}
	if (db_quick_check(l.db, &e) == -1) {
		(void)err_reason(&e, e.code == ERR_CORRUPT ? "LEDGER-DAMAGED" : "");
		ledger_fault(c, &e);
	} else if (ledger_older(&l, &e) == -1 || ledger_states_check(&l, &e) == -1 ||
		host_check(&l, c->config->instance, &e) == -1) {
		ledger_fault(c, &e);
	} else {
		check_audit(c, &l);
		note_times(c, &l);
	}
	ledger_close(&l);
}

/* Configuration, and with it maps and definitions, by the code that a run uses. */
static void check_bundle(struct check *c, struct env *v)
{
	struct err e;

	/* env_open repeats the faults of the configuration. */
	faults_init(&c->faults, &c->arena);
	if (env_open(v, c->path, &c->cli->clock, true, &c->faults, &e) == -1 && c->faults.n == 0)
		(void)faults_add(&c->faults, "", 0, 0, "%s", e.text);
}

/* Are the maps there that the agreements name? With a good configuration check_bundle has loaded
 * them. */
static void check_maps(struct check *c)
{
	struct err e;
	const int bundle = fsx_subdir(c->dir, "bundle", &e);
	const int own = env_maps_dir(&e);

	for (const struct config_agreement *g = c->config->agreements; g; g = g->next) {
		const char *name = arena_cstr(&c->arena, g->map);
		struct stat st;

		if (g->map.n == 0 || bundle == -1 || fsx_stat(bundle, name, &st, &e) != 0)
			continue;
		if (own != -1 && str_starts(g->map, STR("maps/")) &&
			fsx_stat(own, name + 5, &st, &e) == 1)
			continue;
		(void)faults_add(&c->faults, g->file, g->line, 0,
			"map %s of agreement " STR_FMT
			" is not in bundle/ nor among gridspool's own",
			name, STR_ARG(g->name));
	}
	fsx_close(bundle);
	fsx_close(own);
}

static void check_all(struct check *c)
{
	struct config *config = config_read(c->dir, &c->faults);
	const bool good = c->faults.n == 0;
	struct env v;

	check_bundle(c, &v);
	headers_check(&v, &c->faults);
	env_close(&v);
	c->config = config;
	if (!good)
		check_maps(c);
	check_endpoints(c);
	check_sources(c);
	check_way(c);
	check_ledger(c);
	check_disk(c);
	check_folders(c);
	c->config = NULL;
	config_free(config);
}

/* ---- the answer ----------------------------------------------------------------------------- */

static void write_json(struct check *c, struct buf *out)
{
	struct json j;
	struct str rest = buf_view(&c->notes);
	struct str note;

	json_init(&j, out, true);
	json_object(&j);
	json_member_c(&j, "environment", c->path);
	json_name(&j, "ok");
	json_bool(&j, c->faults.n == 0 && !c->person);
	json_member_int(&j, "errors", (int64_t)(c->faults.n - c->faults.again));
	json_member_int(&j, "warnings", (int64_t)c->faults.warnings);
	command_faults_json(&j, &c->faults);
	json_name(&j, "notes");
	json_array(&j);
	while (str_split(&rest, '\n', &note))
		if (note.n > 0)
			json_str(&j, note);
	json_end(&j, ']');
	json_end(&j, '}');
	buf_ch(out, '\n');
}

static void write_text(struct check *c, struct buf *out)
{
	struct str rest = buf_view(&c->notes);
	struct str note;

	for (const struct fault *x = c->faults.first; x; x = x->next) {
		command_fault_line(x, out);
		buf_ch(out, '\n');
	}
	while (!c->cli->quiet && str_split(&rest, '\n', &note))
		if (note.n > 0)
			buf_printf(out, "note: " STR_FMT "\n", STR_ARG(note));
	if (c->faults.n > 0)
		buf_printf(out,
			"%s: %zu wrong, %zu warnings; no run starts before this is put right\n",
			c->path, c->faults.n - c->faults.again, c->faults.warnings);
	else if (c->person)
		buf_printf(out, "%s: a run would start, but a person must look (%zu warnings)\n",
			c->path, c->faults.warnings);
	else if (!c->cli->quiet)
		buf_printf(
			out, "%s: nothing is wrong (%zu warnings)\n", c->path, c->faults.warnings);
}

static int answer(struct check *c, struct err *e)
{
	struct buf out;
	int rc = 0;

	buf_init(&out, (size_t)64 << 20);
	if (c->cli->json)
		write_json(c, &out);
	else
		write_text(c, &out);
	rc = command_write(&out, "the list of faults", e);
	buf_done(&out);
	return rc == -1 ? -1 : c->faults.n > 0 ? 78 : c->person ? 1 : 0;
}

static int run(int argc, char **argv, const struct cli *cli)
{
	struct check c = {.cli = cli, .dir = -1};
	const char *env = NULL;
	const struct args_option options[] = {{.name = "env", .value = &env}};
	struct args a;
	struct err e;
	int rc = -1;

	arena_init(&c.arena);
	faults_init(&c.faults, &c.arena);
	buf_init(&c.notes, 1 << 20);
	if (args_parse(argc, argv, options, 1, 0, 0, "", &a, &e) == 0 &&
		args_env(env, &c.path, &e) == 0)
		c.dir = fsx_dir(c.path, &e);
	if (c.dir != -1) {
		check_all(&c);
		rc = answer(&c, &e);
	}
	fsx_close(c.dir);
	buf_done(&c.notes);
	arena_done(&c.arena);
	return rc == -1 ? command_fail(cli, &e) : rc;
}

const struct command_ops cmd_check_ops = {
	.name = "check",
	.summary = "name everything that is wrong with an environment",
	.usage = usage,
	.json = true,
	.run = run,
};
