/* Options of conversions; see conversion_args.h. */
#include "cli/conversion_args.h"

#include <string.h>

static const char *const source_names[CONVERSION_ARGS_SOURCE] = {
	"encoding", "separator", "decimal", "numbers", "items", "tolerate", "level"};

void conversion_args_init(struct conversion_args *a)
{
	memset(a, 0, sizeof(*a));
	arena_init(&a->arena);
}

void conversion_args_done(struct conversion_args *a)
{
	arena_done(&a->arena);
}

void conversion_args_options(struct conversion_args *a, struct args_option *rows)
{
	const struct args_option fixed[CONVERSION_ARGS - CONVERSION_ARGS_SOURCE] = {
		{.name = "workflow", .value = &a->o.workflow},
		{.name = "date", .value = &a->date},
		{.name = "action", .value = &a->action},
		{.name = "elements", .value = &a->elements},
		{.name = "newline", .value = &a->newline},
		{.name = "repertoire", .value = &a->repertoire},
		{.name = "characters", .value = &a->characters},
		{.name = "una", .flag = &a->o.envelope.una},
		{.name = "groups", .flag = &a->o.envelope.groups},
		{.name = "release", .value = &a->release},
		{.name = "decimal-mark", .value = &a->decimal_mark},
		{.name = "association", .value = &a->association},
		{.name = "sender", .value = &a->sender},
		{.name = "receiver", .value = &a->receiver},
	};

	memcpy(rows, fixed, sizeof(fixed));
	rows += sizeof(fixed) / sizeof(fixed[0]);
	for (size_t i = 0; i < CONVERSION_ARGS_SOURCE; i++)
		rows[i] = (struct args_option){.name = source_names[i], .value = &a->source[i]};
}

int conversion_args_join(struct conversion_args *a, const char *value, struct err *e)
{
	struct str rest = str_c(value);
	struct conversion_join *j = NULL;
	struct str name;

	if (a->o.njoins == CONVERSION_JOINS)
		return err_set(e, ERR_USAGE, "--join: more than %d", CONVERSION_JOINS);
	if (!str_split(&rest, '=', &name) || name.n == 0 || rest.n == 0)
		return err_set(e, ERR_USAGE, "--join %s: expected NAME=FILE", value);
	j = &a->o.joins[a->o.njoins++];
	j->name = name;
	j->path = source_parse(rest, &j->spec, &a->arena, e);
	return j->path ? 0 : err_wrap(e, "--join " STR_FMT, STR_ARG(name));
}

int conversion_args_set(struct conversion_args *a, const char *value, struct err *e)
{
	struct str rest = str_c(value);
	struct str name;

	if (a->o.nvars >= CONVERSION_VARS - 10)
		return err_set(e, ERR_USAGE, "--set: too many");
	if (!strchr(value, '=') || !str_split(&rest, '=', &name) ||
		str_chr(name, '/') == SIZE_MAX ||
		!(str_starts(name, STR("agreement/")) || str_starts(name, STR("partner/")) ||
			str_starts(name, STR("environment/"))))
		return err_set(e, ERR_USAGE,
			"--set %s: expected agreement/NAME=VALUE, partner/... or environment/...",
			value);
	for (size_t i = 0; i < a->o.nvars; i++)
		if (str_eq(a->o.vars[i].name, name))
			return err_set(e, ERR_USAGE,
				"--set " STR_FMT ": it is there twice, '" STR_FMT "' and '" STR_FMT
				"'; which one?",
				STR_ARG(name), STR_ARG(a->o.vars[i].value), STR_ARG(rest));
	a->o.vars[a->o.nvars++] = (struct map_var){name, rest};
	return 0;
}

static int parse_elements(struct conversion_args *a, struct err *e)
{
	struct target_envelope *v = &a->o.envelope;
	const size_t n = a->elements ? strlen(a->elements) : 0;

	if (!a->elements)
		return 0;
	if (n != 3 && n != 4)
		return err_set(e, ERR_USAGE, "--elements %s: expected three characters, or four",
			a->elements);
	v->element = a->elements[0];
	v->component = a->elements[1];
	v->terminator = a->elements[2];
	v->repetition = a->elements[3];
	return 0;
}

