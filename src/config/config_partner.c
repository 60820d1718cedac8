/* partners/NAME.xml: who the partner is and how it is reached. */
#include <string.h>

#include "config/config_parts.h"
#include "model/tolerance.h"

/* ---- endpoints ------------------------------------------------------------------------------ */

static bool base64(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!str_is_alpha(s.p[i]) && !str_is_digit(s.p[i]) && s.p[i] != '+' &&
			s.p[i] != '/')
			return false;
	return true;
}

static void read_host_keys(struct config_xml *c, const struct xml *x, struct config_endpoint *ep)
{
	const struct xml *k = NULL;
	size_t n = 0;

	for (k = config_xml_from(x->child, "host-key"); k; k = config_xml_from(k->next, "host-key"))
		n++;
	ep->host_keys = arena_array(&c->config->arena, n + 1, sizeof(*ep->host_keys));
	for (k = config_xml_from(x->child, "host-key"); k;
		k = config_xml_from(k->next, "host-key")) {
		config_xml_strict(c, k, "sha256", "");
		const struct str s = config_xml_text(c, k, "sha256", true);
		if (s.n > 0 &&
			(s.n != 50 || !str_starts(s, STR("SHA256:")) || !base64(str_from(s, 7))))
			(void)config_xml_fault(c, k,
				"sha256=\"" STR_FMT "\" must be SHA256: and 43 characters, as "
				"ssh-keygen -l -f KEY.pub prints it",
				STR_ARG(str_sub(s, 0, 100)));
		ep->host_keys[ep->nhost_keys++] = s;
	}
}

static struct str folder(struct config_xml *c, const struct xml *x, const char *attr)
{
	const struct str s = config_xml_text(c, x, attr, false);

	if (s.n > 0 && !config_xml_path_ok(s))
		(void)config_xml_fault(c, x,
			"%s=\"" STR_FMT "\" must be a folder without '..', '.' and '//'", attr,
			STR_ARG(str_sub(s, 0, 100)));
	return s;
}

static bool host_ok(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!str_is_alpha(s.p[i]) && !str_is_digit(s.p[i]) && s.p[i] != '.' &&
			s.p[i] != '-' && s.p[i] != ':' && s.p[i] != '_')
			return false;
	return s.n <= 253 && !str_starts(s, STR("-"));
}

/* What an endpoint that is a folder of this machine has. */
static void read_local(struct config_xml *c, const struct xml *x, struct config_endpoint *ep)
{
	static const char *const others[] = {"host", "port", "user", "credential", "auth", NULL};

	ep->path = config_xml_text(c, x, "path", true);
	if (ep->path.n > 0 && (ep->path.p[0] != '/' || !config_xml_path_ok(ep->path)))
		(void)config_xml_fault(c, x,
			"path=\"" STR_FMT
			"\" must be an absolute folder without '..', '.' and '//'",
			STR_ARG(str_sub(ep->path, 0, 100)));
	for (size_t i = 0; others[i]; i++)
		if (xml_has(x, others[i]))
			(void)config_xml_fault(
				c, x, "'%s' has no meaning with protocol=\"directory\"", others[i]);
	if (ep->nhost_keys > 0)
		(void)config_xml_fault(
			c, x, "<host-key> has no meaning with protocol=\"directory\"");
}

static void read_remote(struct config_xml *c, const struct xml *x, struct config_endpoint *ep)
{
	ep->host = config_xml_text(c, x, "host", true);
	if (!host_ok(ep->host))
		(void)config_xml_fault(c, x,
			"host=\"" STR_FMT "\" must be a host name or an IP address",
			STR_ARG(str_sub(ep->host, 0, 100)));
	ep->port = (uint16_t)config_xml_number(c, x, "port", 22, 1, UINT16_MAX);
	ep->user = config_xml_text(c, x, "user", true);
	ep->credential = config_xml_name(c, x, "credential", true);
	ep->auth = config_xml_choice(c, x, "auth", "key password", 0) == 1 ? STR("password")
									   : STR("key");
	if (xml_has(x, "path"))
		(void)config_xml_fault(c, x,
			"'path' is for protocol=\"directory\"; the partner's folders are 'put' and 'get'");
	if (ep->nhost_keys == 0)
		(void)config_xml_fault(c, x,
			"endpoint '" STR_FMT
			"' must have a <host-key sha256=\"SHA256:...\"/>: without "
			"it anybody could pose as the partner",
			STR_ARG(ep->name));
}

