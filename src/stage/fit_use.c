/* Whose things are, and whether they can be used; see fit_use.h. */
#include "stage/fit_use.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fsx.h"
#include "base/limits.h"
#include "base/user.h"
#include "stage/fit.h"

enum { SHOWN = 4, COMMAND_MAX = 1200 };

struct fit_thing {
	const char *name;
	uid_t owner;
	unsigned mode;
	struct fit_thing *next;
};

/* The folders of the spool that a run writes in, and how many levels of folders there are below. */
static const struct {
	const char *name;
	int levels;
} places[] = {{".", 0}, {"work", 0}, {"outbox", 1}, {"sent", 1}, {"received", 1}, {"current", 1},
	{"hold", 0}, {"quarantine", 0}, {"feedback", 0}, {"archive", 3 /* year, month, day */}};

void fit_use_name(uid_t uid, char out[80])
{
	if (!user_name(uid, out, 80))
		(void)snprintf(out, 80, "#%lu", (unsigned long)uid);
}

/* The same as chown takes it. */
static const char *for_chown(const char *name)
{
	return name[0] == '#' ? name + 1 : name;
}

/* --- what is found --- */

static bool has(const struct fit_cause *c, const char *name)
{
	for (const struct fit_thing *x = c->first; x; x = x->next)
		if (strcmp(x->name, name) == 0)
			return true;
	return false;
}

static void add(struct fit_use *u, struct fit_cause *c, const char *name, const struct stat *st)
{
	struct fit_thing *x = NULL;

	if (has(c, name))
		return;
	x = ARENA_NEW(u->f->arena, struct fit_thing);
	*x = (struct fit_thing){.name = arena_cstr(u->f->arena, str_c(name)),
		.owner = st->st_uid,
		.mode = (unsigned)st->st_mode & 07777};
	*(c->end ? c->end : &c->first) = x;
	c->end = &x->next;
	c->n++;
}

/* May its owner read it, and write when that is meant, too? Nobody else works in an environment, so nobody
 * else is asked. */
static bool is_usable(const struct fit_use *u, const char *name, const struct stat *st, bool write)
{
	const int want = R_OK | (S_ISDIR(st->st_mode) ? X_OK : 0) | (write ? W_OK : 0);

	return u->top.st_uid != geteuid() || S_ISLNK(st->st_mode) ||
		faccessat(u->dir, name, want, AT_EACCESS) == 0 || errno != EACCES;
}

void fit_use_begin(
	struct fit_use *u, int dir, const char *path, const struct stat *top, struct faults *f)
{
	*u = (struct fit_use){.dir = dir, .path = path, .top = *top, .f = f};
}

/* Without these a run does what it can: CREDENTIAL tells of keys, and nobody reads import/ yet. */
static bool is_needed(const char *name)
{
	return strcmp(name, "keys") != 0 && strcmp(name, "import") != 0;
}

void fit_use_look(struct fit_use *u, const char *name, const struct stat *st)
{
	const bool ours = st->st_uid == u->top.st_uid;

	if (is_needed(name) && !is_usable(u, name, st, false))
		add(u, ours ? &u->closed : &u->strange, name, st);
	else if (!ours && fit_is_config(name) && st->st_uid != 0)
		add(u, &u->strange, name,
			st); /* root may provide it; others may have put it there */
	else if (!ours)
		add(u, &u->foreign, name, st);
}

/* A folder that a run made; whose it is does not matter as long as it can be used. */
static bool look_below(struct fit_use *u, const char *name)
{
	struct stat st = u->top;
	struct err e;

	if (strcmp(name, ".") != 0 &&
		(fsx_stat(u->dir, name, &st, &e) != 1 || !S_ISDIR(st.st_mode)))
		return false;
	if (is_usable(u, name, &st, true))
		return true;
	add(u, st.st_uid == u->top.st_uid ? &u->closed : &u->strange, name, &st);
	return false;
}

static void walk(struct fit_use *u, const char *folder, int levels)
{
	struct fsx_list list = {0};
	const bool top = strcmp(folder, ".") == 0;
	struct err e;
	int dir = -1;

	if (!look_below(u, folder))
		return;
	(void)look_below(u, top ? FSX_TMP : arena_printf(u->f->arena, "%s/" FSX_TMP, folder).p);
	dir = levels > 0 ? fsx_subdir(u->dir, folder, &e) : -1;
	if (dir == -1 || fsx_list(dir, &list, &e) == -1)
		list.n = 0;
	for (size_t i = 0; i < list.n; i++)
		if (list.names[i][0] != '.')
			walk(u, arena_printf(u->f->arena, "%s/%s", folder, list.names[i]).p,
				levels - 1);
	fsx_list_done(&list);
	fsx_close(dir);
}

/* --- what is told --- */

/* "PATH/sent PATH/outbox": what of the environment's folder all of it lies in. */
static struct str tops(const struct fit_use *u, const struct fit_cause *c)
{
	struct fit_cause all = {0};
	struct fit_use lone = *u;
	struct buf b;
	struct str text;

