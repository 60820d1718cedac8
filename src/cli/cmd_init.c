/*
 * gridspool init: makes an environment. The order is folders, examples, environment.xml, ledger;
 * each step is safe to repeat, so that an init that was stopped is finished by the next one. A
 * folder that has done any work is never given a new ledger: that would send everything again.
 */
#include "cli/cmd_init.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fsx.h"
#include "base/limits.h"
#include "base/mem.h"
#include "cli/args.h"
#include "config/config.h"
#include "secure/random.h"
#include "stage/env.h"
#include "stage/fit.h"
#include "stage/inbox.h"
#include "store/ledger.h"

static const char usage[] =
	"usage: gridspool init DIR [--name NAME] [--usage test|production]\n"
	"\n"
	"Makes an environment: DIR with all its folders, environment.xml, an empty ledger, and examples\n"
	"(*.example) of a partner, its agreement and the routes. An init that was stopped is finished by\n"
	"the next one; an environment that is there is left alone.\n"
	"\n"
	"  --name NAME    its name; the last part of DIR unless given\n"
	"  --usage WHAT   test (unless given) or production. This is a wall: partners and endpoints\n"
	"                 with another mark are refused, and ISA15 says T or P\n"
	"\n"
	"exit codes: 0 made, 64 usage, 65 it is there already, 74 disk, 78 its environment.xml is faulty\n"
	"\n"
	"example: gridspool init /srv/gridspool/test --usage test\n";

#define CONFIG_NS "xmlns=\"urn:gridspool:config:1\""

static const struct {
	const char *folder;
	const char *name;
	const char *text;
} examples[] = {
	{"partners", "partner.xml.example",
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<!-- Copy this to partners/NAME.xml, where NAME is the partner's name below. usage must be that of\n"
		"     environment.xml, for the partner and for each endpoint. -->\n"
		"<partner " CONFIG_NS " name=\"partner\" title=\"Partner Ltd\" usage=\"%s\">\n"
		"  <!-- Who the partner is in envelopes: ISA07, ISA08, GS03, or S003. Left out of one that gets only files. -->\n"
		"  <identity qualifier=\"ZZ\" id=\"PARTNER\" group=\"PARTNER\"/>\n"
		"  <!-- A file keys/partner-key (mode 0400) holds the private key. The host key is what\n"
		"       ssh-keygen -l -f prints for the server's public key; ask the partner for it.\n"
		"       put: where our files go. get: where the partner's answers lie. -->\n"
		"  <endpoint name=\"main\" protocol=\"sftp\" usage=\"%s\" host=\"sftp.example.com\" port=\"22\"\n"
		"            user=\"gridspool\" credential=\"partner-key\" auth=\"key\" put=\"in\" get=\"out\" after=\"delete\">\n"
		"    <host-key sha256=\"SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"/>\n"
		"  </endpoint>\n"
		"  <!-- Or a folder of this machine:\n"
		"  <endpoint name=\"main\" protocol=\"directory\" usage=\"%s\" path=\"/srv/partner\" put=\"in\" get=\"out\"/>\n"
		"  -->\n"
		"  <!-- Maps read this as $partner/gln. -->\n"
		"  <set name=\"gln\" value=\"4012345000009\"/>\n"
		"</partner>\n"},
	{"bundle/agreements", "partner.xml.example",
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<!-- Copy this to bundle/agreements/NAME.xml of a partner. One agreement is one message type to one\n"
		"     partner. -->\n"
		"<agreements " CONFIG_NS " partner=\"partner\">\n"
		"  <!-- map: a file below bundle/, or one that comes with gridspool.\n"
		"       send: all items each time, or only those whose message changed.\n"
		"       accepted-at: when an item counts as accepted: sent, syntax (997, 999, CONTRL).\n"
		"       format: x12 unless it says edifact, csv, fixed, json or xml. edifact: version=\"D01B\",\n"
		"       <envelope syntax=\"UNOC:3\"/>, <expect ack=\"contrl\" within=\"24h\"/>. The last four have no\n"
		"       version, envelope and expect; message is the definition, such as product-list. -->\n"
		"  <agreement name=\"partner-832\" message=\"832\" version=\"004010\" map=\"maps/partner.xml\"\n"
		"             source=\"ampliance\" endpoint=\"main\" send=\"changes\" accepted-at=\"syntax\">\n"
		"    <envelope element=\"*\" component=\"&gt;\" terminator=\"~\" newline=\"yes\" repertoire=\"extended\"\n"
		"              isa-version=\"00401\" ack=\"yes\"/>\n"
		"    <expect ack=\"ta1\" within=\"4h\"/>\n"
		"    <expect ack=\"997\" within=\"24h\"/>\n"
		"    <!-- What is more than this goes in further interchanges of the same run:\n"
		"    <limits items=\"1000\"/> -->\n"
		"    <!-- Begun by the first run at or after these times, instead of by every run:\n"
		"    <when zone=\"Europe/Berlin\"><at time=\"02:00\" days=\"mon tue wed thu fri\"/></when> -->\n"
		"  </agreement>\n"
		"</agreements>\n"},
	{"bundle", "routes.xml.example",
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<!-- Copy this to bundle/routes.xml. A source is a folder inbox/NAME where an exporter drops files.\n"
		"     ready: how to know that a file is complete: renamed (moved in when done), marker (NAME.ready\n"
		"     beside it), manifest, stable:30s (unchanged that long). format: json, csv, fixed, xml, or x12 and\n"
		"     edifact that partners sent. complete=\"yes\" of a snapshot: what is no\n"
		"     longer in it is gone; deletes are not sent yet, so partners keep what they accepted last. -->\n"
		"<routes " CONFIG_NS ">\n"
		"  <source name=\"ampliance\" kind=\"snapshot\" shape=\"tree\" format=\"json\" items=\"content/\"\n"
		"          ready=\"stable:30s\" max-age=\"36h\" on-stale=\"hold\"/>\n"
		"  <source name=\"erp-products\" kind=\"reference\" format=\"csv\" separator=\";\" decimal=\",\"\n"
		"          ready=\"stable:30s\"/>\n"
		"  <route source=\"ampliance\" agreement=\"partner-832\"/>\n"
		"</routes>\n"},
};

