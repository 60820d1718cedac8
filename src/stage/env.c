/* An environment that is open; see env.h. */
#include "stage/env.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/fsx.h"
#include "base/lock.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "stage/env_maps.h"
#include "stage/fit.h"
#include "stage/fit_use.h"
#include "stage/outside.h"
#include "store/ledger_migrate.h"

static const char *const folders[] = {"partners", "bundle", "bundle/maps", "bundle/definitions",
	"bundle/tables", "bundle/guides", "bundle/agreements", "keys", "inbox", "current", "work",
	"outbox", "sent", "received", "import", "feedback", "hold", "quarantine", "archive",
	"archive/bundles", "log", NULL};

const char *const *env_folders(void)
{
	return folders;
}

enum way { WAY_PLAIN, WAY_MAPS, WAY_COPY, WAY_REST };

static int open_env(struct env *v, const char *path, const struct clock *clock, enum way way,
	struct faults *f, struct err *e)
{
	const bool with_maps = way == WAY_MAPS || way == WAY_COPY;

	memset(v, 0, sizeof(*v));
	v->dir = v->lock = v->map_dirs[0] = v->map_dirs[1] = v->map_dirs[2] = -1;
	v->clock = *clock;
	v->started = clock_now(clock);
	v->started_ms = clock_ms(clock);
	arena_init(&v->arena);
	names_init(&v->names);
	log_init(&v->log, &v->clock);
	v->path = mem_strdup(path);
	v->dir = fsx_dir(path, e);
	if (v->dir == -1) {
		(void)err_wrap(e, "environment %s (gridspool init makes one)", path);
		goto fail;
	}
	v->config = way == WAY_REST ? config_read(v->dir, f) : config_load(v->dir, f);
	if (way == WAY_REST && v->config->instance.n > 0)
		return 0;
	if (v->config && way != WAY_COPY)
		outside_check(v->dir, v->config, f);
	if (env_maps_open(v, way == WAY_COPY, e) == -1 && (f->n == 0 || faults_err(f, e) == -1))
		goto fail;
	v->defs = defs_new(v->map_dirs, v->map_names, 3);
	if (with_maps && v->config)
		env_maps_routes(v, f);
	else if (with_maps)
		env_maps_check(v, f);
	if (f->n > 0 && faults_err(f, e) == -1)
		goto fail;
	return 0;
fail:
	env_close(v);
	return -1;
}

int env_open(struct env *v, const char *path, const struct clock *clock, bool with_maps,
	struct faults *f, struct err *e)
{
	return open_env(v, path, clock, with_maps ? WAY_MAPS : WAY_PLAIN, f, e);
}

int env_open_copy(
	struct env *v, const char *path, const struct clock *clock, struct faults *f, struct err *e)
{
	return open_env(v, path, clock, WAY_COPY, f, e);
}

int env_open_rest(
	struct env *v, const char *path, const struct clock *clock, struct faults *f, struct err *e)
{
	return open_env(v, path, clock, WAY_REST, f, e);
}

static int open_ledger(struct env *v, const char *actor, bool older, struct err *e)
{
	char instance[80];

	if ((actor && fit_owner(v->dir, v->path, e) == -1) ||
		fit_use_ledger(v->dir, v->path, !actor, e) == -1)
		return -1;
	(void)snprintf(instance, sizeof(instance), STR_FMT, STR_ARG(v->config->instance));
	if ((older ? ledger_open_older
			    : actor
			    ? ledger_open
			    : ledger_look)(&v->ledger, v->dir, instance, &v->clock, e) == -1)
		return -1;
	(void)snprintf(v->ledger.actor, sizeof(v->ledger.actor), "%s", actor ? actor : "");
	v->ledger_is_open = true;
	return 0;
}

int env_open_ledger(struct env *v, const char *actor, struct err *e)
{
	return open_ledger(v, actor, false, e);
}

int env_open_older(struct env *v, const char *actor, struct err *e)
{
	return open_ledger(v, actor, true, e);
}

int env_migrate(struct env *v, struct err *e)
{
	char instance[80];
	char from[40];

	(void)snprintf(instance, sizeof(instance), STR_FMT, STR_ARG(v->config->instance));
	if (fit_owner(v->dir, v->path, e) == -1 ||
		ledger_migrate_up(v->dir, instance, &v->clock, from, e) == -1)
		return -1;
	if (from[0])
		env_log(v, LOG_INFO, "migrated", "ledger.db",
			"brought up to date from version %s; as it was it is ledger-v%s.db", from,
			from);
	return 0;
}

void env_close(struct env *v)
{
	for (size_t i = 0; i < v->nroutes; i++)
		map_free(v->routes[i].map);
	if (v->ledger_is_open)
		ledger_close(&v->ledger);
	defs_free(v->defs);
	config_free(v->config);
	names_done(&v->names);
	table_done(&v->letters);
	arena_done(&v->arena);
	for (size_t i = 0; i < 3; i++)
		fsx_close(v->map_dirs[i]);
	fsx_close(v->log.fd);
	fsx_close(v->lock);
	fsx_close(v->dir);
	mem_free(v->path);
	memset(v, 0, sizeof(*v));
	v->dir = v->lock = v->log.fd = v->map_dirs[0] = v->map_dirs[1] = v->map_dirs[2] = -1;
}

