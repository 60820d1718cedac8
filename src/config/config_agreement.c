/* bundle/agreements/PARTNER.xml: what is exchanged with a partner, and how its envelope looks. */
#include <string.h>

#include "config/config_parts.h"

/* What agreements differ in by the format of what is sent. */
struct kind {
	const char *format;
	bool enveloped;
	void (*version)(struct config_xml *c, const struct xml *x, struct config_agreement *g);
	void (*envelope)(struct config_xml *c, const struct xml *x, struct config_agreement *g);
	void (*answers)(struct config_xml *c, const struct xml *x, const struct kind *kind,
		struct config_agreement *g);
	const char *acks;	 /* of <expect> */
	const char *syntax;	 /* the one that answers the content by its syntax */
	const char *syntax_name; /* the same, and the one that answers the envelope, for people */
	const char *receipt_name;
};

static const struct config_partner *find_partner(
	struct config_xml *c, const struct xml *x, struct str stem)
{
	const struct str name = config_xml_name(c, x, "partner", true);
	const struct config_partner *p = table_get(&c->partners, name);

	if (name.n == 0)
		return NULL;
	if (!str_eq(name, stem))
		(void)config_xml_fault(c, x,
			"partner=\"" STR_FMT "\" must be that of the file, '" STR_FMT "'",
			STR_ARG(name), STR_ARG(stem));
	if (!p && !c->partners_broken)
		(void)config_xml_fault(c, x,
			"partner '" STR_FMT "' is not known: there is no partners/" STR_FMT
			".xml%s",
			STR_ARG(name), STR_ARG(name),
			faults_near_key(c->faults, name, &c->partners));
	return p;
}

static void find_source(struct config_xml *c, const struct xml *x, struct config_agreement *g)
{
	const struct str name = config_xml_name(c, x, "source", true);

	g->source = table_get(&c->sources, name);
	if (name.n > 0 && !g->source && !c->routes_broken)
		(void)config_xml_fault(c, x, "source '" STR_FMT "' is not in bundle/routes.xml%s",
			STR_ARG(name), faults_near_key(c->faults, name, &c->sources));
	else if (g->source && g->changes && g->source->kind == SOURCE_EVENTS)
		(void)config_xml_fault(c, x,
			"send=\"changes\" needs a snapshot; source '" STR_FMT
			"' has kind=\"events\"",
			STR_ARG(name));
}

/* Items are found by their loops, so less than structure would be a guess at them. */
static void read_level(struct config_xml *c, const struct xml *x, struct config_agreement *g)
{
	static const char *const levels[] = {"structure", "element", "codes", "notes", "guide"};
	const struct config_source *s = g->source;

	g->level = str_c(
		levels[config_xml_choice(c, x, "level", "structure element codes notes guide", 4)]);
	if (xml_has(x, "level") && s && !str_is(s->format, "x12") && !str_is(s->format, "edifact"))
		(void)config_xml_fault(c, x,
			"level says how deep X12 and EDIFACT are checked that come in, and source '" STR_FMT
			"' has format=\"" STR_FMT "\": leave level out",
			STR_ARG(s->name), STR_ARG(s->format));
}

static void find_endpoint(struct config_xml *c, const struct xml *x, struct config_agreement *g)
{
	const struct str name = config_xml_name(c, x, "endpoint", true);
	const char **names = NULL;
	size_t n = 0;

	if (name.n == 0 || !g->partner)
		return;
	for (const struct config_endpoint *ep = g->partner->endpoints; ep; ep = ep->next) {
		if (str_eq(ep->name, name))
			g->endpoint = ep;
		n++;
	}
	if (g->endpoint)
		return;
	names = arena_array(&c->config->arena, n + 1, sizeof(*names));
	n = 0;
	for (const struct config_endpoint *ep = g->partner->endpoints; ep; ep = ep->next)
		names[n++] = arena_cstr(&c->config->arena, ep->name);
	(void)config_xml_fault(c, x, "endpoint '" STR_FMT "' is not in %s%s", STR_ARG(name),
		g->partner->file, faults_near(c->faults, name, names, n));
}

/* ---- envelope ------------------------------------------------------------------------------- */