	buf_init(&b, COMMAND_MAX);
	for (const struct fit_thing *x = c->first; x; x = x->next) {
		const struct stat st = {.st_uid = x->owner};
		const size_t n = strcspn(x->name, "/");
		char name[LIMIT_PATH];
		(void)snprintf(name, sizeof(name), "%.*s", (int)n, x->name);
		add(&lone, &all, name, &st);
	}
	for (const struct fit_thing *x = all.first; x; x = x->next)
		buf_printf(&b, " %s%s%s", u->path, strcmp(x->name, ".") == 0 ? "" : "/",
			strcmp(x->name, ".") == 0 ? "" : x->name);
	text = arena_str(u->f->arena, buf_view(&b));
	buf_done(&b);
	return text;
}

/* " and 5 more (sent, work, log, ...)"; "" when there is but one. */
static const char *others(const struct fit_use *u, const struct fit_cause *c)
{
	struct buf b;
	const char *text = "";
	size_t shown = 0;

	if (c->n < 2)
		return text;
	buf_init(&b, COMMAND_MAX);
	for (const struct fit_thing *x = c->first->next; x && shown < SHOWN; x = x->next, shown++)
		buf_printf(&b, "%s%s", shown > 0 ? ", " : "", x->name);
	text = arena_printf(u->f->arena, " and %zu more (" STR_FMT "%s)", c->n - 1,
		STR_ARG(buf_view(&b)), c->n - 1 > shown ? ", ..." : "")
		       .p;
	buf_done(&b);
	return text;
}

static bool of_one_user(const struct fit_cause *c)
{
	for (const struct fit_thing *x = c->first; x; x = x->next)
		if (x->owner != c->first->owner)
			return false;
	return true;
}

static const char *of_others(const struct fit_use *u, const struct fit_cause *c)
{
	char owner[80];
	char us[80];

	fit_use_name(c->first->owner, owner);
	fit_use_name(u->top.st_uid, us);
	return arena_printf(u->f->arena,
		"WRONG-USER: it%s belong%s to user %s%s, expected %s, whose the environment is: chown -R "
		"%s" STR_FMT,
		others(u, c), c->n > 1 ? "" : "s", owner, of_one_user(c) ? "" : " and others", us,
		for_chown(us), STR_ARG(tops(u, c)))
		.p;
}

const char *fit_use_end(struct fit_use *u)
{
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		walk(u, places[i].name, places[i].levels);
	if (u->foreign.n > 0)
		faults_warn(u->f, u->foreign.first->name, 0, 0, "%s", of_others(u, &u->foreign));
	if (u->strange.n > 0)
		(void)faults_add(
			u->f, u->strange.first->name, 0, 0, "%s", of_others(u, &u->strange));
	if (u->closed.n > 0)
		(void)faults_add(u->f, u->closed.first->name, 0, 0,
			"UNREADABLE: its owner may not use it (mode %04o)%s: chmod -R u+rwX" STR_FMT,
			u->closed.first->mode, others(u, &u->closed), STR_ARG(tops(u, &u->closed)));
	return u->strange.n > 0 ? "WRONG-USER" : u->closed.n > 0 ? "UNREADABLE" : NULL;
}

/* --- the ledger --- */

static int refuse_ledger(const char *path, const char *name, const struct stat *st,
	const struct stat *top, bool write, struct err *e)
{
	const char *what = write ? "read and write" : "read";
	char owner[80];
	char us[80];

	fit_use_name(st->st_uid, owner);
	fit_use_name(geteuid(), us);
	if (st->st_uid == geteuid())
		(void)err_set(e, ERR_CONFIG,
			"its owner may not %s %s (mode %04o): chmod u+rw %s/%s", what, name,
			(unsigned)st->st_mode & 07777, path, name);
	else if (top->st_uid == geteuid())
		(void)err_set(e, ERR_CONFIG,
			"%s belongs to user %s, and this is user %s, who may not %s it (mode %04o): "
			"chown %s %s/%s",
			name, owner, us, what, (unsigned)st->st_mode & 07777, for_chown(us), path,
			name);
	else
		(void)err_set(e, ERR_CONFIG,
			"%s belongs to user %s, and this is user %s, who may not %s it (mode %04o): "
			"sudo -u '%s' gridspool ...",
			name, owner, us, what, (unsigned)st->st_mode & 07777, owner);
	return err_reason(e, st->st_uid == geteuid() ? "UNREADABLE" : "WRONG-USER");
}

int fit_use_ledger(int dir, const char *path, bool look, struct err *e)
{
	/* The journal of a commit that was cut has to be rolled back. */
	static const char *const names[] = {"ledger.db", "ledger.db-journal"};
	struct stat top;
	struct stat st;

	if (fstat(dir, &top) == -1)
		return err_errno(e, ERR_IO, "look at %s", path);
	const bool write = !look && top.st_uid == geteuid();
	for (size_t i = 0; i < (write ? 2 : 1); i++) {
		if (fsx_stat(dir, names[i], &st, e) != 1)
			continue;
		if (faccessat(dir, names[i], write ? R_OK | W_OK : R_OK, AT_EACCESS) == -1 &&
			errno == EACCES)
			return refuse_ledger(path, names[i], &st, &top, write, e);
	}
	return 0;
}