struct job {
	const struct cli *cli;
	const char *path;
	const char *name;  /* as given, or NULL */
	const char *usage; /* as given, or NULL */
	int dir;
};

/* ---- the folder ----------------------------------------------------------------------------- */

/* The last part of a path, without '/' at its end. */
static struct str last_part(struct str path)
{
	size_t at = 0;

	while (path.n > 1 && path.p[path.n - 1] == '/')
		path.n--;
	for (size_t i = 0; i < path.n; i++)
		if (path.p[i] == '/')
			at = i + 1;
	return str_from(path, at);
}

static int make_top(struct job *j, struct err *e)
{
	const struct str base = last_part(str_c(j->path));
	char *parent = mem_strndup(j->path, (size_t)(base.p - j->path));
	char *name = mem_strndup(base.p, base.n);
	int up = -1;
	int rc = -1;

	j->dir = fsx_dir(j->path, e);
	if (j->dir != -1 || e->code != ERR_ABSENT) {
		rc = j->dir == -1 ? -1 : 0;
		goto out;
	}
	up = fsx_dir(parent[0] ? parent : ".", e);
	if (up == -1 || fsx_mkdir(up, name, 0750, e) == -1)
		goto out;
	j->dir = fsx_dir(j->path, e);
	rc = j->dir == -1 ? -1 : 0;
out:
	fsx_close(up);
	mem_free(name);
	mem_free(parent);
	return rc;
}

/* A folder that holds other things is not made into an environment by mistake. */
static int check_empty(const struct job *j, struct err *e)
{
	struct fsx_list list = {0};
	int rc = 0;

	if (fsx_list(j->dir, &list, e) == -1)
		return -1;
	for (size_t i = 0; i < list.n && rc == 0; i++) {
		const char *const *known = env_folders();
		if (list.names[i][0] == '.')
			continue;
		while (*known && strcmp(*known, list.names[i]) != 0)
			known++;
		if (!*known)
			rc = err_set(e, ERR_EXISTS,
				"%s is not empty: it has '%s'; name a folder that is empty or not there yet",
				j->path, list.names[i]);
	}
	fsx_list_done(&list);
	return rc;
}

static mode_t mode_of(const char *folder)
{
	return strcmp(folder, "keys") == 0     ? 0700
		: strcmp(folder, "inbox") == 0 ? INBOX_MODE
					       : 0750;
}

static int make_folders(const struct job *j, struct err *e)
{
	for (const char *const *f = env_folders(); *f; f++)
		if (fsx_mkdirs(j->dir, *f, mode_of(*f), e) == -1)
			return -1;
	return fit_names(j->dir, j->path, e);
}

/* ---- files ---------------------------------------------------------------------------------- */

static int put(const struct job *j, const char *folder, const char *name, const struct buf *text,
	struct err *e)
{
	const int dir = folder[0] ? fsx_subdir(j->dir, folder, e) : j->dir;
	struct stat st;
	int rc = -1;

	if (dir == -1)
		return -1;
	rc = fsx_stat(dir, name, &st, e);
	if (rc == 0)
		rc = fsx_put(dir, name, buf_view(text), e);
	else if (rc == 1)
		rc = 0;
	if (dir != j->dir)
		fsx_close(dir);
	return rc;
}

