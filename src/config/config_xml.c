/* Elements and attributes of the configuration, strictly; see config_xml.h. */
#include "config/config_xml.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/fsx.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/utf8.h"

#define NAMESPACE "urn:gridspool:config:1"

enum { TEXT_MAX = 1900 };

/* ---- faults --------------------------------------------------------------------------------- */

int config_xml_fault(struct config_xml *c, const struct xml *x, const char *fmt, ...)
{
	char text[TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	if (vsnprintf(text, sizeof(text), fmt, ap) < 0)
		text[0] = '\0';
	va_end(ap);
	return faults_add(c->faults, c->file, x->line, x->column, "%s", text);
}

void config_xml_warn(struct config_xml *c, const struct xml *x, const char *fmt, ...)
{
	char text[TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	if (vsnprintf(text, sizeof(text), fmt, ap) < 0)
		text[0] = '\0';
	va_end(ap);
	faults_warn(c->faults, c->file, x->line, x->column, "%s", text);
}

/* ---- words ---------------------------------------------------------------------------------- */

/* Position of s among the words of list, or -1. */
static int among(struct str s, const char *list)
{
	struct str rest = str_c(list);
	struct str word;

	for (int i = 0; str_word(&rest, &word); i++)
		if (str_eq(word, s))
			return i;
	return -1;
}

static const char *near_word(struct config_xml *c, struct str s, const char *list)
{
	struct str rest = str_c(list);
	struct str word;
	const char *names[40];
	size_t n = 0;

	while (n < sizeof(names) / sizeof(names[0]) && str_word(&rest, &word))
		names[n++] = arena_cstr(&c->config->arena, word);
	return faults_near(c->faults, s, names, n);
}

/* "a, b or c" */
static const char *listed(struct config_xml *c, const char *list)
{
	struct str rest = str_c(list);
	struct str word;
	struct str next;
	struct str all = STR("");

	if (!str_word(&rest, &word))
		return "";
	for (all = word; str_word(&rest, &word); all = next)
		next = arena_printf(&c->config->arena, STR_FMT "%s" STR_FMT, STR_ARG(all),
			str_trim(rest).n > 0 ? ", " : " or ", STR_ARG(word));
	return arena_cstr(&c->config->arena, all);
}

/* ---- elements ------------------------------------------------------------------------------- */

static int read_bytes(struct config_xml *c, int dir, const char *name, struct buf *b)
{
	struct err e;
	const int fd = fsx_open(dir, name, &e);
	int rc = 1;

	if (fd == -1 && e.code == ERR_ABSENT)
		return 0;
	if (fd == -1 || fsx_read(fd, b, &e) == -1)
		rc = faults_add(c->faults, c->file, 0, 0, "%s", e.text);
	fsx_close(fd);
	return rc;
}

int config_xml_load(struct config_xml *c, int dir, const char *name, const char *shown,
	const char *element, struct xml **root)
{
	struct buf b;
	struct err e;
	struct xml *x = NULL;
	int rc = 0;

	c->file = arena_cstr(&c->config->arena, str_c(shown));
	buf_init(&b, LIMIT_CONFIG_FILE);
	rc = read_bytes(c, dir, name, &b);
	if (rc == 1 && xml_parse(buf_view(&b), c->file, &c->config->arena, &x, &e) == -1)
		rc = faults_add_placed(c->faults, c->file, e.text);
	buf_done(&b);
	if (rc != 1)
		return rc;
	if (!str_is(x->name, element) || !str_is(x->ns, NAMESPACE))
		return config_xml_fault(c, x,
			"found <" STR_FMT "%s" STR_FMT "%s>, expected <%s xmlns=\"%s\">",
			STR_ARG(x->name), x->ns.n > 0 ? " xmlns=\"" : "", STR_ARG(x->ns),
			x->ns.n > 0 ? "\"" : "", element, NAMESPACE);
	*root = x;
	return 1;
}

const struct xml *config_xml_from(const struct xml *x, const char *name)
{
	while (x && !(str_is(x->name, name) && str_is(x->ns, NAMESPACE)))
		x = x->next;
	return x;
}

const struct xml *config_xml_only(struct config_xml *c, const struct xml *x, const char *name)
{
	const struct xml *first = config_xml_from(x->child, name);
	const struct xml *second = first ? config_xml_from(first->next, name) : NULL;

	if (second)
		(void)config_xml_fault(c, second,
			"<%s> stands twice in <" STR_FMT ">; the first is at line %u", name,
			STR_ARG(x->name), first->line);
	return first;
}

static void strict_child(
	struct config_xml *c, const struct xml *x, const struct xml *child, const char *children)
{
	if (!str_is(child->ns, NAMESPACE))
		(void)config_xml_fault(c, child, "<" STR_FMT "> is not in the namespace %s",
			STR_ARG(child->name), NAMESPACE);
	else if (among(child->name, children) == -1)
		(void)config_xml_fault(c, child,
			"<" STR_FMT "> is not known inside <" STR_FMT ">%s", STR_ARG(child->name),
			STR_ARG(x->name), near_word(c, child->name, children));
}

void config_xml_strict(
	struct config_xml *c, const struct xml *x, const char *attrs, const char *children)
{
	const struct str text = str_trim(x->text);

	for (const struct xml_attr *a = x->attrs; a; a = a->next)
		if (a->ns.n > 0)
			(void)config_xml_fault(c, x,
				"<" STR_FMT "> has no attribute '" STR_FMT
				"' of namespace " STR_FMT,
				STR_ARG(x->name), STR_ARG(a->name), STR_ARG(a->ns));
		else if (among(a->name, attrs) == -1)
			(void)config_xml_fault(c, x,
				"<" STR_FMT "> has no attribute '" STR_FMT "'%s", STR_ARG(x->name),
				STR_ARG(a->name), near_word(c, a->name, attrs));
	for (const struct xml *child = x->child; child; child = child->next)
		strict_child(c, x, child, children);
	if (text.n > 0)
		(void)config_xml_fault(c, x, "<" STR_FMT "> takes no text; found '" STR_FMT "'",
			STR_ARG(x->name), STR_ARG(str_sub(text, 0, 40)));
}

/* ---- attributes ----------------------------------------------------------------------------- */

static int wrong(struct config_xml *c, const struct xml *x, const char *attr, struct str value,
	const char *expected)
{
	return config_xml_fault(c, x, "%s=\"" STR_FMT "\" of <" STR_FMT "> must be %s", attr,
		STR_ARG(str_sub(value, 0, 100)), STR_ARG(x->name), expected);
}

static int missing(struct config_xml *c, const struct xml *x, const char *attr)
{
	return config_xml_fault(
		c, x, "<" STR_FMT "> must have the attribute '%s'", STR_ARG(x->name), attr);
}

struct str config_xml_text(struct config_xml *c, const struct xml *x, const char *attr, bool need)
{
	const struct str s = str_trim(xml_attr(x, attr));

	if (need && s.n == 0)
		(void)missing(c, x, attr);
	return s.n > 0 ? s : STR("");
}

struct str config_xml_name(struct config_xml *c, const struct xml *x, const char *attr, bool need)
{
	const struct str s = config_xml_text(c, x, attr, need);

	if (s.n > 0 && !config_name_ok(s))
		(void)wrong(c, x, attr, s,
			"a name: small letters and digits, then also . _ - (at most 64 characters)");
	return s;
}

int config_xml_choice(struct config_xml *c, const struct xml *x, const char *attr,
	const char *words, int fallback)
{
	const struct str s = xml_attr(x, attr);
	const int at = s.p ? among(s, words) : -1;

	if (at >= 0)
		return at;
	if (!s.p && fallback == -1)
		(void)config_xml_fault(c, x, "<" STR_FMT "> must have the attribute '%s': %s",
			STR_ARG(x->name), attr, listed(c, words));
	else if (s.p)
		(void)config_xml_fault(c, x, "%s=\"" STR_FMT "\" of <" STR_FMT "> must be %s%s",
			attr, STR_ARG(str_sub(s, 0, 100)), STR_ARG(x->name), listed(c, words),
			near_word(c, s, words));
	return fallback;
}

bool config_xml_yes(struct config_xml *c, const struct xml *x, const char *attr, bool fallback)
{
	return config_xml_choice(c, x, attr, "no yes", fallback ? 1 : 0) == 1;
}

uint64_t config_xml_number(struct config_xml *c, const struct xml *x, const char *attr,
	uint64_t fallback, uint64_t low, uint64_t high)
{
	const struct str s = xml_attr(x, attr);
	char expected[80];
	int64_t v = 0;

	if (!s.p)
		return fallback;
	if (str_is_digits(s) && str_to_i64(s, &v) && (uint64_t)v >= low && (uint64_t)v <= high)
		return (uint64_t)v;
	(void)snprintf(expected, sizeof(expected), "a number from %llu to %llu",
		(unsigned long long)low, (unsigned long long)high);
	(void)wrong(c, x, attr, s, expected);
	return fallback;
}

uint64_t config_xml_duration(struct config_xml *c, const struct xml *x, const char *attr,
	uint64_t fallback, uint64_t low)
{
	const struct str s = xml_attr(x, attr);
	uint64_t v = 0;

	if (!s.p)
		return fallback;
	if (!config_duration(s, &v))
		(void)wrong(c, x, attr, s, "a time such as 90s, 15m, 26h or 7d");
	else if (v < low || v > (uint64_t)3660 * 86400)
		(void)wrong(c, x, attr, s,
			low > 0 ? "from one second to ten years" : "at most ten years");
	else
		return v;
	return fallback;
}

uint64_t config_xml_bytes(
	struct config_xml *c, const struct xml *x, const char *attr, uint64_t fallback)
{
	static const char units[] = "KMGT";
	const struct str s = xml_attr(x, attr);
	struct str digits = s;
	unsigned shift = 0;
	int64_t v = 0;

	if (!s.p)
		return fallback;
	for (unsigned i = 0; s.n > 0 && i < sizeof(units) - 1; i++)
		if (s.p[s.n - 1] == units[i])
			shift = 10 * (i + 1);
	if (shift > 0)
		digits = str_sub(s, 0, s.n - 1);
	if (str_is_digits(digits) && str_to_i64(digits, &v) && v <= INT64_MAX >> shift)
		return (uint64_t)v << shift;
	(void)wrong(c, x, attr, s, "a number of bytes such as 4096, 512K, 64M or 2G");
	return fallback;
}

char config_xml_char(struct config_xml *c, const struct xml *x, const char *attr, char fallback)
{
	const struct str s = xml_attr(x, attr);

	if (!s.p)
		return fallback;
	if (s.n == 1 && (unsigned char)s.p[0] < 0x80)
		return s.p[0];
	(void)wrong(c, x, attr, s, "one ASCII character");
	return fallback;
}

void config_xml_words(
	struct config_xml *c, const struct xml *x, const char *attr, struct str **words, size_t *n)
{
	struct table seen;
	struct str rest = config_xml_text(c, x, attr, false);
	struct str word;
	size_t count = 0;

	for (struct str r = rest; str_word(&r, &word);)
		count++;
	*words = arena_array(&c->config->arena, count + 1, sizeof(**words));
	*n = 0;
	table_init(&seen);
	while (str_word(&rest, &word)) {
		if (table_add(&seen, word, c))
			(*words)[(*n)++] = word;
		else
			(void)config_xml_fault(
				c, x, "%s names '" STR_FMT "' twice", attr, STR_ARG(word));
	}
	table_done(&seen);
}

bool config_xml_path_ok(struct str path)
{
	struct str rest = path;
	struct str part;

	if (str_starts(rest, STR("/")))
		rest = str_from(rest, 1);
	if (str_ends(rest, STR("/")))
		rest = str_sub(rest, 0, rest.n - 1);
	if (path.n >= LIMIT_PATH || path.n == 0 || (rest.n == 0 && path.n > 1))
		return false;
	while (str_split(&rest, '/', &part))
		if (part.n == 0 || part.n > LIMIT_NAME || str_is(part, ".") || str_is(part, ".."))
			return false;
	return true;
}

enum usage config_xml_usage(struct config_xml *c, const struct xml *x, const char *what)
{
	static const char *const names[] = {"", "test", "production"};
	const int at = config_xml_choice(c, x, "usage", "test production", -1);
	const enum usage usage = at == 0 ? USAGE_TEST : at == 1 ? USAGE_PRODUCTION : USAGE_NONE;

	if (usage != USAGE_NONE && c->config->usage != USAGE_NONE && usage != c->config->usage)
		(void)config_xml_fault(c, x,
			"%s is marked %s, this environment is %s; neither may use the other", what,
			names[usage], names[c->config->usage]);
	return usage;
}

/* ---- parts ---------------------------------------------------------------------------------- */

/* What may stand in an envelope's identity: printable ASCII. */
static bool printable(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < 0x20 || (unsigned char)s.p[i] > 0x7e)
			return false;
	return true;
}

static bool letters_and_digits(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!str_is_digit(s.p[i]) && !(s.p[i] >= 'A' && s.p[i] <= 'Z'))
			return false;
	return true;
}

