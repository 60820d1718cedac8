/* An environment that is open; see env.h. */
#include "stage/env.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/fsx.h"
#include "base/limits.h"
#include "base/lock.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "stage/bundle.h"
#include "stage/fit.h"
#include "stage/fit_use.h"
#include "stage/inputs.h"
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

int env_maps_dir(struct err *e)
{
	static const char *const places[] = {"../maps", "../../maps", "../share/gridspool/maps"};
	char exe[LIMIT_PATH];
	char path[LIMIT_PATH + 40];
	const ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	char *slash = NULL;

	if (n <= 0)
		return err_errno(e, ERR_IO, "where is the program");
	exe[n] = '\0';
	slash = strrchr(exe, '/');
	if (slash)
		*slash = '\0';
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		int fd = -1;
		(void)snprintf(path, sizeof(path), "%s/%s/x12", exe, places[i]);
		if (access(path, R_OK) == -1)
			continue;
		path[strlen(path) - 4] = '\0';
		fd = fsx_dir(path, e);
		if (fd != -1)
			return fd;
	}
	return err_set(e, ERR_CONFIG,
		"the program's definitions are not at %s/../maps nor %s/../share/gridspool/maps; "
		"install gridspool whole (make install)",
		exe, exe);
}

/* The bytes of a map: the bundle's, else the program's own. */
static int read_map(const struct env *v, struct str path, struct buf *b, struct err *e)
{
	char name[LIMIT_PATH];
	int fd = -1;
	int rc = -1;

	(void)snprintf(name, sizeof(name), STR_FMT, STR_ARG(path));
	fd = fsx_open(v->map_dirs[0], name, e);
	if (fd == -1 && e->code == ERR_ABSENT && strncmp(name, "maps/", 5) == 0)
		fd = fsx_open(v->map_dirs[2], name + 5, e);
	if (fd == -1)
		return -1;
	rc = fsx_read(fd, b, e);
	fsx_close(fd);
	return rc;
}

/* Every variable a map reads must be defined; what is not is a fault at the map's line. */
struct var_check {
	const struct env *v;
	const struct config_agreement *g;
	const struct map_var *vars;
	size_t n;
	struct faults *f;
	const char *file;
};

static void check_variable(void *ctx, struct str name, uint32_t line)
{
	const struct var_check *c = ctx;
	const char *near = NULL;
	const char **names = NULL;
	const size_t profile = str_find(name, STR("/"), 0) + 1;
	size_t n = 0;

	if (!str_starts(name, STR("environment/")) && !str_starts(name, STR("partner/")) &&
		!str_starts(name, STR("agreement/")))
		return;
	for (size_t i = 0; i < c->n; i++) {
		if (str_eq(c->vars[i].name, name))
			return;
	}
	names = mem_array(c->n + 1, sizeof(*names));
	for (size_t i = 0; i < c->n; i++) { /* of the same profile, which is spelt right */
		if (str_starts(c->vars[i].name, str_sub(name, 0, profile)))
			names[n++] = c->vars[i].name.p + profile;
	}
	near = str_suggest(str_from(name, profile), names, n);
	(void)faults_add(c->f, c->file, line, 0,
		"$" STR_FMT " is not defined for agreement " STR_FMT " (%s:%u)%s" STR_FMT
		"%s; add a <set name= value=>",
		STR_ARG(name), STR_ARG(c->g->name), c->g->file, c->g->line,
		near ? "; did you mean $" : "", near ? (int)profile : 0, name.p, near ? near : "");
	mem_free(names);
}

/* What an agreement says of its message and source must be what its map makes and reads. */
static void check_map(const struct env_route *r, struct faults *f)
{
	const struct config_agreement *g = r->agreement;
	const struct def_message *made = map_target(r->map);

	if (!str_eq(made->format, g->format))
		(void)faults_add(f, g->file, g->line, 0,
			"agreement " STR_FMT ": its map " STR_FMT " makes " STR_FMT
			", the agreement says format=\"" STR_FMT
			"\"; name the right map, or correct the format",
			STR_ARG(g->name), STR_ARG(g->map), STR_ARG(made->format),
			STR_ARG(g->format));
	else if (!str_eq(made->id, g->message) || !str_eq(made->version, g->version))
		(void)faults_add(f, g->file, g->line, 0,
			"agreement " STR_FMT ": its map " STR_FMT " makes message " STR_FMT
			" of version " STR_FMT ", the agreement says message=\"" STR_FMT
			"\" version=\"" STR_FMT "\"; name the right map, or correct the two",
			STR_ARG(g->name), STR_ARG(g->map), STR_ARG(made->id),
			STR_ARG(made->version), STR_ARG(g->message), STR_ARG(g->version));
	if (g->changes && !map_key_unique(r->map))
		(void)faults_add(f, g->file, g->line, 0,
			"agreement " STR_FMT " has send=\"changes\", so the key of its map " STR_FMT
			" must be unique: of two items with one key each would replace the other; "
			"write <key value=... unique=\"yes\"/> there",
			STR_ARG(g->name), STR_ARG(g->map));
	if (!str_eq(map_source_format(r->map), r->source->format))
		(void)faults_add(f, g->file, g->line, 0,
			"agreement " STR_FMT ": its map reads " STR_FMT ", source " STR_FMT
			" is " STR_FMT,
			STR_ARG(g->name), STR_ARG(map_source_format(r->map)),
			STR_ARG(r->source->name), STR_ARG(r->source->format));
}

