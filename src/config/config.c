/* An environment's configuration, read whole; see config.h. The files are read by config_*.c. */
#include "config/config.h"

#include <string.h>

#include "base/fsx.h"
#include "base/mem.h"
#include "config/config_parts.h"

typedef void part_fn(struct config_xml *c, const struct xml *x, struct str stem);

/* A file in a folder of XML files. Examples, notes and hidden files are no configuration; any
 * other name is one that somebody thinks is read. */
static void read_entry(struct config_xml *c, int dir, const char *shown, const char *name,
	const char *element, part_fn *read, bool *broken)
{
	const struct str s = str_c(name);
	const char *path = arena_printf(&c->config->arena, "%s/%s", shown, name).p;
	struct xml *x = NULL;

	if (name[0] == '.' || str_ends(s, STR(".example")) || str_starts(s, STR("README")))
		return;
	if (!str_ends(s, STR(".xml"))) {
		faults_warn(c->faults, path, 0, 0, "is not read; files here end in .xml");
		return;
	}
	const struct str stem = arena_str(&c->config->arena, str_sub(s, 0, s.n - 4));
	if (config_xml_load(c, dir, name, path, element, &x) == 1)
		read(c, x, stem);
	else
		*broken = true;
}

static void read_folder(struct config_xml *c, int dir, const char *folder, const char *element,
	part_fn *read, bool *broken)
{
	struct fsx_list list = {0};
	struct err e;
	const int fd = fsx_subdir(dir, folder, &e);

	if (fd == -1 && e.code == ERR_ABSENT)
		return;
	if (fd == -1 || fsx_list(fd, &list, &e) == -1) {
		*broken = true;
		(void)faults_add(c->faults, folder, 0, 0, "%s", e.text);
		fsx_close(fd);
		return;
	}
	for (size_t i = 0; i < list.n; i++)
		read_entry(c, fd, folder, list.names[i], element, read, broken);
	fsx_list_done(&list);
	fsx_close(fd);
}

static bool has_set(const struct config_set *list, const struct config_set *wanted)
{
	for (; list; list = list->next)
		if (str_eq(list->name, wanted->name) && str_eq(list->value, wanted->value))
			return true;
	return false;
}

static bool same_sets(const struct config_set *a, const struct config_set *b)
{
	for (const struct config_set *s = a; s; s = s->next)
		if (!has_set(b, s))
			return false;
	for (const struct config_set *s = b; s; s = s->next)
		if (!has_set(a, s))
			return false;
	return true;
}

/* With one map and one source, and nothing that lets the map tell them apart, the partner would
 * get each item twice. */
static void check_twins(struct config_xml *c)
{
	for (const struct config_agreement *g = c->config->agreements; g; g = g->next)
		for (const struct config_agreement *h = c->config->agreements; h != g; h = h->next)
			if (g->endpoint && g->source && !str_eq(g->name, h->name) &&
				g->endpoint == h->endpoint && g->source == h->source &&
				str_eq(g->map, h->map) && same_sets(g->sets, h->sets))
				(void)faults_add(c->faults, g->file, g->line, 0,
					"AMBIGUOUS: agreement '" STR_FMT
					"' sends the same items to endpoint '" STR_FMT
					"' as '" STR_FMT
					"' (line %u), by the same map; remove one, or let a <set> "
					"tell the map which items are whose",
					STR_ARG(g->name), STR_ARG(g->endpoint->name),
					STR_ARG(h->name), h->line);
}

/* A file of events is for somebody, or it stays where it is. */
static void check_unrouted(struct config_xml *c)
{
	for (const struct config_source *s = c->config->sources; s; s = s->next)
		if (s->kind == SOURCE_EVENTS && s->name.n > 0 &&
			!config_source_routed(c->config, s))
			faults_warn(c->faults, s->file, s->line, 0,
				"source '" STR_FMT
				"' has no <route>: what arrives in its inbox stays there (NO-MAP)",
				STR_ARG(s->name));
}

static void check_sender(struct config_xml *c)
{
	const struct config_agreement *g = c->config->agreements;

	while (g && !g->enveloped)
		g = g->next;
	if (g && c->environment && c->config->identity.id.n == 0 &&
		!config_xml_from(c->environment->child, "identity"))
		(void)faults_add(c->faults, "environment.xml", c->environment->line,
			c->environment->column,
			"<environment> must have an <identity qualifier= id=/>: there are agreements, "
			"and we are their sender");
}