/* A separator is a graphic character that no value of digits, letters and numbers needs. */
static void check_separator(struct config_xml *c, const struct xml *x, const char *attr, char ch)
{
	const bool line_end = ch == '\n' && strcmp(attr, "terminator") == 0;

	if (line_end ||
		(ch > ' ' && ch < 0x7f && !str_is_alpha(ch) && !str_is_digit(ch) &&
			!strchr(".-+", ch)))
		return;
	(void)config_xml_fault(c, x,
		"%s=\"%c\" must be one ASCII character that is no letter, no digit, no blank and "
		"none of . - +",
		attr, ch > ' ' ? ch : ' ');
}

static void check_distinct(
	struct config_xml *c, const struct xml *x, const struct config_agreement *g)
{
	if (g->element == g->component)
		(void)config_xml_fault(c, x, "element and component are both '%c'", g->element);
	if (g->element == g->terminator)
		(void)config_xml_fault(c, x, "element and terminator are both '%c'", g->element);
	if (g->component == g->terminator)
		(void)config_xml_fault(
			c, x, "component and terminator are both '%c'", g->component);
	if (g->newline && g->terminator == '\n')
		(void)config_xml_fault(c, x,
			"newline=\"yes\" would end each segment twice: terminator is a newline");
}

static bool has_separator(const struct config_agreement *g, struct str s)
{
	return str_chr(s, g->element) != SIZE_MAX || str_chr(s, g->component) != SIZE_MAX ||
		str_chr(s, g->terminator) != SIZE_MAX;
}

/* An identity serves both formats; what X12 cannot write is told where X12 is agreed on. */
static void check_lengths(struct config_xml *c, const struct xml *x,
	const struct config_agreement *g, const struct config_identity *id)
{
	const struct {
		const char *name;
		struct str text;
		size_t min, max;
		const char *want;
	} all[] = {{"qualifier", id->qualifier, 2, 2, "two characters (ISA05)"},
		{"id", id->id, 1, 15, "1 to 15 characters (ISA06)"},
		{"group", id->group, 2, id->id.n > 15 ? id->id.n : 15,
			"2 to 15 characters (GS02)"}};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]) && id->id.n > 0; i++)
		if (all[i].text.n < all[i].min || all[i].text.n > all[i].max)
			(void)config_xml_fault(c, x,
				"agreement '" STR_FMT
				"' is of X12, and the identity %s has the %s '" STR_FMT
				"'; expected %s",
				STR_ARG(g->name), config_xml_who(c, id), all[i].name,
				STR_ARG(all[i].text), all[i].want);
}

static void check_identity(struct config_xml *c, const struct xml *x,
	const struct config_agreement *g, const struct config_identity *id)
{
	check_lengths(c, x, g, id);
	if (has_separator(g, id->id) || has_separator(g, id->group))
		(void)config_xml_fault(c, x,
			"a separator of agreement '" STR_FMT "' stands in the identity %s",
			STR_ARG(g->name), config_xml_who(c, id));
}

static int characters_of(struct config_xml *c, const struct xml *x)
{
	return config_xml_choice(c, x, "characters", "reject transliterate replace", 0);
}

/* What is wrong with these is told by the writer's own check, under the names of the standard. */
static void read_edifact_envelope(
	struct config_xml *c, const struct xml *agreement, struct config_agreement *g)
{
	const struct xml *x = config_xml_only(c, agreement, "envelope");

	g->repertoire = STR("UNOC:3");
	if (!x)
		return;
	config_xml_strict(c, x,
		"syntax characters element component terminator release decimal una newline groups "
		"application reference association ack",
		"");
	if (xml_has(x, "syntax"))
		g->repertoire = config_xml_text(c, x, "syntax", true);
	g->characters = characters_of(c, x);
	g->element = config_xml_char(c, x, "element", '\0');
	g->component = config_xml_char(c, x, "component", '\0');
	g->terminator = config_xml_char(c, x, "terminator", '\0');
	g->release = config_xml_char(c, x, "release", '\0');
	g->decimal = config_xml_char(c, x, "decimal", '\0');
	g->una = config_xml_yes(c, x, "una", false);
	g->newline = config_xml_yes(c, x, "newline", false);
	g->groups = config_xml_yes(c, x, "groups", false);
	g->application = config_xml_text(c, x, "application", false);
	g->reference = config_xml_text(c, x, "reference", false);
	g->association = config_xml_text(c, x, "association", false);
	g->ack_requested = config_xml_yes(c, x, "ack", false);
}

static void read_envelope(
	struct config_xml *c, const struct xml *agreement, struct config_agreement *g)
{
	static const char *const repertoires[] = {"basic", "extended", "latin1", "utf8"};
	const struct xml *envelope = config_xml_only(c, agreement, "envelope");
	const struct xml *x = envelope ? envelope : agreement;