void config_xml_identity(struct config_xml *c, const struct xml *x, struct config_identity *out)
{
	config_xml_strict(c, x, "qualifier id group internal", "");
	out->qualifier = config_xml_text(c, x, "qualifier", false);
	out->id = config_xml_text(c, x, "id", true);
	out->group = config_xml_text(c, x, "group", false);
	out->internal = config_xml_text(c, x, "internal", false);
	if (out->qualifier.n > 4 || !letters_and_digits(out->qualifier))
		(void)wrong(c, x, "qualifier", out->qualifier,
			"capital letters or digits: two (ISA05), or up to four (0007)");
	if (out->id.n > 35 || !printable(out->id))
		(void)wrong(c, x, "id", out->id,
			"printable ASCII characters: up to 15 (ISA06), or up to 35 (0004)");
	if (out->group.n > 35 || !printable(out->group))
		(void)wrong(c, x, "group", out->group,
			"printable ASCII characters: 2 to 15 (GS02), or up to 35 (0040)");
	if (out->internal.n > 35 || !printable(out->internal))
		(void)wrong(c, x, "internal", out->internal,
			"up to 35 printable ASCII characters (0008, 0014)");
	if (out->group.n == 0)
		out->group = out->id;
}

static bool set_name_ok(struct str s)
{
	if (s.n == 0 || s.n > 64 || !(str_is_alpha(s.p[0]) || s.p[0] == '_'))
		return false;
	for (size_t i = 1; i < s.n; i++)
		if (!str_is_alpha(s.p[i]) && !str_is_digit(s.p[i]) && s.p[i] != '_' &&
			s.p[i] != '-')
			return false;
	return true;
}

