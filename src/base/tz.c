/*
 * Zone files; see tz.h. RFC 8536: a header, a block of 32-bit data for old readers that is passed over,
 * the header again, the block of 64-bit data, and a TZ string for what comes after it.
 */
#include "base/tz.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/fsx.h"
#include "base/limits.h"
#include "base/tz_rule.h"

enum { HEADER = 44, TYPE = 6, TYPES_MAX = 256, NAME_MAX_BYTES = 64, NAME_LEVELS = 3 };

struct transition {
	int64_t at;
	int32_t offset; /* from then on */
};

struct tz {
	int32_t before; /* offset before the first transition */
	const struct transition *transitions;
	size_t n;
	bool has_rule; /* behind the last; else its offset stays */
	struct tz_rule rule;
};

/* --- bytes --- */

struct header {
	char version;
	uint32_t isut, isstd, leap, times, types, chars;
};

static uint64_t big_endian(const char *p, size_t n)
{
	uint64_t v = 0;

	for (size_t i = 0; i < n; i++)
		v = v << 8 | (unsigned char)p[i];
	return v;
}

static int take(struct str *rest, uint64_t n, struct str *out, const char *what, struct err *e)
{
	if (n > rest->n)
		return err_set(e, ERR_INPUT,
			"the zone file ends within %s: %zu bytes are left, expected %llu", what,
			rest->n, (unsigned long long)n);
	*out = str_sub(*rest, 0, (size_t)n);
	*rest = str_from(*rest, (size_t)n);
	return 0;
}

static int take_header(struct str *rest, struct header *h, struct err *e)
{
	uint32_t *const counts[] = {&h->isut, &h->isstd, &h->leap, &h->times, &h->types, &h->chars};
	struct str head;

	if (!str_starts(*rest, STR("TZif")))
		return err_set(
			e, ERR_INPUT, "no zone file: it does not begin with TZif (RFC 8536)");
	if (take(rest, HEADER, &head, "its header", e) == -1)
		return -1;
	h->version = head.p[4];
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		*counts[i] = (uint32_t)big_endian(head.p + 20 + 4 * i, 4);
	if (h->version < '2' || h->version > '9')
		return err_set(e, ERR_INPUT,
			"zone file of version 1, with 32-bit times only; expected version 2 or later");
	return 0;
}

/* The length of a block whose times have so many bytes. */
static uint64_t block(const struct header *h, uint64_t time)
{
	return h->times * (time + 1) + h->types * (uint64_t)TYPE + h->chars + h->leap * (time + 4) +
		h->isstd + (uint64_t)h->isut;
}

static int check_counts(const struct header *h, struct err *e)
{
	if (h->types == 0 || h->types > TYPES_MAX)
		return err_set(e, ERR_INPUT,
			"zone file with %u kinds of local time, expected 1 to %d", h->types,
			TYPES_MAX);
	if (h->leap > 0)
		return err_set(e, ERR_INPUT,
			"zone file that counts leap seconds (right/...); expected one that counts as UTC does");
	return 0;
}

/* Offsets of the kinds of local time. */
static int take_types(struct str types, int32_t out[TYPES_MAX], struct err *e)
{
	for (size_t i = 0; i < types.n / TYPE; i++) {
		const uint32_t raw = (uint32_t)big_endian(types.p + i * TYPE, 4);
		const int64_t v = raw < UINT32_C(1) << 31 ? (int64_t)raw
							  : (int64_t)raw - (INT64_C(1) << 32);
		if (v <= -TZ_OFFSET_MAX || v >= TZ_OFFSET_MAX)
			return err_set(e, ERR_INPUT,
				"zone file with a clock %lld s from UTC, expected less than %d",
				(long long)v, TZ_OFFSET_MAX);
		out[i] = (int32_t)v;
	}
	return 0;
}

static int64_t signed_time(const char *p)
{
	const uint64_t raw = big_endian(p, 8);

	return raw <= INT64_MAX ? (int64_t)raw : -(int64_t)(UINT64_MAX - raw) - 1;
}

static int take_transitions(struct tz *z, struct str times, struct str kinds, struct str types,
	struct arena *a, struct err *e)
{
	int32_t offsets[TYPES_MAX] = {0};
	struct transition *t = arena_array(a, kinds.n + 1, sizeof(*t));

	if (take_types(types, offsets, e) == -1)
		return -1;
	for (size_t i = 0; i < kinds.n; i++) {
		const unsigned char kind = (unsigned char)kinds.p[i];
		t[i].at = signed_time(times.p + 8 * i);
		if (kind >= types.n / TYPE || (i > 0 && t[i].at <= t[i - 1].at))
			return err_set(e, ERR_INPUT,
				"zone file whose transition %zu is of no kind or not behind the one before",
				i);
		t[i].offset = offsets[kind];
	}
	z->before = offsets[0];
	z->transitions = t;
	z->n = kinds.n;
	return 0;
}

static int take_rule(struct tz *z, struct str rest, struct err *e)
{
	struct str line;

	if (rest.n < 2 || rest.p[0] != '\n' || str_chr(str_from(rest, 1), '\n') == SIZE_MAX)
		return err_set(e, ERR_INPUT, "the zone file ends within its last line");
	line = str_sub(rest, 1, str_chr(str_from(rest, 1), '\n'));
	z->has_rule = line.n > 0;
	if (z->has_rule && !tz_rule_parse(line, &z->rule))
		return err_set(e, ERR_INPUT,
			"the zone file's last line '" STR_FMT
			"' is no TZ string such as CET-1CEST,M3.5.0,M10.5.0/3",
			STR_ARG(str_sub(line, 0, 100)));
	return 0;
}