int env_lock_run(struct env *v, struct err *e)
{
	struct utsname host;
	char note[300];
	char when[DATE_TEXT];

	if (uname(&host) == -1)
		(void)snprintf(host.nodename, sizeof(host.nodename), "?");
	(void)date_iso(v->started, when);
	(void)snprintf(note, sizeof(note), "host %.40s pid %ld since %s", host.nodename,
		(long)getpid(), when);
	if (lock_take(v->dir, "run.lock", str_c(note), &v->lock, e) == 0)
		return 0;
	if (e->code == ERR_INPUT) {
		const struct err why = *e;
		(void)err_set(e, ERR_CONFIG,
			"%s/run.lock is the file in which a run says that it is there: %s; nothing was started: "
			"look whose it is and move it away, ls -la %s/run.lock",
			v->path, why.text, v->path);
		return err_reason(e, "UNREADABLE");
	}
	return e->code == ERR_BUSY ? err_wrap(e, "another run of %s is active", v->path)
				   : err_wrap(e, "%s", v->path);
}

struct proc_patience env_patience(const struct env *v, bool until)
{
	return (struct proc_patience){
		.clock = &v->clock,
		.quiet_ms = (int64_t)v->config->quiet_seconds * 1000,
		.until_ms = until ? v->ends_ms : 0,
	};
}

int env_folder(const struct env *v, const char *name, struct err *e)
{
	if (fsx_mkdirs(v->dir, name, 0750, e) == -1)
		return -1;
	return fsx_subdir(v->dir, name, e);
}

static void add_var(struct arena *a, struct map_var *vars, size_t *n, const char *prefix,
	struct str name, struct str value)
{
	vars[*n].name = arena_printf(a, "%s/" STR_FMT, prefix, STR_ARG(name));
	vars[*n].value = value;
	(*n)++;
}

static size_t count_sets(const struct config_set *s)
{
	size_t n = 0;

	for (; s; s = s->next)
		n++;
	return n;
}

void env_vars(const struct env *v, const struct config_agreement *g, struct arena *a,
	struct map_var **vars, size_t *n)
{
	const struct config_partner *p = g->partner;
	const size_t max = 16 + count_sets(v->config->sets) + count_sets(p->sets) +
		count_sets(g->sets);
	struct map_var *list = arena_array(a, max, sizeof(*list));
	size_t k = 0;

	for (const struct config_set *s = v->config->sets; s; s = s->next)
		add_var(a, list, &k, "environment", s->name, s->value);
	for (const struct config_set *s = p->sets; s; s = s->next)
		add_var(a, list, &k, "partner", s->name, s->value);
	for (const struct config_set *s = g->sets; s; s = s->next)
		add_var(a, list, &k, "agreement", s->name, s->value);
	add_var(a, list, &k, "environment", STR("name"), v->config->name);
	if (v->config->identity.id.n > 0)
		add_var(a, list, &k, "environment", STR("id"), v->config->identity.id);
	add_var(a, list, &k, "environment", STR("usage"),
		v->config->usage == USAGE_PRODUCTION ? STR("production") : STR("test"));
	add_var(a, list, &k, "partner", STR("name"), p->name);
	if (!p->unnamed)
		add_var(a, list, &k, "partner", STR("id"), p->identity.id);
	add_var(a, list, &k, "agreement", STR("name"), g->name);
	*vars = list;
	*n = k;
}

const struct env_route *env_route_of(const struct env *v, struct str agreement)
{
	for (size_t i = 0; i < v->nroutes; i++) {
		if (str_eq(v->routes[i].agreement->name, agreement))
			return &v->routes[i];
	}
	return NULL;
}

int env_write_reason(const struct env *v, const char *folder, const char *name, const char *reason,
	const char *note, const char *next, struct err *e)
{
	struct buf b;
	char file[300];
	char when[DATE_TEXT];
	int dir = -1;
	int rc = -1;

	buf_init(&b, 16384);
	(void)date_iso(clock_now(&v->clock), when);
	buf_printf(&b, "reason: %s\nsince:  %s\nwhat:   ", reason, when);
	utf8_quote(&b, str_c(note), 4000); /* partners' text: one line, whatever it holds */
	buf_printf(&b, "\nnext:   %s\n", next);
	(void)snprintf(file, sizeof(file), "%s.reason", name);
	dir = env_folder(v, folder, e);
	if (dir != -1)
		rc = fsx_replace(dir, file, buf_view(&b), e);
	fsx_close(dir);
	buf_done(&b);
	return rc;
}

void env_drop_reason(struct env *v, const char *folder, const char *name)
{
	char file[300];
	struct err e;
	const int dir = env_folder(v, folder, &e);

	(void)snprintf(file, sizeof(file), "%s.reason", name);
	/* A note for people: what stays does no harm, the ledger has the truth. */
	if (dir != -1 && fsx_remove(dir, file, &e) == -1)
		env_log(v, LOG_WARN, "reason-left", file, "%s", e.text);
	fsx_close(dir);
}

void env_archive_place(int64_t at, char out[32])
{
	const struct date d = date_from_unix(at);

	(void)snprintf(out, 32, "archive/%04d/%02u/%02u", d.year, d.month, d.day);
}

bool env_stops(const struct err *e)
{
	return e->code == ERR_FULL || e->code == ERR_CORRUPT || e->code == ERR_BUSY ||
		e->code == ERR_STOP;
}

void env_log(struct env *v, enum log_level level, const char *event, const char *item,
	const char *fmt, ...)
{
	char text[1200];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	log_event(&v->log, level, event, "item", str_c(item), "note", str_c(text),
		(const char *)NULL);
}
