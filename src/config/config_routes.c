/* bundle/routes.xml: the sources, and which agreement takes from which. */
#include "config/config_parts.h"

enum { PAIR_SECONDS = 3600 };

#define ENCODINGS "utf-8 iso-8859-1 windows-1252"
#define CSV_ATTRS "separator quote decimal header empty columns numbers"

/* ---- sources -------------------------------------------------------------------------------- */

static void read_ready(struct config_xml *c, const struct xml *x, struct config_source *s)
{
	const struct str text = xml_attr(x, "ready");
	uint64_t seconds = 0;

	s->ready = READY_RENAMED;
	if (str_starts(text, STR("stable:"))) {
		s->ready = READY_STABLE;
		if (config_duration(str_from(text, 7), &seconds) && seconds >= 1 &&
			seconds <= 86400)
			s->stable_seconds = (uint32_t)seconds;
		else
			(void)config_xml_fault(c, x,
				"ready=\"" STR_FMT
				"\" must have a time from 1s to 1d behind 'stable:', such as stable:30s",
				STR_ARG(str_sub(text, 0, 60)));
		return;
	}
	if (str_is(text, "stable")) {
		(void)config_xml_fault(
			c, x, "ready=\"stable\" must say how long, such as stable:30s");
		return;
	}
	switch (config_xml_choice(c, x, "ready", "renamed marker manifest stable:30s", 0)) {
	case 1:
		s->ready = READY_MARKER;
		break;
	case 2:
		s->ready = READY_MANIFEST;
		break;
	default:
		break;
	}
}

static void read_tree(struct config_xml *c, const struct xml *x, struct config_source *s)
{
	s->tree = config_xml_choice(c, x, "shape", "file tree", 0) == 1;
	s->items_below = config_xml_text(c, x, "items", false);
	if (s->items_below.n > 0 && !s->tree)
		(void)config_xml_fault(c, x, "'items' needs shape=\"tree\"");
	else if (s->items_below.n > 0 &&
		(s->items_below.p[0] == '/' || !config_xml_path_ok(s->items_below)))
		(void)config_xml_fault(c, x,
			"items=\"" STR_FMT "\" must be a folder inside the tree, such as content/",
			STR_ARG(str_sub(s->items_below, 0, 100)));
	else if (s->items_below.n > 0 && !str_ends(s->items_below, STR("/")))
		s->items_below = arena_printf(
			&c->config->arena, STR_FMT "/", STR_ARG(s->items_below));
	if (s->tree && !str_is(s->format, "json"))
		(void)config_xml_fault(c, x, "shape=\"tree\" needs format=\"json\"");
}

static void check_csv_chars(
	struct config_xml *c, const struct xml *x, const struct config_source *s)
{
	const char separator = s->separator;

	if (separator == '\n' || separator == '\r' || separator == ' ' || str_is_alpha(separator) ||
		str_is_digit(separator))
		(void)config_xml_fault(
			c, x, "separator must be a character such as ; , | or a tab (&#9;)");
	if (s->quote == separator)
		(void)config_xml_fault(c, x, "separator and quote are both '%c'", separator);
	if (s->decimal != '.' && s->decimal != ',')
		(void)config_xml_fault(c, x, "decimal must be . or ,");
}

static void check_numbers(struct config_xml *c, const struct xml *x, const struct config_source *s)
{
	struct table columns;

	if (s->ncolumns == 0)
		return;
	table_init(&columns);
	for (size_t i = 0; i < s->ncolumns; i++)
		(void)table_add(&columns, s->columns[i], c);
	for (size_t i = 0; i < s->nnumbers; i++)
		if (!table_get(&columns, s->numbers[i]))
			(void)config_xml_fault(c, x,
				"numbers names '" STR_FMT "', which is not in columns%s",
				STR_ARG(s->numbers[i]),
				faults_near_key(c->faults, s->numbers[i], &columns));
	table_done(&columns);
}

