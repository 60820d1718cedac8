/* Names that people type; see subject.h. */
#include "stage/subject.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "store/ledger_interchange.h"

const char *subject_word(enum subject_kind kind)
{
	static const char *const words[SUBJECT_KINDS] = {
		[SUBJECT_INTERCHANGE] = "interchange",
		[SUBJECT_INPUT] = "input",
		[SUBJECT_RECEIVED] = "received",
		[SUBJECT_UNIT] = "unit",
		[SUBJECT_PARTNER] = "partner",
		[SUBJECT_AGREEMENT] = "agreement",
		[SUBJECT_ITEM] = "item",
	};

	return words[kind];
}

/* --- rows with numbers --- */

struct numbered {
	enum subject_kind kind;
	const char *prefix;
	const char *exists;
};

static const struct numbered numbered[] = {
	{SUBJECT_INPUT, "in-", "SELECT id FROM input WHERE id = ?1"},
	{SUBJECT_RECEIVED, "r-", "SELECT id FROM received WHERE id = ?1"},
	{SUBJECT_UNIT, "u-", "SELECT id FROM unit WHERE id = ?1"},
	{SUBJECT_UNIT, "unit ", "SELECT id FROM unit WHERE id = ?1"},
	{SUBJECT_INPUT, "input ", "SELECT id FROM input WHERE id = ?1"},
	{SUBJECT_RECEIVED, "received ", "SELECT id FROM received WHERE id = ?1"},
	{SUBJECT_INTERCHANGE, "interchange ", "SELECT id FROM interchange WHERE id = ?1"},
	{SUBJECT_INTERCHANGE, "", "SELECT id FROM interchange WHERE id = ?1"},
};

static void write_names(enum subject_kind kind, int64_t id, struct arena *a, struct subject *out)
{
	out->kind = kind;
	out->id = id;
	switch (kind) {
	case SUBJECT_INPUT:
		out->name = arena_printf(a, "in-%06" PRId64, id);
		(void)snprintf(out->event, sizeof(out->event), "input %" PRId64, id);
		break;
	case SUBJECT_RECEIVED:
		out->name = arena_printf(a, "r-%06" PRId64, id);
		(void)snprintf(out->event, sizeof(out->event), "received %" PRId64, id);
		break;
	case SUBJECT_UNIT:
		out->name = arena_printf(a, "u-%" PRId64, id);
		(void)snprintf(out->event, sizeof(out->event), "unit %" PRId64, id);
		break;
	default:
		out->name = arena_printf(a, "%06" PRId64, id);
		(void)snprintf(out->event, sizeof(out->event), "interchange %06" PRId64, id);
	}
}

/* A number behind a prefix; a file name's ending ("in-000012.zip") does not matter. 1, 0, -1. */
static int find_numbered(
	struct env *v, struct str typed, struct arena *a, struct subject *out, struct err *e)
{
	for (size_t i = 0; i < sizeof(numbered) / sizeof(numbered[0]); i++) {
		const struct str prefix = str_c(numbered[i].prefix);
		struct str rest = typed;
		struct str digits = {0};
		int64_t id = 0;
		int64_t found = 0;
		int rc = 0;
		if (!str_starts(typed, prefix))
			continue;
		rest = str_from(typed, prefix.n);
		if (prefix.n > 0 && prefix.p[prefix.n - 1] == '-')
			(void)str_split(&rest, '.', &digits);
		else
			digits = rest;
		if (!str_is_digits(digits) || !str_to_i64(digits, &id))
			continue;
		rc = db_one_int(v->ledger.db, &found, e, numbered[i].exists, "i", id);
		if (rc == 1)
			write_names(numbered[i].kind, id, a, out);
		if (rc != 0)
			return rc;
	}
	return 0;
}

/* The file of an interchange, its lineage or the items set aside beside it. 1, 0, -1. */
static int find_file(
	struct env *v, struct str typed, struct arena *a, struct subject *out, struct err *e)
{
	static const char *const ends[] = {".lineage", ".reason"};
	struct str name = typed;
	int64_t id = 0;
	int rc = 0;

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		if (str_ends(name, str_c(ends[i])))
			name.n -= strlen(ends[i]);
	}
	for (size_t i = name.n; i > 0; i--) { /* with its folder, as a shell completes it */
		if (name.p[i - 1] == '/') {
			name = str_from(name, i);
			break;
		}
	}
	rc = ledger_interchange_named(&v->ledger, name, &id, e);
	if (rc == 1)
		write_names(SUBJECT_INTERCHANGE, id, a, out);
	return rc == 0 && name.n < typed.n && name.n > 0 ? find_numbered(v, name, a, out, e) : rc;
}

/* --- names of the configuration and keys --- */

static void named(enum subject_kind kind, struct str name, struct arena *a, struct subject *out)
{
	struct buf shown;

	*out = (struct subject){.kind = kind, .name = arena_str(a, name)};
	if (kind == SUBJECT_ITEM) {
		buf_init(&shown, 1024);
		utf8_quote(&shown, name, 100);
		(void)snprintf(out->event, sizeof(out->event), "item %.110s", buf_cstr(&shown));
		buf_done(&shown);
	}
	if (kind == SUBJECT_PARTNER)
		(void)snprintf(out->event, sizeof(out->event), "partner " STR_FMT, STR_ARG(name));
	else if (kind == SUBJECT_AGREEMENT) /* waits are told of under the plain name */
		(void)snprintf(out->event, sizeof(out->event), STR_FMT, STR_ARG(name));
}