static int put_examples(const struct job *j, const char *as, struct err *e)
{
	struct buf b;
	int rc = 0;

	for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]) && rc == 0; i++) {
		struct str rest = str_c(examples[i].text);
		struct str mark = STR("%s");
		size_t at = 0;
		buf_init(&b, LIMIT_CONFIG_FILE);
		while ((at = str_find(rest, mark, 0)) != SIZE_MAX) {
			buf_str(&b, str_sub(rest, 0, at));
			buf_c(&b, as);
			rest = str_from(rest, at + mark.n);
		}
		buf_str(&b, rest);
		rc = put(j, examples[i].folder, examples[i].name, &b, e);
		buf_done(&b);
	}
	return rc;
}

static int put_environment(const struct job *j, const char *name, const char *as, struct err *e)
{
	char instance[33];
	struct buf b;
	int rc = random_hex(instance, sizeof(instance) - 1, e);

	buf_init(&b, LIMIT_CONFIG_FILE);
	buf_printf(&b,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<!-- instance ties the ledger to this environment; never copy it into another. -->\n"
		"<environment " CONFIG_NS " name=\"%s\" usage=\"%s\"\n"
		"             instance=\"%s\">\n"
		"  <!-- Who we are in envelopes: ISA05, ISA06, GS02. Needed once X12 or EDIFACT is agreed on.\n"
		"  <identity qualifier=\"ZZ\" id=\"OURID\" group=\"OURID\"/>\n"
		"  -->\n"
		"  <!-- Maps read this as $environment/gln.\n"
		"  <set name=\"gln\" value=\"4012345000009\"/>\n"
		"  -->\n"
		"  <run time=\"4h\"/>\n"
		"  <retention archive=\"365d\"/>\n"
		"  <disk min-free=\"64M\"/>\n"
		"</environment>\n",
		name, as, instance);
	if (rc == 0)
		rc = put(j, "", "environment.xml", &b, e);
	buf_done(&b);
	return rc;
}

/* ---- what is there already ------------------------------------------------------------------ */

/* Does the folder have anything but what init makes? */
static int has_content(const struct job *j, const char *folder, struct err *e)
{
	struct fsx_list list = {0};
	const int dir = fsx_subdir(j->dir, folder, e);
	int rc = 0;

	if (dir == -1)
		return e->code == ERR_ABSENT ? 0 : -1;
	rc = fsx_list(dir, &list, e);
	for (size_t i = 0; rc == 0 && i < list.n; i++)
		if (list.names[i][0] != '.' && strcmp(list.names[i], "bundles") != 0)
			rc = 1;
	fsx_list_done(&list);
	fsx_close(dir);
	return rc;
}

/* 1: this environment has a ledger, or had one; *what says what shows it. 0: not yet. */
static int has_worked(const struct job *j, const char **what, struct err *e)
{
	static const char *const folders[] = {
		"work", "outbox", "sent", "received", "archive", "hold", NULL};
	struct stat st;
	bool ledger = false;
	int rc = fsx_stat(j->dir, "ledger.db", &st, e);

	/* A stop in the first commit leaves one of no bytes, or one that its journal will empty. */
	if (rc == 1 && st.st_size > 0) {
		struct stat journal;
		ledger = true;
		*what = "ledger.db";
		rc = fsx_stat(j->dir, "ledger.db-journal", &journal, e);
		if (rc != 1)
			return rc == 0 ? 1 : -1;
	}
	if (rc != -1)
		rc = fsx_stat(j->dir, "audit.log", &st, e);
	if (rc == 1 && st.st_size > 0) { /* its first line follows the first commit */
		*what = ledger ? "ledger.db" : "audit.log";
		return 1;
	}
	if (rc == 1)
		rc = 0;
	for (size_t i = 0; rc == 0 && folders[i]; i++) {
		rc = has_content(j, folders[i], e);
		*what = folders[i];
	}
	return rc;
}

static int check_new(const struct job *j, bool configured, struct err *e)
{
	const char *what = NULL;
	const int rc = has_worked(j, &what, e);

	if (rc != 1)
		return rc;
	if (!configured)
		return err_set(e, ERR_EXISTS,
			"%s has %s but no environment.xml: it was an environment; put environment.xml "
			"back from a backup",
			j->path, what);
	if (strcmp(what, "ledger.db") == 0)
		return err_set(e, ERR_EXISTS,
			"%s is an environment already; gridspool check --env %s looks at it",
			j->path, j->path);
	return err_set(e, ERR_EXISTS,
		"%s has worked before (%s), but its ledger.db is gone: put it back from a backup. With a new "
		"one everything would be sent again",
		j->path, what);
}