static void read_csv(struct config_xml *c, const struct xml *x, struct config_source *s)
{
	struct str rest = STR(CSV_ATTRS);
	struct str attr;

	s->separator = config_xml_char(c, x, "separator", ',');
	s->quote = config_xml_char(c, x, "quote", '"');
	s->decimal = config_xml_char(c, x, "decimal", '.');
	s->no_header = !config_xml_yes(c, x, "header", true);
	s->keep_empty = config_xml_choice(c, x, "empty", "absent keep", 0) == 1;
	config_xml_words(c, x, "columns", &s->columns, &s->ncolumns);
	config_xml_words(c, x, "numbers", &s->numbers, &s->nnumbers);
	if (str_is(s->format, "csv")) {
		check_csv_chars(c, x, s);
		check_numbers(c, x, s);
		return;
	}
	while (str_split(&rest, ' ', &attr))
		if (xml_has(x, arena_cstr(&c->config->arena, attr)))
			(void)config_xml_fault(
				c, x, "'" STR_FMT "' is for format=\"csv\" only", STR_ARG(attr));
}

static void read_encoding(struct config_xml *c, const struct xml *x, struct config_source *s)
{
	static const char *const names[] = {"utf-8", "iso-8859-1", "windows-1252"};

	s->encoding = str_c(names[config_xml_choice(c, x, "encoding", ENCODINGS, 0)]);
	if (xml_has(x, "encoding") && !str_is(s->format, "csv") && !str_is(s->format, "fixed"))
		(void)config_xml_fault(c, x,
			"'encoding' is for format=\"csv\" and \"fixed\" only; the others say it "
			"themselves");
}

static void read_state(struct config_xml *c, const struct xml *x, struct config_source *s)
{
	s->complete = config_xml_yes(c, x, "complete", false);
	s->max_age = config_xml_duration(c, x, "max-age", 0, 1);
	s->stale_warns = config_xml_choice(c, x, "on-stale", "hold warn", 0) == 1;
	s->max_size = config_xml_bytes(c, x, "max-size", 0);
	if (s->complete && s->kind != SOURCE_SNAPSHOT)
		(void)config_xml_fault(c, x, "complete=\"yes\" needs kind=\"snapshot\"");
	else if (s->complete)
		config_xml_warn(c, x,
			"complete=\"yes\": deletes are not sent yet; of an item that is gone, partners "
			"keep what they accepted last");
	if (s->max_age > 0 && s->kind == SOURCE_EVENTS)
		(void)config_xml_fault(c, x, "'max-age' has no meaning with kind=\"events\"");
	if (xml_has(x, "on-stale") && s->max_age == 0)
		(void)config_xml_fault(c, x, "'on-stale' needs a 'max-age', such as 36h");
}

static struct config_source *read_source(struct config_xml *c, const struct xml *x)
{
	static const char *const formats[] = {"json", "csv", "fixed", "xml", "x12", "edifact"};
	struct config_source *s = ARENA_NEW(&c->config->arena, struct config_source);
	const struct config_source *other = NULL;
	int at = 0;

	config_xml_strict(c, x,
		"name kind shape format items ready pair-within complete max-age on-stale max-size workflow encoding " CSV_ATTRS,
		"");
	s->file = c->file;
	s->line = x->line;
	s->name = config_xml_name(c, x, "name", true);
	at = config_xml_choice(c, x, "kind", "events snapshot reference", -1);
	s->kind = at == 0 ? SOURCE_EVENTS : at == 2 ? SOURCE_REFERENCE : SOURCE_SNAPSHOT;
	at = config_xml_choice(c, x, "format", "json csv fixed xml x12 edifact", -1);
	s->format = at >= 0 ? str_c(formats[at]) : STR("");
	read_ready(c, x, s);
	if (at >= 0) {
		read_tree(c, x, s);
		read_csv(c, x, s);
		read_encoding(c, x, s);
	}
	read_state(c, x, s);
	s->workflow_from = config_xml_name(c, x, "workflow", false);
	s->pair_seconds = config_xml_duration(c, x, "pair-within", PAIR_SECONDS, 1);
	if (xml_has(x, "pair-within") && s->ready != READY_MARKER && s->ready != READY_MANIFEST)
		(void)config_xml_fault(
			c, x, "'pair-within' needs ready=\"marker\" or ready=\"manifest\"");
	if (s->name.n > 0 && !table_add(&c->sources, s->name, s)) {
		other = table_get(&c->sources, s->name);
		(void)config_xml_fault(c, x,
			"source '" STR_FMT "' is there twice; the first is at line %u",
			STR_ARG(s->name), other->line);
	}
	return s;
}