int tz_parse(struct str bytes, struct arena *a, const struct tz **out, struct err *e)
{
	struct tz *z = ARENA_NEW(a, struct tz);
	struct header h = {0};
	struct str old;
	struct str times;
	struct str kinds;
	struct str types;
	struct str others;

	if (take_header(&bytes, &h, e) == -1 ||
		take(&bytes, block(&h, 4), &old, "its 32-bit block", e) == -1 ||
		take_header(&bytes, &h, e) == -1 || check_counts(&h, e) == -1 ||
		take(&bytes, 8 * (uint64_t)h.times, &times, "its times", e) == -1 ||
		take(&bytes, h.times, &kinds, "its kinds", e) == -1 ||
		take(&bytes, TYPE * (uint64_t)h.types, &types, "its local times", e) == -1 ||
		take(&bytes, (uint64_t)h.chars + h.isstd + h.isut, &others, "its names", e) == -1 ||
		take_transitions(z, times, kinds, types, a, e) == -1 ||
		take_rule(z, bytes, e) == -1)
		return -1;
	*out = z;
	return 0;
}

/* --- files --- */

const char *tz_folder(void)
{
	const char *dir = getenv("TZDIR");

	return dir && dir[0] ? dir : "/usr/share/zoneinfo";
}

bool tz_name_ok(struct str s)
{
	struct str rest = s;
	struct str part;

	if (s.n == 0 || s.n > NAME_MAX_BYTES || s.p[s.n - 1] == '/')
		return false;
	while (str_split(&rest, '/', &part)) {
		for (size_t i = 0; i < part.n; i++) {
			const char c = part.p[i];
			if (!str_is_alpha(c) && !str_is_digit(c) && c != '_' && c != '-' &&
				c != '+')
				return false;
		}
		if (part.n == 0)
			return false;
	}
	return true;
}

static int no_zone(struct str name, struct err *e)
{
	struct err why;
	const int dir = fsx_dir(tz_folder(), &why);

	fsx_close(dir);
	if (dir == -1)
		return err_set(e, ERR_CONFIG,
			"there are no time zones in %s: install the package tzdata", tz_folder());
	return err_set(
		e, ERR_ABSENT, "zone '" STR_FMT "' is not in %s", STR_ARG(name), tz_folder());
}

int tz_load(struct str name, struct arena *a, const struct tz **out, struct err *e)
{
	const char *path = arena_printf(a, "%s/" STR_FMT, tz_folder(), STR_ARG(name)).p;
	struct buf b;
	int rc = -1;

	if (!tz_name_ok(name))
		return no_zone(name, e);
	buf_init(&b, LIMIT_ZONE_FILE);
	if (fsx_read_path(path, &b, e) == 0) /* the system's own, links and all */
		rc = tz_parse(buf_view(&b), a, out, e) == 0 ? 0 : err_wrap(e, "%s", path);
	else if (e->code == ERR_ABSENT || e->code == ERR_INPUT) /* ERR_INPUT: a folder of zones */
		rc = no_zone(name, e);
	buf_done(&b);
	return rc;
}

struct names {
	struct arena *arena;
	const char **name;
	size_t n, max;
};

static void add_folder(struct names *all, const char *path, const char *prefix, int levels)
{
	struct fsx_list list = {0};
	struct err e;
	const int dir = fsx_dir(path, &e);

	if (dir == -1 || fsx_list(dir, &list, &e) == -1)
		list.n = 0;
	for (size_t i = 0; i < list.n; i++) {
		struct stat st;
		/* posix/ and right/ hold all once more. */
		if (!tz_name_ok(str_c(list.names[i])) || list.names[i][0] < 'A' ||
			list.names[i][0] > 'Z' || fsx_stat(dir, list.names[i], &st, &e) != 1)
			continue;
		const char *name = arena_printf(all->arena, "%s%s", prefix, list.names[i]).p;
		if (!S_ISDIR(st.st_mode) && all->n < all->max)
			all->name[all->n++] = name;
		else if (S_ISDIR(st.st_mode) && levels > 1)
			add_folder(all, arena_printf(all->arena, "%s/%s", path, list.names[i]).p,
				arena_printf(all->arena, "%s/", name).p, levels - 1);
	}
	fsx_list_done(&list);
	fsx_close(dir);
}

void tz_names(struct arena *a, const char ***names, size_t *n)
{
	struct names all = {.arena = a, .max = LIMIT_ZONES};

	all.name = arena_array(a, all.max, sizeof(*all.name));
	add_folder(&all, tz_folder(), "", NAME_LEVELS);
	*names = all.name;
	*n = all.n;
}

/* --- what the clock does --- */

/* The offset at that instant, and an instant behind it up to which it holds. */
static int32_t span(const struct tz *z, int64_t at, int64_t *until)
{
	size_t low = 0;
	size_t high = z->n;

	while (low < high) { /* the first transition behind at */
		const size_t middle = low + (high - low) / 2;
		if (z->transitions[middle].at <= at)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == z->n && z->has_rule)
		return tz_rule_offset(&z->rule, at, until);
	*until = low < z->n ? z->transitions[low].at : INT64_MAX;
	return low > 0 ? z->transitions[low - 1].offset : z->before;
}

int32_t tz_offset(const struct tz *z, int64_t at)
{
	int64_t until = 0;

	return span(z, at, &until);
}

int64_t tz_instant(const struct tz *z, int64_t local)
{
	int64_t at = local - TZ_OFFSET_MAX; /* no clock shows local already */
	int64_t until = at;

	for (;;) {
		const int64_t here = local - span(z, at, &until);
		if (here < at) /* the clock was set forward over it */
			return at;
		if (here < until)
			return here;
		at = until;
	}
}