/* A folder over there, said by whom and for what. */
struct target {
	const struct config_endpoint *endpoint;
	bool put;
};

/* One text for one folder, however it is written. */
static struct str target_key(
	struct config_xml *c, const struct config_endpoint *ep, struct str place)
{
	struct str path = ep->path.n > 0 ? arena_printf(&c->config->arena, STR_FMT "/" STR_FMT,
						   STR_ARG(ep->path), STR_ARG(place))
					 : place;
	char *host = arena_cstr(&c->config->arena, ep->host);
	struct str key;
	char *p = NULL;
	size_t n = 0;

	for (size_t i = 0; host[i]; i++)
		host[i] = str_lower(host[i]);
	key = arena_printf(&c->config->arena, STR_FMT " %s %u " STR_FMT " ", STR_ARG(ep->protocol),
		host, (unsigned)ep->port, STR_ARG(ep->user));
	p = arena_raw(&c->config->arena, key.n + path.n);
	memcpy(p, key.p, key.n);
	n = key.n;
	for (size_t i = 0; i < path.n; i++) /* no '//' and none at the end */
		if (path.p[i] != '/' || (i + 1 < path.n && path.p[i + 1] != '/'))
			p[n++] = path.p[i];
	return (struct str){p, n};
}

/* Two endpoints that fetch from one folder take each other's answers; two partners that get one
 * folder cannot tell their files apart; and what is sent to one is no answer of another. */
static void check_target(struct config_xml *c, const struct xml *x, struct config_endpoint *ep,
	bool put, struct str place)
{
	struct target *t = ARENA_NEW(&c->config->arena, struct target);
	const struct str key = target_key(c, ep, place);
	const struct target *other = NULL;

	*t = (struct target){ep, put};
	if (table_add(&c->targets, key, t))
		return;
	other = table_get(&c->targets, key);
	if (other && !(put && other->put && other->endpoint->file == ep->file))
		(void)config_xml_fault(c, x,
			"%s=\"" STR_FMT "\" is the same folder as '%s' of endpoint '" STR_FMT
			"' (%s:%u); give each its own",
			put ? "put" : "get", STR_ARG(place), other->put ? "put" : "get",
			STR_ARG(other->endpoint->name), other->endpoint->file,
			other->endpoint->line);
}

static struct config_endpoint *read_endpoint(
	struct config_xml *c, const struct xml *x, const struct config_endpoint *earlier)
{
	static const char *const protocols[] = {"directory", "sftp"};
	struct config_endpoint *ep = ARENA_NEW(&c->config->arena, struct config_endpoint);
	int protocol = -1;

	config_xml_strict(c, x,
		"name protocol usage path host port user credential auth put get after ready read-back "
		"connect-timeout idle-timeout",
		"host-key");
	ep->file = c->file;
	ep->line = x->line;
	ep->name = config_xml_name(c, x, "name", true);
	for (; earlier; earlier = earlier->next)
		if (ep->name.n > 0 && str_eq(earlier->name, ep->name))
			(void)config_xml_fault(c, x,
				"endpoint '" STR_FMT "' is there twice; the first is at line %u",
				STR_ARG(ep->name), earlier->line);
	protocol = config_xml_choice(c, x, "protocol", "directory sftp", -1);
	ep->protocol = str_c(protocol >= 0 ? protocols[protocol] : "");
	ep->usage = config_xml_usage(c, x, "this endpoint");
	ep->host = ep->user = ep->credential = ep->path = STR("");
	ep->auth = STR("key");
	read_host_keys(c, x, ep);
	if (protocol == 0)
		read_local(c, x, ep);
	else if (protocol == 1)
		read_remote(c, x, ep);
	ep->put = folder(c, x, "put");
	ep->get = folder(c, x, "get");
	ep->get_delete = config_xml_choice(c, x, "after", "delete remember", 0) == 0;
	ep->read_back = config_xml_choice(c, x, "read-back", "yes no", 0) == 0;
	ep->ready_seconds = (uint32_t)config_xml_duration(c, x, "ready", 0, 0);
	ep->connect_timeout = (uint32_t)config_xml_duration(c, x, "connect-timeout", 15, 1);
	ep->idle_timeout = (uint32_t)config_xml_duration(c, x, "idle-timeout", 60, 1);
	if (ep->put.n > 0)
		check_target(c, x, ep, true, ep->put);
	if (ep->put.n > 0 && str_eq(ep->put, ep->get))
		(void)config_xml_fault(c, x,
			"put and get are the same folder: what we send would come back as the partner's answer");
	else if (ep->get.n > 0)
		check_target(c, x, ep, false, ep->get);
	return ep;
}