/* What the agreement says of the envelope must be what the format can write. */
static void check_envelope(const struct env *v, const struct env_route *r, struct faults *f)
{
	const struct config_agreement *g = r->agreement;
	struct target_envelope envelope;
	struct target t;
	struct err e;

	if (!g->partner || !str_eq(map_target(r->map)->format, g->format))
		return;
	inputs_envelope(v, g, 0, &envelope);
	if (target_open(&t, &envelope, map_target(r->map), &e) == -1)
		(void)faults_add(f, g->file, g->line, 0, "agreement " STR_FMT ": <envelope>: %s",
			STR_ARG(g->name), e.text);
	target_close(&t);
}

static void load_route(
	struct env *v, const struct config_route *r, struct env_route *out, struct faults *f)
{
	struct buf bytes;
	struct err e;
	const struct config_agreement *g = r->agreement;
	const struct map_env me = {v->defs, &v->names, v->map_dirs, v->map_names, 3};
	struct map_var *vars = NULL;
	size_t nvars = 0;
	char *file = arena_cstr(&v->arena, g->map);
	const char *own = strncmp(g->file, "bundle/", 7) == 0 ? g->file + 7 : g->file;

	out->agreement = g;
	out->source = r->source;
	buf_init(&bytes, LIMIT_CONFIG_FILE);
	if (read_map(v, g->map, &bytes, &e) == -1)
		(void)faults_add(f, g->file, g->line, 0, "map %s of agreement " STR_FMT ": %s",
			file, STR_ARG(g->name), e.text);
	else
		out->map = map_load(buf_view(&bytes), file, &me, f);
	buf_done(&bytes);
	if (!out->map)
		return;
	const struct bundle_part part = {own, file, map_target(out->map)->id};
	if (bundle_hash(v, &part, out->map_hash, &e) == -1)
		(void)faults_add(f, g->file, g->line, 0, "bundle: %s", e.text);
	env_vars(v, g, &v->arena, &vars, &nvars);
	struct var_check c = {v, g, vars, nvars, f, file};
	map_variables(out->map, check_variable, &c);
	check_map(out, f);
	check_envelope(v, out, f);
}

static void check_joins(const struct env *v, const struct env_route *r, struct faults *f)
{
	size_t n = 0;
	const struct map_join *joins = r->map ? map_joins(r->map, &n) : NULL;

	if (r->map && map_uses_workflow(r->map) && r->source->workflow_from.n == 0)
		(void)faults_add(f, r->source->file, r->source->line, 0,
			"source " STR_FMT " needs workflow=\"NAME\": map " STR_FMT
			" asks for workflow-label(), whose labels are in the hub settings export",
			STR_ARG(r->source->name), STR_ARG(r->agreement->map));

	for (size_t i = 0; i < n; i++) {
		const struct config_source *s = config_source_find(v->config, joins[i].source);
		const char *file = arena_cstr(f->arena, r->agreement->map);
		if (!s)
			(void)faults_add(f, file, joins[i].line, 0,
				"join " STR_FMT ": source " STR_FMT " is not in bundle/routes.xml",
				STR_ARG(joins[i].name), STR_ARG(joins[i].source));
		else if (s->kind == SOURCE_EVENTS)
			(void)faults_add(f, file, joins[i].line, 0,
				"join " STR_FMT ": source " STR_FMT
				" has kind events; a join needs a reference or a snapshot",
				STR_ARG(joins[i].name), STR_ARG(joins[i].source));
		else if (!str_eq(s->format, joins[i].format))
			(void)faults_add(f, file, joins[i].line, 0,
				"join " STR_FMT " says format " STR_FMT ", source " STR_FMT
				" is " STR_FMT,
				STR_ARG(joins[i].name), STR_ARG(joins[i].format), STR_ARG(s->name),
				STR_ARG(s->format));
	}
}

