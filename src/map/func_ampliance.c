/* Functions on Ampliance content: localized values, links, images, workflow. */
#include <string.h>

#include "map/compiled.h"
#include "map/func.h"
#include "map/run.h"

/* The entry of a locale in a localized value: values[locale = ...]. */
static const struct node *locale_value(const struct map *m, const struct node *n, struct str locale)
{
	for (const struct node *v = node_child(n, m->name_values); v; v = node_again(v)) {
		const struct node *have = node_child(v, m->name_locale);
		const struct node *value = node_child(v, m->name_value);

		if (have && str_eq(have->value, locale) && value && (value->value.n || value->child))
			return value;
	}
	return NULL;
}

FUNC_RUN(localized)
{
	const struct map *m = ev->run->m;
	size_t cap = 0;

	if (args[0].kind != VAL_NODES)
		return;
	for (uint32_t i = 1; i < x->nargs; i++) {
		const struct node *v = locale_value(m, val_node(&args[0], 0), val_text(ev, &args[i]));

		if (v) {
			val_add(ev, out, &cap, v);
			return;
		}
	}
}

FUNC_RUN(link)
{
	if (args[0].kind == VAL_NODES)
		link_follow(ev->run->links, ev, val_node(&args[0], 0), out);
}

static char *url_part(char *p, struct str s)
{
	static const char hex[] = "0123456789ABCDEF";

	for (size_t i = 0; i < s.n; i++) {
		unsigned char b = (unsigned char)s.p[i];

		if (str_is_alpha(s.p[i]) || str_is_digit(s.p[i]) || (b && strchr("-._~", s.p[i]))) {
			*p++ = s.p[i];
			continue;
		}
		*p++ = '%';
		*p++ = hex[b >> 4];
		*p++ = hex[b & 15];
	}
	return p;
}

static struct str child_text(const struct node *n, uint32_t name)
{
	const struct node *k = node_child(n, name);

	return k ? k->value : (struct str){NULL, 0};
}

FUNC_RUN(image_url)
{
	const struct map *m = ev->run->m;
	const struct node *n = args[0].kind == VAL_NODES ? val_node(&args[0], 0) : NULL;
	struct str host = n ? child_text(n, m->name_host) : (struct str){NULL, 0};
	struct str endpoint = n ? child_text(n, m->name_endpoint) : (struct str){NULL, 0};
	struct str name = n ? child_text(n, m->name_name) : (struct str){NULL, 0};
	struct str kind = n ? child_text(n, m->name_media) : (struct str){NULL, 0};
	char *start = NULL;
	char *p = NULL;

	if (!host.n || !endpoint.n || !name.n)
		return;
	start = p = arena_raw(ev->a, 16 + host.n + 3 * (endpoint.n + name.n));
	memcpy(p, "https://", 8);
	memcpy(p + 8, host.p, host.n);
	p += 8 + host.n;
	memcpy(p, str_is(kind, "video") ? "/v/" : "/i/", 3);
	p = url_part(p + 3, endpoint);
	*p++ = '/';
	p = url_part(p, name);
	*out = val_of_text((struct str){start, (size_t)(p - start)});
	out->from = node_child(n, m->name_name);
}

FUNC_RUN(workflow_label)
{
	const struct map_input *in = ev->run->in;
	const struct node *w = ev->run->root.node ? node_child(ev->run->root.node, ev->run->m->name_workflow) : NULL;
	const struct node *state = w ? node_child(w, ev->run->m->name_state) : NULL;

	if (!state || !state->value.n)
		return;
	for (size_t i = 0; i < in->nworkflow; i++) {
		if (str_eq(in->workflow[i].name, state->value)) {
			*out = val_of_text(in->workflow[i].value);
			out->from = state;
			return;
		}
	}
	ev_finding(ev, "WORKFLOW-UNKNOWN", state, state->value, "a state of the hub's settings");
}

static const struct func rows[] = {
	{"localized", 2, FUNC_ANY, FUNC_PLAIN, localized, "node, 'de-DE', 'en-GB', ...", "The value of the first locale "
		"that has one.", "localized(body/name, 'pl-PL', 'de-DE')", "Schal"},
	{"link", 1, 1, FUNC_LINK, link, "node", "The content item that a link or reference leads to. A link that leads "
		"nowhere, in a circle or over 8 items is a finding.", "link(body/brand)/body/name", "Björnvik"},
	{"image-url", 1, 1, FUNC_PLAIN, image_url, "node", "The address of an image-link.", "image-url(body/images)",
		"https://cdn.example/i/hearthloom/SCA%201607"},
	{"workflow-label", 0, 0, FUNC_WORKFLOW, workflow_label, "", "The label of the item's workflow state; nothing when "
		"it has none.", "workflow-label()", "Approved"},
};

const struct func_family func_ampliance_family = {rows, sizeof(rows) / sizeof(rows[0])};