/* ---- the partner ---------------------------------------------------------------------------- */

static void check_identity(struct config_xml *c, const struct xml *x, struct config_partner *p)
{
	const struct config_identity *id = &p->identity;
	const struct config_identity *own = &c->config->identity;
	const struct str key = arena_printf(&c->config->arena, STR_FMT ":" STR_FMT ":" STR_FMT,
		STR_ARG(id->qualifier), STR_ARG(id->id), STR_ARG(id->group));
	const struct config_partner *other = NULL;

	if (id->qualifier.n == 0 || id->id.n == 0)
		return;
	if (str_eq(id->qualifier, own->qualifier) && str_eq(id->id, own->id))
		(void)config_xml_fault(
			c, x, "%s is our own identity (environment.xml)", config_xml_who(c, id));
	if (table_add(&c->identities, key, p))
		return;
	other = table_get(&c->identities, key);
	if (other)
		(void)config_xml_fault(c, x,
			"%s is the identity of partner '" STR_FMT "' too (%s:%u); acknowledgments "
			"could not be told apart",
			config_xml_who(c, id), STR_ARG(other->name), other->file, other->line);
}

static void add_partner(struct config_xml *c, const struct xml *x, struct config_partner *p)
{
	struct config_partner **tail = &c->config->partners;

	/* The file's name is the partner's, so two partners of one name cannot be. */
	if (p->name.n > 0 && !table_add(&c->partners, p->name, p))
		(void)config_xml_fault(
			c, x, "partner '" STR_FMT "' is there twice", STR_ARG(p->name));
	while (*tail)
		tail = &(*tail)->next;
	*tail = p;
}

/* tolerate="unpadded-isa trailing-separators" */
static uint32_t read_tolerate(struct config_xml *c, const struct xml *x)
{
	uint32_t granted = tolerance_usual();
	struct err e;

	if (tolerance_parse(xml_attr(x, "tolerate"), &granted, ERR_CONFIG, &e) == -1)
		(void)config_xml_fault(c, x, "tolerate: %s", e.text);
	return granted;
}

void config_partner_read(struct config_xml *c, const struct xml *x, struct str stem)
{
	static const char *const taken[] = {"name", "id", NULL};
	struct config_partner *p = ARENA_NEW(&c->config->arena, struct config_partner);
	struct config_endpoint **tail = &p->endpoints;
	const struct xml *identity = config_xml_only(c, x, "identity");

	config_xml_strict(c, x, "name title usage tolerate", "identity endpoint set");
	p->file = c->file;
	p->line = x->line;
	p->name = config_xml_name(c, x, "name", true);
	p->title = config_xml_text(c, x, "title", false);
	p->usage = config_xml_usage(c, x, "this partner");
	p->tolerated = read_tolerate(c, x);
	if (p->name.n > 0 && !str_eq(p->name, stem))
		(void)config_xml_fault(c, x,
			"name=\"" STR_FMT "\" must be that of the file, '" STR_FMT "'",
			STR_ARG(p->name), STR_ARG(stem));
	p->unnamed = !identity;
	if (identity) {
		config_xml_identity(c, identity, &p->identity);
		check_identity(c, identity, p);
	}
	for (const struct xml *e = config_xml_from(x->child, "endpoint"); e;
		e = config_xml_from(e->next, "endpoint")) {
		*tail = read_endpoint(c, e, p->endpoints);
		tail = &(*tail)->next;
	}
	p->sets = config_xml_sets(c, x, taken);
	add_partner(c, x, p);
}