	g->element = '*';
	g->component = '>';
	g->terminator = '~';
	g->repertoire = STR("extended");
	g->isa_version = STR("00401");
	if (envelope) {
		config_xml_strict(c, x,
			"element component terminator newline repertoire characters isa-version ack",
			"");
		g->element = config_xml_char(c, x, "element", g->element);
		g->component = config_xml_char(c, x, "component", g->component);
		g->terminator = config_xml_char(c, x, "terminator", g->terminator);
		g->newline = config_xml_yes(c, x, "newline", false);
		g->ack_requested = config_xml_yes(c, x, "ack", false);
		g->repertoire = str_c(repertoires[config_xml_choice(
			c, x, "repertoire", "basic extended latin1 utf8", 1)]);
		g->characters = characters_of(c, x);
		if (xml_has(x, "isa-version"))
			g->isa_version = config_xml_text(c, x, "isa-version", true);
		check_separator(c, x, "element", g->element);
		check_separator(c, x, "component", g->component);
		check_separator(c, x, "terminator", g->terminator);
		check_distinct(c, x, g);
	}
	if (g->isa_version.n > 0 && (g->isa_version.n != 5 || !str_is_digits(g->isa_version)))
		(void)config_xml_fault(c, x,
			"isa-version=\"" STR_FMT "\" must be five digits such as 00401 (ISA12)",
			STR_ARG(g->isa_version));
	check_identity(c, x, g, &c->config->identity);
	if (g->partner)
		check_identity(c, x, g, &g->partner->identity);
}

static void read_no_envelope(
	struct config_xml *c, const struct xml *agreement, struct config_agreement *g)
{
	const struct xml *x = config_xml_only(c, agreement, "envelope");

	if (x)
		(void)config_xml_fault(c, x,
			"format=\"" STR_FMT
			"\" has no envelope: leave <envelope> out; separators, line ends and characters are "
			"the definition's or the map's",
			STR_ARG(g->format));
}

/* ---- acknowledgments ------------------------------------------------------------------------ */

static bool expects(const struct config_agreement *g, struct str ack)
{
	for (const struct config_expect *e = g->expects; e; e = e->next)
		if (str_eq(e->ack, ack))
			return true;
	return false;
}

static void read_expects(struct config_xml *c, const struct xml *x, const struct kind *kind,
	struct config_agreement *g)
{
	struct config_expect **tail = &g->expects;

	for (const struct xml *e = config_xml_from(x->child, "expect"); e;
		e = config_xml_from(e->next, "expect")) {
		struct config_expect *expect = ARENA_NEW(&c->config->arena, struct config_expect);
		config_xml_strict(c, e, "ack within", "");
		if (config_xml_choice(c, e, "ack", kind->acks, -1) >= 0)
			expect->ack = config_xml_text(c, e, "ack", true);
		if (expect->ack.n > 0 && expects(g, expect->ack))
			(void)config_xml_fault(
				c, e, "'" STR_FMT "' is expected twice", STR_ARG(expect->ack));
		if (!xml_has(e, "within"))
			(void)config_xml_fault(
				c, e, "<expect> must have the attribute 'within', such as 24h");
		expect->within = config_xml_duration(c, e, "within", 86400, 1);
		*tail = expect;
		tail = &expect->next;
	}
	if (str_is(g->accepted_at, "syntax") && !expects(g, str_c(kind->syntax)))
		config_xml_warn(c, x,
			"accepted-at=\"syntax\" without <expect ack=\"%s\" within=\"24h\"/>: nobody is "
			"told when the %s stays away",
			kind->syntax, kind->syntax_name);
	if ((expects(g, STR("ta1")) || expects(g, STR("contrl"))) && !g->ack_requested)
		config_xml_warn(c, x,
			"a %s is expected, but the envelope does not ask for one (<envelope ack=\"yes\">)",
			kind->receipt_name);
}

/* The answers that edi/ack.c understands go as deep as the syntax. Whoever waits for more would wait
 * for ever. */
static struct str read_accepted_at(struct config_xml *c, const struct xml *x)
{
	static const char *const accepted[] = {"syntax", "sent"};
	const struct str s = xml_attr(x, "accepted-at");

	if (!str_is(s, "application") && !str_is(s, "load"))
		return str_c(accepted[config_xml_choice(c, x, "accepted-at", "syntax sent", 0)]);
	(void)config_xml_fault(c, x,
		"accepted-at=\"" STR_FMT "\": no acknowledgment of that depth is understood yet; "
		"must be syntax (the 997) or sent",
		STR_ARG(s));
	return STR("syntax");
}

