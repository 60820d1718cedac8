/* <when> of an agreement: <when zone="Europe/Berlin"><at time="02:00" days="mon tue"/></when>. */
#include <string.h>

#include "base/limits.h"
#include "config/config_parts.h"

enum { EVERY_DAY = 0x7f, HOUR = 3600 };

static const char *const day_names[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
enum { DAYS = sizeof(day_names) / sizeof(day_names[0]) };

/* ---- zone ----------------------------------------------------------------------------------- */

/* "; did you mean 'Europe/Berlin'?", also of "Berlin"; or "". */
static const char *zone_near(struct config_xml *c, struct str name)
{
	struct arena *a = &c->config->arena;
	const bool town = str_chr(name, '/') == SIZE_MAX;
	const char **names = NULL;
	const char **shown = NULL;
	const char *near = NULL;
	size_t n = 0;
	size_t k = 0;

	tz_names(a, &names, &n);
	shown = arena_array(a, n + 1, sizeof(*shown));
	for (size_t i = 0; i < n; i++) {
		const char *slash = strrchr(names[i], '/');
		shown[i] = town && slash ? slash + 1 : names[i];
	}
	near = str_suggest(name, shown, n);
	while (near && shown[k] != near)
		k++;
	return near ? arena_printf(a, "; did you mean '%s'?", names[k]).p : "";
}

static const struct tz *read_zone(struct config_xml *c, const struct xml *x, struct str name)
{
	const struct tz *zone = NULL;
	struct err e;

	if (name.n == 0 || tz_load(name, &c->config->arena, &zone, &e) == 0)
		return zone;
	(void)config_xml_fault(c, x, "zone=\"" STR_FMT "\": %s%s", STR_ARG(str_sub(name, 0, 100)),
		e.code == ERR_ABSENT ? "no such zone is among those of tzdata" : e.text,
		e.code == ERR_ABSENT ? zone_near(c, name) : "");
	return NULL;
}

/* ---- times ---------------------------------------------------------------------------------- */

static bool two_digits(struct str s, int64_t high, int64_t *out)
{
	return s.n == 2 && str_is_digits(s) && str_to_i64(s, out) && *out <= high;
}

static void read_time(struct config_xml *c, const struct xml *x, struct config_at *at)
{
	const struct str s = config_xml_text(c, x, "time", true);
	int64_t hour = 0;
	int64_t minute = 0;

	if (s.n == 5 && s.p[2] == ':' && two_digits(str_sub(s, 0, 2), 23, &hour) &&
		two_digits(str_from(s, 3), 59, &minute))
		at->minute = (uint16_t)(60 * hour + minute);
	else if (s.n > 0)
		(void)config_xml_fault(c, x,
			"time=\"" STR_FMT
			"\" of <at> must be a time of the day from 00:00 to 23:59%s",
			STR_ARG(str_sub(s, 0, 100)),
			str_is(s, "24:00") ? "; midnight is 00:00 of the next day" : "");
}

static void read_days(struct config_xml *c, const struct xml *x, struct config_at *at)
{
	struct str *words = NULL;
	size_t n = 0;

	config_xml_words(c, x, "days", &words, &n);
	for (size_t i = 0; i < n; i++) {
		size_t d = 0;
		while (d < DAYS && !str_is(words[i], day_names[d]))
			d++;
		if (d < DAYS)
			at->days |= (uint8_t)(1U << d);
		else
			(void)config_xml_fault(c, x,
				"days names '" STR_FMT "'; days are mon tue wed thu fri sat sun%s",
				STR_ARG(str_sub(words[i], 0, 100)),
				faults_near(c->faults, words[i], day_names, DAYS));
	}
	if (n == 0 && xml_has(x, "days"))
		(void)config_xml_fault(
			c, x, "days=\"\" of <at> names no day; without it every day is meant");
	if (at->days == 0)
		at->days = EVERY_DAY;
}

static void read_ats(struct config_xml *c, const struct xml *x, struct config_when *w)
{
	struct config_at **tail = &w->ats;
	size_t n = 0;

	for (const struct xml *a = config_xml_from(x->child, "at"); a;
		a = config_xml_from(a->next, "at")) {
		struct config_at *at = ARENA_NEW(&c->config->arena, struct config_at);
		config_xml_strict(c, a, "time days", "");
		read_time(c, a, at);
		read_days(c, a, at);
		*tail = at;
		tail = &at->next;
		if (++n == LIMIT_TIMES + 1)
			(void)config_xml_fault(
				c, a, "<when> has more than %d <at>", (int)LIMIT_TIMES);
	}
	if (!w->ats)
		(void)config_xml_fault(
			c, x, "<when> must have an <at time=\"02:00\"/>, or several");
}

/* ---- what was missed ------------------------------------------------------------------------ */

/* There is no "all": a snapshot is sent as it is now, and all events that wait are taken at once. */
static void read_catch_up(struct config_xml *c, const struct xml *x, struct config_when *w)
{
	w->catch_up = true;
	if (str_is(xml_attr(x, "catch-up"), "all"))
		(void)config_xml_fault(c, x,
			"catch-up=\"all\": what several missed times would have sent is sent once; must be one "
			"or none");
	else
		w->catch_up = config_xml_choice(c, x, "catch-up", "none one", 1) == 1;
	w->within = config_xml_duration(c, x, "within", HOUR, 1);
	if (w->catch_up && xml_has(x, "within"))
		(void)config_xml_fault(c, x,
			"'within' needs catch-up=\"none\": what is caught up may begin at any time");
}

const struct config_when *config_when_read(struct config_xml *c, const struct xml *agreement)
{
	const struct xml *x = config_xml_only(c, agreement, "when");
	struct config_when *w = NULL;

	if (!x)
		return NULL;
	w = ARENA_NEW(&c->config->arena, struct config_when);
	config_xml_strict(c, x, "zone catch-up within", "at");
	w->line = x->line;
	w->zone_name = config_xml_text(c, x, "zone", true);
	w->zone = read_zone(c, x, w->zone_name);
	read_ats(c, x, w);
	read_catch_up(c, x, w);
	return w;
}