/* A partner or agreement that left the configuration may still have rows. */
static int is_named(struct env *v, enum subject_kind kind, struct str name, struct err *e)
{
	int64_t n = 0;

	if (kind == SUBJECT_PARTNER) {
		if (config_partner_find(v->config, name))
			return 1;
		return db_one_int(v->ledger.db, &n, e,
			"SELECT 1 FROM interchange WHERE partner = ?1 LIMIT 1", "s", name);
	}
	if (kind == SUBJECT_AGREEMENT) {
		if (config_agreement_find(v->config, name))
			return 1;
		return db_one_int(v->ledger.db, &n, e,
			"SELECT 1 FROM unit WHERE agreement = ?1 LIMIT 1", "s", name);
	}
	return db_one_int(v->ledger.db, &n, e,
		"SELECT 1 FROM item WHERE agreement IN (SELECT agreement FROM unit) AND key = ?1 "
		"UNION SELECT 1 FROM aside WHERE key = ?1 UNION SELECT 1 FROM feedback WHERE key = ?1 LIMIT 1",
		"s", name);
}

static int find_named(
	struct env *v, struct str name, struct arena *a, struct subject *out, struct err *e)
{
	static const enum subject_kind kinds[] = {SUBJECT_PARTNER, SUBJECT_AGREEMENT, SUBJECT_ITEM};
	const char *meanings[3];
	size_t n = 0;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const int rc = is_named(v, kinds[i], name, e);
		if (rc == -1)
			return -1;
		if (rc == 0)
			continue;
		if (n == 0)
			named(kinds[i], name, a, out);
		meanings[n++] = subject_word(kinds[i]);
	}
	if (n > 1) {
		struct buf shown;
		buf_init(&shown, 1024);
		utf8_quote(&shown, name, 200);
		(void)err_set(e, ERR_USAGE,
			"'%s' is the name of a %s and of an %s; say %s:%s or %s:%s",
			buf_cstr(&shown), meanings[0], meanings[1], meanings[0], buf_cstr(&shown),
			meanings[1], buf_cstr(&shown));
		buf_done(&shown);
		return -1;
	}
	return n == 1;
}

/* What an exporter called its file: the newest of that name. 1, 0, -1. */
static int find_delivered(
	struct env *v, struct str name, struct arena *a, struct subject *out, struct err *e)
{
	int64_t id = 0;
	const int rc = db_one_int(v->ledger.db, &id, e,
		"SELECT id FROM input WHERE name = ?1 ORDER BY id DESC LIMIT 1", "s", name);

	if (rc == 1)
		write_names(SUBJECT_INPUT, id, a, out);
	return rc;
}

/* "partner:acme": the user says what it is. 1, 0, -1. */
static int find_said(
	struct env *v, struct str typed, struct arena *a, struct subject *out, struct err *e)
{
	static const enum subject_kind kinds[] = {SUBJECT_PARTNER, SUBJECT_AGREEMENT, SUBJECT_ITEM};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const struct str word = str_c(subject_word(kinds[i]));
		int rc = 0;
		if (!str_starts(typed, word) || typed.n <= word.n || typed.p[word.n] != ':')
			continue;
		rc = is_named(v, kinds[i], str_from(typed, word.n + 1), e);
		if (rc == 1)
			named(kinds[i], str_from(typed, word.n + 1), a, out);
		return rc;
	}
	return 0;
}

/* "; did you mean 'acme'?", or "": of the partners and agreements. */
static const char *meant(const struct env *v, struct str typed, struct arena *a)
{
	const char **names = NULL;
	const char *near = NULL;
	size_t n = 0;

	for (const struct config_partner *p = v->config->partners; p; p = p->next)
		n++;
	for (const struct config_agreement *g = v->config->agreements; g; g = g->next)
		n++;
	names = arena_array(a, n + 1, sizeof(*names));
	n = 0;
	for (const struct config_partner *p = v->config->partners; p; p = p->next)
		names[n++] = p->name.p;
	for (const struct config_agreement *g = v->config->agreements; g; g = g->next)
		names[n++] = g->name.p;
	near = str_suggest(typed, names, n);
	return near ? arena_printf(a, "; did you mean '%s'?", near).p : "";
}

int subject_find(
	struct env *v, struct str typed, struct arena *a, struct subject *out, struct err *e)
{
	static int (*const ways[])(struct env *, struct str, struct arena *, struct subject *,
		struct err *) = {find_said, find_numbered, find_file, find_named, find_delivered};
	struct subject s = {0};
	struct buf shown;

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		const int rc = ways[i](v, typed, a, &s, e);
		if (rc == -1)
			return -1;
		if (rc == 1) {
			*out = s;
			return 0;
		}
	}
	buf_init(&shown, 1024);
	utf8_quote(&shown, typed, 200);
	(void)err_set(e, ERR_ABSENT,
		"'%s' is no interchange (123 or its file name), input (in-000012 or the name it came by), received file "
		"(r-000012), unit of work (u-5), partner, agreement or item's key of this environment%s",
		buf_cstr(&shown), meant(v, typed, a));
	buf_done(&shown);
	return -1;
}