static int parse_party(const char *option, const char *text, struct target_party *p, struct err *e)
{
	struct str rest = str_c(text);

	if (!text)
		return 0;
	if (!strchr(text, ':') || !str_split(&rest, ':', &p->qualifier) || p->qualifier.n == 0 ||
		rest.n == 0)
		return err_set(
			e, ERR_USAGE, "%s %s: expected QUALIFIER:ID, as ZZ:ACME", option, text);
	p->id = rest;
	return 0;
}

static int parse_action(struct conversion_args *a, struct err *e)
{
	static const char *const words[] = {"add", "change", "delete"};

	a->o.action = a->action ? str_c(a->action) : STR("add");
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (str_is(a->o.action, words[i]))
			return 0;
	return err_set(e, ERR_USAGE, "--action %s: expected add, change or delete", a->action);
}

static int parse_date(struct conversion_args *a, const struct clock *clock, struct err *e)
{
	if (!a->date)
		a->o.date = date_from_unix(clock_now(clock));
	else if (!date_parse(str_c(a->date), &a->o.date))
		return err_set(e, ERR_USAGE,
			"--date %s: expected a date such as 2026-11-23 or 2026-11-23T02:00:00Z",
			a->date);
	a->o.date.has_time = true;
	return 0;
}

/* The target says what cannot be one. */
static int parse_char(const char *option, const char *text, char *out, struct err *e)
{
	if (text && strlen(text) != 1)
		return err_set(e, ERR_USAGE, "--%s %s: expected one ASCII character", option, text);
	*out = text ? text[0] : '\0';
	return 0;
}

static int parse_characters(const char *text, enum target_characters *out, struct err *e)
{
	static const char *const words[] = {[TARGET_REJECT] = "reject",
		[TARGET_TRANSLITERATE] = "transliterate",
		[TARGET_REPLACE] = "replace"};

	for (size_t i = 0; text && i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(text, words[i]) == 0) {
			*out = (enum target_characters)i;
			return 0;
		}
	}
	return text ? err_set(e, ERR_USAGE,
			      "--characters %s: expected reject, transliterate or replace", text)
		    : 0;
}

static int parse_envelope(struct conversion_args *a, struct err *e)
{
	struct target_envelope *v = &a->o.envelope;

	v->test = true;
	v->association = a->association ? str_c(a->association) : STR("");
	v->sender = (struct target_party){.qualifier = STR("ZZ"), .id = STR("SENDER")};
	v->receiver = (struct target_party){.qualifier = STR("ZZ"), .id = STR("RECEIVER")};
	v->repertoire = a->repertoire ? str_c(a->repertoire) : STR("");
	if (parse_characters(a->characters, &v->characters, e) == -1 ||
		parse_elements(a, e) == -1 ||
		parse_char("release", a->release, &v->release, e) == -1 ||
		parse_char("decimal-mark", a->decimal_mark, &v->decimal, e) == -1 ||
		parse_party("--sender", a->sender, &v->sender, e) == -1 ||
		parse_party("--receiver", a->receiver, &v->receiver, e) == -1)
		return -1;
	if (a->newline && strcmp(a->newline, "no") != 0 && strcmp(a->newline, "yes") != 0)
		return err_set(e, ERR_USAGE, "--newline %s: expected yes or no", a->newline);
	if (a->newline && strcmp(a->newline, "yes") == 0 && v->terminator == '\n')
		return err_set(e, ERR_USAGE,
			"--newline yes: each segment would end twice, its terminator is a line end");
	v->newline = v->terminator != '\n' && (!a->newline || strcmp(a->newline, "yes") == 0);
	return 0;
}

static int take_join(void *ctx, const char *value, struct err *e)
{
	return conversion_args_join(ctx, value, e);
}

static int take_set(void *ctx, const char *value, struct err *e)
{
	return conversion_args_set(ctx, value, e);
}

int conversion_args_repeated(struct conversion_args *a, int *argc, char **argv, struct err *e)
{
	if (args_each(argc, argv, "join", take_join, a, e) == -1)
		return -1;
	return args_each(argc, argv, "set", take_set, a, e);
}

int conversion_args_finish(struct conversion_args *a, const struct clock *clock, struct err *e)
{
	for (size_t i = 0; i < CONVERSION_ARGS_SOURCE; i++)
		if (a->source[i] &&
			source_option(&a->o.source, str_c(source_names[i]), str_c(a->source[i]),
				&a->arena, e) == -1)
			return err_wrap(e, "--%s", source_names[i]);
	if (parse_action(a, e) == -1 || parse_date(a, clock, e) == -1)
		return -1;
	return parse_envelope(a, e);
}