static void check_set(struct config_xml *c, const struct xml *x, const struct config_set *s,
	const struct config_set *earlier, const char *const *taken)
{
	if (s->name.n > 0 && !set_name_ok(s->name))
		(void)wrong(c, x, "name", s->name, "a letter, then letters, digits, _ and -");
	for (; *taken; taken++)
		if (str_is(s->name, *taken))
			(void)config_xml_fault(c, x,
				"'" STR_FMT "' is set by the program; take another name",
				STR_ARG(s->name));
	for (; earlier; earlier = earlier->next)
		if (s->name.n > 0 && str_eq(earlier->name, s->name))
			(void)config_xml_fault(c, x,
				"'" STR_FMT "' is set twice; the first is at line %u",
				STR_ARG(s->name), earlier->line);
	if (!xml_has(x, "value"))
		(void)missing(c, x, "value");
}

struct config_set *config_xml_sets(
	struct config_xml *c, const struct xml *x, const char *const *taken)
{
	struct config_set *first = NULL;
	struct config_set **tail = &first;

	for (const struct xml *s = config_xml_from(x->child, "set"); s;
		s = config_xml_from(s->next, "set")) {
		struct config_set *set = ARENA_NEW(&c->config->arena, struct config_set);
		config_xml_strict(c, s, "name value", "");
		set->name = config_xml_text(c, s, "name", true);
		set->value = xml_attr(s, "value");
		set->line = s->line;
		check_set(c, s, set, first, taken);
		*tail = set;
		tail = &set->next;
	}
	return first;
}

const char *config_xml_who(struct config_xml *c, const struct config_identity *id)
{
	return arena_printf(
		&c->config->arena, STR_FMT ":" STR_FMT, STR_ARG(id->qualifier), STR_ARG(id->id))
		.p;
}