static void read_answers(struct config_xml *c, const struct xml *x, const struct kind *kind,
	struct config_agreement *g)
{
	g->accepted_at = read_accepted_at(c, x);
	read_expects(c, x, kind, g);
}

/* Nothing that a partner could send back speaks of such a file. */
static void read_no_answers(struct config_xml *c, const struct xml *x, const struct kind *kind,
	struct config_agreement *g)
{
	const struct str s = xml_attr(x, "accepted-at");

	g->accepted_at = STR("sent");
	if (s.n > 0 && !str_is(s, "sent"))
		(void)config_xml_fault(c, x,
			"accepted-at=\"" STR_FMT
			"\": no acknowledgment speaks of a file of format %s, so its items are accepted "
			"when it is delivered; leave it out, or write accepted-at=\"sent\"",
			STR_ARG(str_sub(s, 0, 100)), kind->format);
	for (const struct xml *e = config_xml_from(x->child, "expect"); e;
		e = config_xml_from(e->next, "expect"))
		(void)config_xml_fault(c, e,
			"no acknowledgment speaks of a file of format %s: leave <expect> out",
			kind->format);
}

/* ---- the agreement -------------------------------------------------------------------------- */

static bool upper_or_digit(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!str_is_digit(s.p[i]) && !(s.p[i] >= 'A' && s.p[i] <= 'Z'))
			return false;
	return true;
}

static void check_type(struct config_xml *c, const struct xml *x, const struct config_agreement *g)
{
	if (g->message.n > 0 && (g->message.n > 6 || !upper_or_digit(g->message)))
		(void)config_xml_fault(c, x,
			"message=\"" STR_FMT "\" must be a message type such as 832",
			STR_ARG(str_sub(g->message, 0, 100)));
}

static void read_x12_version(struct config_xml *c, const struct xml *x, struct config_agreement *g)
{
	g->version = config_xml_text(c, x, "version", true);
	check_type(c, x, g);
	if (g->version.n > 0 &&
		(g->version.n < 6 || g->version.n > 12 || !upper_or_digit(g->version)))
		(void)config_xml_fault(c, x,
			"version=\"" STR_FMT
			"\" must be 6 to 12 digits and capital letters such as 004010 (GS08)",
			STR_ARG(str_sub(g->version, 0, 100)));
}

static void read_edifact_version(
	struct config_xml *c, const struct xml *x, struct config_agreement *g)
{
	g->version = config_xml_text(c, x, "version", true);
	check_type(c, x, g);
	if (g->version.n > 0 && (g->version.n != 4 || !upper_or_digit(g->version)))
		(void)config_xml_fault(c, x,
			"version=\"" STR_FMT "\" must be a directory such as D01B (S009)",
			STR_ARG(str_sub(g->version, 0, 100)));
}

/* The message is a part of the file's name; a point would end it. */
static bool fit_for_name(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!str_is_digit(s.p[i]) && !str_is_alpha(s.p[i]) && s.p[i] != '-' &&
			s.p[i] != '_')
			return false;
	return s.n <= 35;
}

static void read_no_version(struct config_xml *c, const struct xml *x, struct config_agreement *g)
{
	if (xml_has(x, "version"))
		(void)config_xml_fault(c, x,
			"format=\"" STR_FMT "\" has no versions: leave version out",
			STR_ARG(g->format));
	if (!fit_for_name(g->message))
		(void)config_xml_fault(c, x,
			"message=\"" STR_FMT
			"\" must be a name for what is sent such as product-list: up to 35 letters, digits, - "
			"and _, which stand in the names of its files",
			STR_ARG(str_sub(g->message, 0, 100)));
}

static const struct kind kinds[] = {
	{"x12", true, read_x12_version, read_envelope, read_answers, "ta1 997", "997", "997",
		"TA1"},
	{"edifact", true, read_edifact_version, read_edifact_envelope, read_answers,
		"contrl aperak", "contrl", "CONTRL", "CONTRL"},
	{"csv", false, read_no_version, read_no_envelope, read_no_answers, "", "", "", ""},
	{"fixed", false, read_no_version, read_no_envelope, read_no_answers, "", "", "", ""},
	{"json", false, read_no_version, read_no_envelope, read_no_answers, "", "", "", ""},
	{"xml", false, read_no_version, read_no_envelope, read_no_answers, "", "", "", ""},
};

