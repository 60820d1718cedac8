/* Calls of functions while a map is loaded: the names and pictures among their arguments. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/tz.h"
#include "base/utf8.h"
#include "map/func.h"
#include "map/load.h"
#include "map/regex.h"
#include "map/units.h"

enum { NEAR_MAX = 64 };

static bool needs_name(const struct expr *x, const char *what, struct expr_fault *f)
{
	if (x->nargs && x->args[0]->op == EXPR_TEXT)
		return true;
	f->at = x->nargs ? x->args[0]->at : x->at;
	snprintf(f->text, sizeof(f->text), "%s() needs the name of a %s in quotes", x->func->name,
		what);
	return false;
}

static bool find_table(struct load *l, struct expr *x, struct expr_fault *f)
{
	const char *names[NEAR_MAX];
	size_t n = 0;
	const char *near = NULL;

	if (!needs_name(x, "table", f))
		return false;
	for (size_t i = 0; i < l->m->ntables; i++) {
		if (str_eq(l->m->tables[i].name, x->args[0]->text)) {
			x->slot = (uint32_t)i;
			return true;
		}
		if (n < NEAR_MAX)
			names[n++] = arena_cstr(l->scratch, l->m->tables[i].name);
	}
	near = str_suggest(x->args[0]->text, names, n);
	f->at = x->args[0]->at;
	snprintf(f->text, sizeof(f->text), "there is no <table name=\"" STR_FMT "\">%s%s%s",
		STR_ARG(x->args[0]->text), near ? "; did you mean '" : "", near ? near : "",
		near ? "'?" : "");
	return false;
}

/* The way back is named by the column of the values. */
static bool find_column(struct load *l, struct expr *x, struct expr_fault *f)
{
	const struct map_table *t = &l->m->tables[x->slot];
	const struct expr *column = x->nargs > 2 ? x->args[2] : NULL;

	if (!column || column->op != EXPR_TEXT || str_eq(column->text, t->value_column) ||
		str_eq(column->text, t->key_column))
		return true;
	f->at = column->at;
	snprintf(f->text, sizeof(f->text),
		"the table '" STR_FMT "' has the columns '" STR_FMT "' and '" STR_FMT
		"', not '" STR_FMT "'",
		STR_ARG(t->name), STR_ARG(t->key_column), STR_ARG(t->value_column),
		STR_ARG(column->text));
	return false;
}

/* What is counted: the items of the message, or of the group that this stands in. */
static bool check_scope(
	const struct load *l, const struct expr *x, uint32_t arg, struct expr_fault *f)
{
	static const char *const names[] = {"group", "message"};
	const struct expr *scope = x->nargs > arg ? x->args[arg] : NULL;
	const char *near = NULL;

	if (!scope)
		return true;
	f->at = scope->at;
	if (scope->op != EXPR_TEXT ||
		(!str_is(scope->text, names[0]) && !str_is(scope->text, names[1]))) {
		near = scope->op == EXPR_TEXT ? str_suggest(scope->text, names, 2) : NULL;
		snprintf(f->text, sizeof(f->text), "%s() counts in 'group' or in 'message'%s%s%s",
			x->func->name, near ? "; did you mean '" : "", near ? near : "",
			near ? "'?" : "");
		return false;
	}
	if (str_is(scope->text, "message") || l->groups > 0)
		return true;
	snprintf(f->text, sizeof(f->text),
		"%s(): there is no <group> around this that it could count in", x->func->name);
	return false;
}

static bool find_total(struct load *l, struct expr *x, struct expr_fault *f)
{
	struct map_named *t = NULL;

	if (!needs_name(x, "total", f) || !check_scope(l, x, 1, f))
		return false;
	x->slot = load_named(
		&l->m->totals, &l->m->ntotals, &l->totals_cap, x->args[0]->text, l->at->line);
	t = &l->m->totals[x->slot];
	if (t->line && !t->column)
		load_place(l, l->at, l->attr, x->args[0]->at, &t->line, &t->column);
	return true;
}

static bool find_pattern(struct load *l, struct expr *x, struct expr_fault *f)
{
	struct regex *r = NULL;
	char why[160];

	f->at = x->args[1]->at;
	if (x->args[1]->op != EXPR_TEXT) {
		snprintf(f->text, sizeof(f->text), "%s() needs its pattern in quotes",
			x->func->name);
		return false;
	}
	r = regex_new(x->args[1]->text, why, sizeof(why));
	if (!r) {
		snprintf(f->text, sizeof(f->text), "%s(): %s", x->func->name, why);
		return false;
	}
	if (x->nargs > 2 && x->args[2]->op == EXPR_TEXT &&
		!regex_replacement_ok(r, x->args[2]->text, why, sizeof(why))) {
		f->at = x->args[2]->at;
		snprintf(f->text, sizeof(f->text), "%s(): %s", x->func->name, why);
		regex_free(r);
		return false;
	}
	mem_grow(&l->m->patterns, &l->patterns_cap, l->m->npatterns + 1, sizeof(struct regex *));
	x->slot = (uint32_t)l->m->npatterns;
	l->m->patterns[l->m->npatterns++] = r;
	return true;
}

