/*
 * Any bytes as one file of an environment whose other files are good: faults, or a configuration in
 * which every promise of config.h holds. The first byte chooses the file: 0 environment, 1 partner,
 * 2 agreements, 3 routes.
 */
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fsx.h"
#include "base/fsx_tree.h"
#include "config/slots.h"
#include "model/xml.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NS "xmlns='urn:gridspool:config:1'"

static const struct {
	const char *name;
	const char *text;
} files[] = {
	{"environment.xml",
		"<environment " NS " name='dev' usage='test' instance='00112233445566778899'>"
		"<identity qualifier='14' id='0614141000012'/></environment>"},
	{"partners/acme.xml",
		"<partner " NS " name='acme' usage='test'><identity qualifier='ZZ' id='ACME'/>"
		"<endpoint name='main' protocol='directory' usage='test' path='/srv/acme'/></partner>"},
	{"bundle/agreements/acme.xml",
		"<agreements " NS
		" partner='acme'><agreement name='acme-832' message='832' version='004010' "
		"map='maps/x.xml' source='ampliance' endpoint='main'/></agreements>"},
	{"bundle/routes.xml",
		"<routes " NS "><source name='ampliance' kind='snapshot' format='json'/>"
		"<route source='ampliance' agreement='acme-832'/></routes>"},
};
enum { FILES = sizeof(files) / sizeof(files[0]) };

static char folder[] = "/dev/shm/fuzz-config-XXXXXX";

static void must(bool ok)
{
	if (!ok)
		abort();
}

static void put(const char *name, const void *p, size_t n)
{
	const int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	must(fd != -1 && write(fd, p, n) == (ssize_t)n);
	(void)close(fd);
}

static void clean(void)
{
	struct err e;
	const int tmp = fsx_dir("/dev/shm", &e);

	if (tmp != -1 && fsx_tree_remove(tmp, folder + strlen("/dev/shm/"), &e) == -1)
		(void)fprintf(stderr, "%s\n", e.text);
	fsx_close(tmp);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	char name[4096];

	(void)argc;
	(void)argv;
	xml_start();
	must(mkdtemp(folder) != NULL);
	(void)snprintf(name, sizeof(name), "%s/partners", folder);
	must(mkdir(name, 0700) == 0);
	(void)snprintf(name, sizeof(name), "%s/bundle", folder);
	must(mkdir(name, 0700) == 0);
	(void)snprintf(name, sizeof(name), "%s/bundle/agreements", folder);
	must(mkdir(name, 0700) == 0);
	must(atexit(clean) == 0);
	return 0;
}

static void check_config(const struct config *c)
{
	must(c->usage != USAGE_NONE && config_name_ok(c->name) && c->instance.n >= 16);
	for (const struct config_partner *p = c->partners; p; p = p->next) {
		must(config_name_ok(p->name) && p->usage == c->usage);
		must(p->unnamed ? p->identity.id.n == 0 : p->identity.id.n >= 1);
		for (const struct config_endpoint *ep = p->endpoints; ep; ep = ep->next)
			must(ep->usage == c->usage && config_name_ok(ep->name));
	}
	for (const struct config_agreement *g = c->agreements; g; g = g->next) {
		must(g->partner && g->source && g->endpoint && config_name_ok(g->name));
		must(!g->enveloped || !g->partner->unnamed);
		must(g->enveloped ||
			(!g->expects && g->version.n == 0 && !g->most_segments && !g->most_bytes));
		must(!str_is(g->format, "x12") ||
			(g->element != g->component && g->element != g->terminator &&
				g->component != g->terminator && g->partner->identity.id.n <= 15 &&
				g->partner->identity.group.n >= 2));
		must(config_agreement_find(c, g->name) == g);
		if (g->when) {
			must(g->when->zone && g->when->ats && g->when->within > 0);
			must(slots_last(g->when, 1795399200).at <= 1795399200);
			must(slots_next(g->when, 1795399200).at > 1795399200);
		}
	}
	for (const struct config_source *s = c->sources; s; s = s->next)
		must(config_name_ok(s->name) && config_source_find(c, s->name) == s);
	for (const struct config_route *r = c->routes; r; r = r->next)
		must(r->source && r->agreement && r->agreement->source == r->source);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const size_t which = size > 0 ? (size_t)(data[0] & 3) : 0;
	struct arena a;
	struct faults f;
	struct err e;
	struct config *c = NULL;
	char name[200];
	int dir = -1;

	if (size == 0)
		return 0;
	for (size_t i = 0; i < FILES; i++) {
		(void)snprintf(name, sizeof(name), "%s/%s", folder, files[i].name);
		if (i == which)
			put(name, data + 1, size - 1);
		else
			put(name, files[i].text, strlen(files[i].text));
	}
	dir = fsx_dir(folder, &e);
	must(dir != -1);
	arena_init(&a);
	faults_init(&f, &a);
	c = config_load(dir, &f);
	must((c == NULL) == (f.n > 0));
	for (const struct fault *x = f.first; x; x = x->next)
		must(x->file[0] && x->text[0]);
	if (c)
		check_config(c);
	config_free(c);
	arena_done(&a);
	fsx_close(dir);
	return 0;
}