static void read_map(struct config_xml *c, const struct xml *x, struct config_agreement *g)
{
	g->map = config_xml_text(c, x, "map", true);
	if (g->map.n > 0 &&
		(!str_starts(g->map, STR("maps/")) || !str_ends(g->map, STR(".xml")) ||
			!config_xml_path_ok(g->map)))
		(void)config_xml_fault(c, x,
			"map=\"" STR_FMT "\" must be a file such as maps/acme.xml, below bundle/",
			STR_ARG(str_sub(g->map, 0, 100)));
}

/* Whose envelopes an agreement writes must be told. */
static void check_identified(
	struct config_xml *c, const struct xml *x, const struct config_agreement *g)
{
	if (g->enveloped && g->partner && g->partner->unnamed)
		(void)config_xml_fault(c, x,
			"agreement '" STR_FMT "' is of format " STR_FMT
			", whose envelopes name the partner: %s needs an <identity qualifier= id=/>",
			STR_ARG(g->name), STR_ARG(g->format), g->partner->file);
}

/* Items of a file without segments are counted; its bytes are known only when it is written. */
static void read_limits(
	struct config_xml *c, const struct xml *agreement, struct config_agreement *g)
{
	const struct xml *x = config_xml_only(c, agreement, "limits");

	if (!x)
		return;
	config_xml_strict(c, x, "items segments bytes", "");
	if (!g->enveloped && (xml_has(x, "segments") || xml_has(x, "bytes")))
		(void)config_xml_fault(c, x,
			"a file of format " STR_FMT
			" is limited by items only: leave segments and bytes out",
			STR_ARG(g->format));
	g->most_items = config_xml_number(c, x, "items", 0, 1, 1000000000);
	g->most_segments = config_xml_number(c, x, "segments", 0, 1, 1000000000);
	g->most_bytes = config_xml_number(c, x, "bytes", 0, 1000, INT64_MAX);
}

static void add_agreement(struct config_xml *c, const struct xml *x, struct config_agreement *g)
{
	struct config_agreement **tail = &c->config->agreements;
	const struct config_agreement *other = NULL;

	if (g->name.n > 0 && !table_add(&c->agreements, g->name, g)) {
		other = table_get(&c->agreements, g->name);
		(void)config_xml_fault(c, x,
			"agreement '" STR_FMT "' is there twice; the first is at %s:%u",
			STR_ARG(g->name), other->file, other->line);
	}
	while (*tail)
		tail = &(*tail)->next;
	*tail = g;
}

static void read_agreement(
	struct config_xml *c, const struct xml *x, const struct config_partner *partner)
{
	static const char *const taken[] = {"name", NULL};
	struct config_agreement *g = ARENA_NEW(&c->config->arena, struct config_agreement);
	const struct kind *kind =
		&kinds[config_xml_choice(c, x, "format", "x12 edifact csv fixed json xml", 0)];

	config_xml_strict(c, x,
		"name title format message version map source endpoint send accepted-at duplicates "
		"level",
		"envelope expect limits when set");
	g->file = c->file;
	g->line = x->line;
	g->partner = partner;
	g->name = config_xml_name(c, x, "name", true);
	g->title = config_xml_text(c, x, "title", false);
	g->format = str_c(kind->format);
	g->enveloped = kind->enveloped;
	g->message = config_xml_text(c, x, "message", true);
	kind->version(c, x, g);
	read_map(c, x, g);
	g->changes = config_xml_choice(c, x, "send", "all changes", 0) == 1;
	g->duplicates_safe = config_xml_choice(c, x, "duplicates", "hold safe", 0) == 1;
	find_source(c, x, g);
	read_level(c, x, g);
	find_endpoint(c, x, g);
	check_identified(c, x, g);
	kind->envelope(c, x, g);
	kind->answers(c, x, kind, g);
	read_limits(c, x, g);
	g->when = config_when_read(c, x);
	g->sets = config_xml_sets(c, x, taken);
	add_agreement(c, x, g);
}

void config_agreement_read(struct config_xml *c, const struct xml *x, struct str stem)
{
	const struct config_partner *partner = find_partner(c, x, stem);

	config_xml_strict(c, x, "partner", "agreement");
	for (const struct xml *g = config_xml_from(x->child, "agreement"); g;
		g = config_xml_from(g->next, "agreement"))
		read_agreement(c, g, partner);
}