/* What can be judged only when everything is there. */
static void check_whole(struct config_xml *c)
{
	struct config *cf = c->config;
	const struct config_route *r = NULL;

	check_sender(c);
	check_twins(c);
	if (!c->routes_broken)
		check_unrouted(c);
	for (const struct config_agreement *g = cf->agreements; g; g = g->next) {
		for (r = cf->routes; r && r->agreement != g; r = r->next)
			;
		if (!r && g->name.n > 0 && !c->routes_broken)
			faults_warn(c->faults, g->file, g->line, 0,
				"agreement '" STR_FMT
				"' has no <route> in bundle/routes.xml: nothing is sent for it",
				STR_ARG(g->name));
	}
}

static void read_all(struct config_xml *c, int dir)
{
	struct xml *routes = NULL;
	const char *routes_file = NULL;
	int rc = 0;

	config_environment_read(c, dir);
	read_folder(c, dir, "partners", "partner", config_partner_read, &c->partners_broken);
	rc = config_xml_load(c, dir, "bundle/routes.xml", "bundle/routes.xml", "routes", &routes);
	routes_file = c->file;
	c->routes_broken = rc != 1;
	if (rc == 1)
		config_routes_sources(c, routes);
	read_folder(c, dir, "bundle/agreements", "agreements", config_agreement_read,
		&c->agreements_broken);
	c->file = routes_file;
	if (rc == 0 && c->config->agreements)
		(void)faults_add(c->faults, routes_file, 0, 0,
			"is not there: it says which sources there are, and which agreement takes which");
	if (rc == 1)
		config_routes_read(c, routes);
	check_whole(c);
}

struct config *config_read(int dir, struct faults *f)
{
	struct config_xml c = {.config = mem_alloc(sizeof(*c.config)), .faults = f};

	arena_init(&c.config->arena);
	table_init(&c.sources);
	table_init(&c.partners);
	table_init(&c.agreements);
	table_init(&c.identities);
	table_init(&c.targets);
	read_all(&c, dir);
	table_done(&c.sources);
	table_done(&c.partners);
	table_done(&c.agreements);
	table_done(&c.identities);
	table_done(&c.targets);
	return c.config;
}

struct config *config_load(int dir, struct faults *f)
{
	const size_t before = f->n;
	struct config *c = config_read(dir, f);

	if (f->n == before)
		return c;
	config_free(c);
	return NULL;
}

void config_free(struct config *c)
{
	if (!c)
		return;
	arena_done(&c->arena);
	mem_free(c);
}

const struct config_source *config_source_find(const struct config *c, struct str name)
{
	const struct config_source *s = c->sources;

	while (s && !str_eq(s->name, name))
		s = s->next;
	return s;
}

bool config_source_routed(const struct config *c, const struct config_source *s)
{
	const struct config_route *r = c->routes;

	while (r && r->source != s)
		r = r->next;
	return r != NULL;
}

const struct config_partner *config_partner_find(const struct config *c, struct str name)
{
	const struct config_partner *p = c->partners;

	while (p && !str_eq(p->name, name))
		p = p->next;
	return p;
}

const struct config_agreement *config_agreement_find(const struct config *c, struct str name)
{
	const struct config_agreement *g = c->agreements;

	while (g && !str_eq(g->name, name))
		g = g->next;
	return g;
}

bool config_duration(struct str s, uint64_t *seconds)
{
	static const struct {
		char unit;
		int64_t seconds;
	} units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}};
	int64_t factor = 1;
	int64_t v = 0;

	for (size_t i = 0; s.n > 0 && i < sizeof(units) / sizeof(units[0]); i++) {
		if (s.p[s.n - 1] != units[i].unit)
			continue;
		factor = units[i].seconds;
		s.n--;
		break;
	}
	if (!str_is_digits(s) || !str_to_i64(s, &v) || v > INT64_MAX / factor)
		return false;
	*seconds = (uint64_t)(v * factor);
	return true;
}

bool config_name_ok(struct str s)
{
	if (s.n == 0 || s.n > 64 || s.p[0] == '.' || s.p[0] == '_' || s.p[0] == '-')
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!str_is_digit(s.p[i]) && !(s.p[i] >= 'a' && s.p[i] <= 'z') && s.p[i] != '.' &&
			s.p[i] != '_' && s.p[i] != '-')
			return false;
	return true;
}