static void check_workflow(struct config_xml *c, const struct xml *x, const struct config_source *s)
{
	const struct config_source *w = table_get(&c->sources, s->workflow_from);

	if (s->workflow_from.n == 0)
		return;
	if (!w)
		(void)config_xml_fault(c, x, "workflow: source '" STR_FMT "' is not in this file%s",
			STR_ARG(s->workflow_from),
			faults_near_key(c->faults, s->workflow_from, &c->sources));
	else if (w->kind != SOURCE_REFERENCE)
		(void)config_xml_fault(c, x,
			"workflow: source '" STR_FMT "' (line %u) must have kind=\"reference\"",
			STR_ARG(s->workflow_from), w->line);
}

void config_routes_sources(struct config_xml *c, const struct xml *x)
{
	struct config_source **tail = &c->config->sources;
	const struct config_source *s = NULL;

	config_xml_strict(c, x, "", "source route");
	for (const struct xml *e = config_xml_from(x->child, "source"); e;
		e = config_xml_from(e->next, "source")) {
		*tail = read_source(c, e);
		tail = &(*tail)->next;
	}
	s = c->config->sources;
	for (const struct xml *e = config_xml_from(x->child, "source"); e;
		e = config_xml_from(e->next, "source"), s = s->next)
		check_workflow(c, e, s);
}

/* ---- routes --------------------------------------------------------------------------------- */

static void read_route(struct config_xml *c, const struct xml *x, struct config_route *r)
{
	const struct str source = config_xml_name(c, x, "source", true);
	const struct str agreement = config_xml_name(c, x, "agreement", true);

	config_xml_strict(c, x, "source agreement", "");
	r->file = c->file;
	r->line = x->line;
	r->source = table_get(&c->sources, source);
	r->agreement = table_get(&c->agreements, agreement);
	if (source.n > 0 && !r->source)
		(void)config_xml_fault(c, x, "source '" STR_FMT "' is not in this file%s",
			STR_ARG(source), faults_near_key(c->faults, source, &c->sources));
	if (agreement.n > 0 && !r->agreement && !c->agreements_broken)
		(void)config_xml_fault(c, x,
			"agreement '" STR_FMT "' is not in bundle/agreements/%s",
			STR_ARG(agreement), faults_near_key(c->faults, agreement, &c->agreements));
	if (r->source && r->agreement && r->agreement->source && r->agreement->source != r->source)
		(void)config_xml_fault(c, x,
			"source is '" STR_FMT "', that of agreement '" STR_FMT
			"' (%s:%u) is '" STR_FMT "'",
			STR_ARG(source), STR_ARG(agreement), r->agreement->file, r->agreement->line,
			STR_ARG(r->agreement->source->name));
}

void config_routes_read(struct config_xml *c, const struct xml *x)
{
	struct config_route **tail = &c->config->routes;
	const struct config_route *other = NULL;
	struct table routed;

	table_init(&routed);
	for (const struct xml *e = config_xml_from(x->child, "route"); e;
		e = config_xml_from(e->next, "route")) {
		struct config_route *r = ARENA_NEW(&c->config->arena, struct config_route);
		read_route(c, e, r);
		*tail = r;
		tail = &r->next;
		if (!r->agreement || table_add(&routed, r->agreement->name, r))
			continue;
		other = table_get(&routed, r->agreement->name);
		(void)config_xml_fault(c, e,
			"agreement '" STR_FMT "' has a route already, at line %u",
			STR_ARG(r->agreement->name), other->line);
	}
	table_done(&routed);
}