/* copy: a version that was kept, with the program's maps of that time beside it. */
static int open_bundle(struct env *v, bool copy, struct err *e)
{
	v->map_dirs[2] = copy ? fsx_subdir(v->dir, "maps", e) : env_maps_dir(e);
	if (v->map_dirs[2] == -1)
		return -1;
	v->map_dirs[0] = fsx_subdir(v->dir, "bundle", e);
	if (v->map_dirs[0] == -1)
		return -1;
	v->map_dirs[1] = fsx_subdir(v->map_dirs[0], "definitions", e);
	if (v->map_dirs[1] == -1 && e->code != ERR_ABSENT)
		return -1;
	if (v->map_dirs[1] == -1)
		v->map_dirs[1] = fsx_subdir(v->dir, "bundle", e);
	if (v->map_dirs[1] == -1)
		return -1;
	v->map_names[0] = "bundle";
	v->map_names[1] = "bundle/definitions";
	v->map_names[2] = "maps";
	return bundle_hash(v, NULL, v->bundle, e);
}

static bool is_joined(const struct env *v, struct str source)
{
	for (size_t i = 0; i < v->nroutes; i++) {
		size_t n = 0;
		const struct map_join *joins = map_joins(v->routes[i].map, &n);
		for (size_t k = 0; k < n; k++) {
			if (str_eq(joins[k].source, source))
				return true;
		}
	}
	return false;
}

/* A source of states that nobody reads is taken in, and that is all. One of events is told by the
 * configuration: it stays in its inbox. */
static void check_unused(const struct env *v, struct faults *f)
{
	for (const struct config_source *s = v->config->sources; s; s = s->next) {
		bool used = s->kind == SOURCE_EVENTS || config_source_routed(v->config, s) ||
			is_joined(v, s->name);
		for (const struct config_source *x = v->config->sources; x && !used; x = x->next)
			used = str_eq(x->workflow_from, s->name);
		if (!used)
			faults_warn(f, s->file, s->line, 0,
				"source '" STR_FMT
				"' has no <route>, and no map of a route joins it: what arrives lies "
				"in current/" STR_FMT
				"/ and is sent to nobody; give it a <route>, or "
				"remove it",
				STR_ARG(s->name), STR_ARG(s->name));
	}
}

static void load_routes(struct env *v, struct faults *f)
{
	size_t n = 0;

	for (const struct config_route *r = v->config->routes; r; r = r->next)
		n++;
	v->routes = arena_array(&v->arena, n + 1, sizeof(*v->routes));
	for (const struct config_route *r = v->config->routes; r; r = r->next) {
		load_route(v, r, &v->routes[v->nroutes], f);
		check_joins(v, &v->routes[v->nroutes], f);
		v->nroutes++;
	}
	if (f->n == 0)
		check_unused(v, f);
}

/* Nobody knows which maps are meant when the configuration has faults: then each of the bundle's
 * is checked, so that all that is wrong is told at once. */
static void check_maps(struct env *v, struct faults *f)
{
	const struct map_env me = {v->defs, &v->names, v->map_dirs, v->map_names, 3};
	struct fsx_list list = {0};
	struct err e;
	const int dir = fsx_subdir(v->map_dirs[0], "maps", &e);

	if (dir != -1 && fsx_list(dir, &list, &e) == -1)
		(void)faults_add(f, "bundle/maps", 0, 0, "%s", e.text);
	for (size_t i = 0; i < list.n; i++) {
		struct buf bytes;
		const struct str name = arena_printf(&v->arena, "maps/%s", list.names[i]);
		if (!str_ends(name, STR(".xml")))
			continue;
		buf_init(&bytes, LIMIT_CONFIG_FILE);
		if (read_map(v, name, &bytes, &e) == -1)
			(void)faults_add(f, name.p, 0, 0, "%s", e.text);
		else
			map_free(map_load(buf_view(&bytes), name.p, &me, f));
		buf_done(&bytes);
	}
	fsx_list_done(&list);
	fsx_close(dir);
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
	if (open_bundle(v, way == WAY_COPY, e) == -1 && (f->n == 0 || faults_err(f, e) == -1))
		goto fail;
	v->defs = defs_new(v->map_dirs, v->map_names, 3);
	if (with_maps && v->config)
		load_routes(v, f);
	else if (with_maps)
		check_maps(v, f);
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
	add_var(a, list, &k, "environment", STR("id"), v->config->identity.id);
	add_var(a, list, &k, "environment", STR("usage"),
		v->config->usage == USAGE_PRODUCTION ? STR("production") : STR("test"));
	add_var(a, list, &k, "partner", STR("name"), p->name);
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