static int given_matches(const struct job *j, const struct config *c, struct err *e)
{
	const char *as = c->usage == USAGE_PRODUCTION ? "production" : "test";

	if (j->name && !str_is(c->name, j->name))
		return err_set(e, ERR_USAGE,
			"%s/environment.xml says name=\"" STR_FMT "\", --name says %s", j->path,
			STR_ARG(c->name), j->name);
	if (j->usage && strcmp(as, j->usage) != 0)
		return err_set(e, ERR_USAGE,
			"%s/environment.xml says usage=\"%s\", --usage says %s", j->path, as,
			j->usage);
	return 0;
}

/* ---- the command ---------------------------------------------------------------------------- */

static int choose(const struct job *j, char name[80], struct err *e)
{
	char here[LIMIT_PATH];
	struct str s = j->name ? str_c(j->name) : last_part(str_c(j->path));

	if (!j->name && (str_is(s, ".") || str_is(s, "..") || s.n == 0) && chdir(j->path) == 0 &&
		getcwd(here, sizeof(here)))
		s = last_part(str_c(here));
	if (!config_name_ok(s))
		return err_set(e, ERR_USAGE,
			"'" STR_FMT
			"' cannot be the name of an environment: small letters and digits, then also "
			". _ - ; give --name NAME",
			STR_ARG(s));
	(void)snprintf(name, 80, STR_FMT, STR_ARG(s));
	return 0;
}

static int make_files(const struct job *j, struct err *e)
{
	const char *as = j->usage ? j->usage : "test";
	char name[80];
	struct stat st;
	const int rc = fsx_stat(j->dir, "environment.xml", &st, e);

	if (rc == -1 || check_new(j, rc == 1, e) == -1)
		return -1;
	if (rc == 1)
		return make_folders(j, e);
	if (check_empty(j, e) == -1 || choose(j, name, e) == -1 || make_folders(j, e) == -1)
		return -1;
	if (put_examples(j, as, e) == -1)
		return -1;
	return put_environment(j, name, as, e);
}

/* 0 done, -1, or 78: the faults have been told. */
static int make_ledger(const struct job *j, struct err *e)
{
	struct arena arena;
	struct faults f;
	struct config *c = NULL;
	int rc = 78;

	arena_init(&arena);
	faults_init(&f, &arena);
	c = config_load(j->dir, &f);
	if (!c)
		command_faults(&f);
	else
		rc = given_matches(j, c, e);
	if (rc == 0)
		rc = ledger_create(j->dir, arena_cstr(&arena, c->instance),
			arena_cstr(&arena, c->name), &j->cli->clock, e);
	if (rc == 0 && !j->cli->quiet && j->cli->tty)
		command_print(
			"%s: environment " STR_FMT " (%s) is ready.\n"
			"Next: fill in <identity> in environment.xml; copy the *.example files of partners/,\n"
			"bundle/agreements/ and bundle/; put credentials into keys/ (mode 0400); then\n"
			"gridspool check --env %s\n",
			j->path, STR_ARG(c->name),
			c->usage == USAGE_PRODUCTION ? "production" : "test", j->path);
	config_free(c);
	arena_done(&arena);
	return rc;
}

static int parse(int argc, char **argv, struct job *j, struct err *e)
{
	const struct args_option options[] = {
		{.name = "name", .value = &j->name},
		{.name = "usage", .value = &j->usage},
	};
	struct args a;

	if (args_parse(argc, argv, options, 2, 1, 1, "DIR", &a, e) == -1)
		return -1;
	j->path = a.rest[0];
	if (j->path[0] == '\0')
		return err_set(e, ERR_USAGE, "DIR is empty");
	if (j->usage && strcmp(j->usage, "test") != 0 && strcmp(j->usage, "production") != 0)
		return err_set(e, ERR_USAGE, "--usage %s: expected test or production", j->usage);
	return 0;
}

static int run(int argc, char **argv, const struct cli *cli)
{
	struct job j = {.cli = cli, .dir = -1};
	struct err e;
	int rc = parse(argc, argv, &j, &e);

	if (rc == 0)
		rc = make_top(&j, &e);
	if (rc == 0)
		rc = fit_owner(j.dir, j.path, &e);
	if (rc == 0)
		rc = make_files(&j, &e);
	if (rc == 0)
		rc = make_ledger(&j, &e);
	fsx_close(j.dir);
	return rc == -1 ? command_fail(cli, &e) : rc;
}

const struct command_ops cmd_init_ops = {
	.name = "init",
	.summary = "make an environment",
	.usage = usage,
	.run = run,
};