/* Zone files are read now: a worker that converts opens none. */
static bool find_zone(struct load *l, struct expr *x, struct expr_fault *f)
{
	const struct expr *name = x->args[1];
	const struct tz *zone = NULL;
	const char **names = NULL;
	const char *near = NULL;
	size_t n = 0;
	struct err e;

	f->at = name->at;
	if (name->op != EXPR_TEXT) {
		snprintf(f->text, sizeof(f->text),
			"to-zone() needs the name of a zone in quotes, as 'Europe/Berlin'");
		return false;
	}
	if (tz_load(name->text, &l->m->arena, &zone, &e) == -1) {
		tz_names(l->scratch, &names, &n);
		near = str_suggest(name->text, names, n);
		snprintf(f->text, sizeof(f->text), "%.120s%s%.60s%s", e.text,
			near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
		return false;
	}
	mem_grow(&l->m->zones, &l->zones_cap, l->m->nzones + 1, sizeof(*l->m->zones));
	x->slot = (uint32_t)l->m->nzones;
	l->m->zones[l->m->nzones++] = zone;
	return true;
}

/* Letters that are no part of a date would be written as they are: only T and Z may be meant so. */
static bool is_date_picture(struct str s)
{
	static const char *const parts[] = {"CC", "YY", "MM", "DD", "HH", "MI", "SS", "T", "Z"};
	bool any = false;

	while (s.n) {
		size_t i = 0;

		while (i < sizeof(parts) / sizeof(parts[0]) && !str_starts(s, str_c(parts[i])))
			i++;
		if (i < sizeof(parts) / sizeof(parts[0])) {
			any = any || parts[i][1];
			s = str_from(s, strlen(parts[i]));
		} else if (str_is_alpha(s.p[0])) {
			return false;
		} else {
			s = str_from(s, 1);
		}
	}
	return any;
}

static bool date_picture(const struct expr *x, struct expr_fault *f)
{
	const struct expr *picture = x->nargs > 1 ? x->args[1] : NULL;

	if (!picture || picture->op != EXPR_TEXT || is_date_picture(picture->text))
		return true;
	f->at = picture->at;
	snprintf(f->text, sizeof(f->text),
		"'" STR_FMT "' is no picture of a date; its parts are CC YY MM DD HH MI SS",
		STR_ARG(picture->text));
	return false;
}

static bool number_picture(const struct expr *x, struct expr_fault *f)
{
	const struct expr *picture = x->args[1];
	const struct expr *mark = x->nargs > 2 ? x->args[2] : NULL;
	bool digit = false;
	bool right = true;

	for (size_t i = 0; picture->op == EXPR_TEXT && i < picture->text.n; i++) {
		digit = digit || picture->text.p[i] == '0' || picture->text.p[i] == '#';
		right = right && strchr("0#.,", picture->text.p[i]);
	}
	if (picture->op == EXPR_TEXT && (!digit || !right)) {
		f->at = picture->at;
		snprintf(f->text, sizeof(f->text),
			"'" STR_FMT "' is no picture of a number; it is made of 0 # , and .",
			STR_ARG(picture->text));
		return false;
	}
	if (!mark || mark->op != EXPR_TEXT || str_is(mark->text, ",") || str_is(mark->text, "."))
		return true;
	f->at = mark->at;
	snprintf(f->text, sizeof(f->text), "the decimal mark is '.' or ',', not '" STR_FMT "'",
		STR_ARG(mark->text));
	return false;
}

bool load_call_check(void *ctx, struct expr *x, struct expr_fault *f)
{
	struct load *l = ctx;
	struct str name = x->nargs ? x->args[0]->text : STR("");

	f->at = x->at;
	switch ((enum func_needs)x->func->needs) {
	case FUNC_PLAIN:
		return true;
	case FUNC_TABLE:
		return find_table(l, x, f) && find_column(l, x, f);
	case FUNC_TOTAL:
		return find_total(l, x, f);
	case FUNC_SCOPE:
		return check_scope(l, x, 0, f);
	case FUNC_COUNTER:
		if (x->nargs && !needs_name(x, "counter", f))
			return false;
		x->slot = load_named(
			&l->m->counters, &l->m->ncounters, &l->counters_cap, name, l->at->line);
		return true;
	case FUNC_LINK:
		l->m->uses_links = true;
		return true;
	case FUNC_WORKFLOW:
		l->m->uses_workflow = true;
		return true;
	case FUNC_PATTERN:
		return find_pattern(l, x, f);
	case FUNC_UNITS:
		return units_load(l, f) && units_check(l, x->args[1], f) &&
			units_check(l, x->args[2], f);
	case FUNC_ZONE:
		return find_zone(l, x, f);
	case FUNC_DATE_PICTURE:
		return date_picture(x, f);
	case FUNC_NUMBER_PICTURE:
		return number_picture(x, f);
	}
	return false;
}
