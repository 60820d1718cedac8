/*
 * Interchanges, groups and messages of EDIFACT: references, counts, definitions (ISO 9735-1 and -2).
 * References are compared as texts.
 */
#include <stdio.h>
#include <string.h>

#include "edi/edifact_rules.h"
#include "edi/edifact_state.h"
#include "edi/finding.h"
#include "edi/text.h"

void edifact_envelope_add(const struct edifact_read *r, struct diag *d, const char *code,
	enum severity sev, uint16_t element, struct str found, const char *expected,
	const char *rule)
{
	finding_at(&r->here, d, code, sev, element, found, expected, rule);
}

static bool is_fourth(const struct edifact_read *r)
{
	return r->version == '4' || r->version == 'X';
}

static struct str service(const struct edifact_read *r)
{
	return is_fourth(r) ? STR("syntax-4") : STR("syntax-3");
}

static const struct def_segment *look_up(struct edifact_read *r, struct str version, struct str tag)
{
	struct faults f;

	if (!r->o.defs)
		return NULL;
	faults_init(&f, &r->scratch);
	return defs_segment(r->o.defs, STR("edifact"), version, tag, &f);
}

const struct def_segment *edifact_envelope_def(struct edifact_read *r, struct str tag)
{
	return look_up(r, service(r), tag);
}

const struct def_segment *edifact_envelope_known(struct edifact_read *r, struct str tag)
{
	const struct def_segment *s = look_up(r, r->ctx.set_version, tag);

	return s ? s : edifact_envelope_def(r, tag);
}

/* --- the interchange --- */

/* The repetition separator counts in version 4, unless it can be none. */
static bool repeats(const struct edifact_read *r)
{
	const struct lexer *l = &r->lex;
	const char c = l->repetition;

	return is_fourth(r) && c != 0 && !str_is_alpha(c) && !str_is_digit(c) && !str_is_blank(c) &&
		c != l->element && c != l->component && c != l->terminator && c != l->release;
}

/* Before version 4 the mark of UNA counts, else both. */
static const char *marks(const struct edifact_read *r, struct diag *d)
{
	struct finding una = r->here;

	if (is_fourth(r) || r->decimal == 0)
		return ".,";
	if (r->decimal == '.' || r->decimal == ',')
		return r->decimal == '.' ? "." : ",";
	una.segment = STR("UNA");
	una.offset = r->una_offset;
	finding_at(&una, d, "EDIFACT-DECIMAL-MARK", SEV_ERROR, 0, (struct str){&r->decimal, 1},
		". or ,", "UNA names no decimal mark; both are read as one");
	return ".,";
}

void edifact_envelope_syntax(struct edifact_read *r, const struct segment *s, struct diag *d)
{
	const struct str version = segment_get(s, 1, 2);

	r->version = version.n == 1 && strchr("124X", version.p[0]) ? version.p[0] : '3';
	if (version.n == 1 && version.p[0] >= '5' && version.p[0] <= '9')
		r->version = '4';
	r->charset = edifact_charset_find(segment_get(s, 1, 1));
	r->lacking = false;
	for (size_t i = 0x20; i < 0x7f; i++) {
		const char c = (char)i;
		r->lacks[i] = edifact_charset_lacks(r->charset, (struct str){&c, 1}) != 0;
		r->lacking = r->lacking || r->lacks[i];
	}
	r->lex.repeats = repeats(r);
	element_rules_free(r->rules);
	r->rules = edifact_rules_read(marks(r, d));
}

static uint64_t number(struct str s)
{
	int64_t v = 0;

	return str_is_digits(s) && str_to_i64(s, &v) ? (uint64_t)v : 0;
}

void edifact_envelope_interchange(struct edifact_read *r, const struct segment *s, struct diag *d)
{
	struct edi_context *c = &r->ctx;
	struct arena *a = &r->unb;
	const struct str test = segment_get(s, 11, 1);
	const char wanted[2] = {r->o.usage, 0};

	arena_reset(a);
	c->version = arena_str(a, segment_get(s, 1, 2));
	c->sender = arena_str(a, segment_get(s, 2, 1));
	c->sender_qual = arena_str(a, segment_get(s, 2, 2));
	c->receiver = arena_str(a, segment_get(s, 3, 1));
	c->receiver_qual = arena_str(a, segment_get(s, 3, 2));
	c->reference = arena_str(a, segment_get(s, 5, 1));
	c->control = number(c->reference);
	c->usage = test.n == 0 || str_is(test, "0") ? 'P' : 'T';
	c->group_code = c->group_version = c->group_reference = STR("");
	c->group_control = 0;
	r->groups = r->bare = r->sets = r->transfer = 0;
	r->mixed = r->in_group = false;
	r->lower = !r->charset || *r->charset->repertoire.lacks == 0; /* nothing to be told */
	c->interchanges++;
	seen_clear(&r->group_references);
	seen_clear(&r->set_references);
	if (r->o.usage != 0 && c->usage != r->o.usage)
		edifact_envelope_add(r, d, "EDIFACT-USAGE", SEV_ERROR, 11, test, wanted,
			"test data in production, or production data in a test");
}

/* --- groups --- */

static void mixed(struct edifact_read *r, struct diag *d)
{
	if (r->mixed || r->groups == 0 || r->bare == 0)
		return;
	r->mixed = true;
	edifact_envelope_add(r, d, "EDIFACT-MIXED", SEV_ERROR, 0, r->here.segment,
		"groups only, or messages only", "groups and messages outside of them are mixed");
}

static void unique(const struct edifact_read *r, struct seen *seen, uint16_t element,
	struct str reference, struct diag *d)
{
	if (!seen_add(seen, reference))
		edifact_envelope_add(r, d, "EDIFACT-DUPLICATE", SEV_ERROR, element, reference,
			"a reference that is new here",
			"another one before it has the same reference");
}

/* "D96A" from D and 96A: the name of a directory. */
static struct str directory(
	struct arena *a, const struct segment *s, uint16_t element, uint16_t first)
{
	return arena_printf(a, STR_FMT STR_FMT, STR_ARG(segment_get(s, element, first)),
		STR_ARG(segment_get(s, element, (uint16_t)(first + 1))));
}

void edifact_envelope_group(struct edifact_read *r, const struct segment *s, struct diag *d)
{
	struct edi_context *c = &r->ctx;
	struct arena *a = &r->ung;

	arena_reset(a);
	c->group_code = arena_str(a, segment_get(s, 1, 1));
	c->group_reference = arena_str(a, segment_get(s, 5, 1));
	c->group_control = number(c->group_reference);
	c->group_version = directory(a, s, 7, 1);
	c->groups++;
	r->groups++;
	r->sets = 0;
	r->in_group = true;
	unique(r, &r->group_references, 5, c->group_reference, d);
	seen_clear(&r->set_references);
	mixed(r, d);
}

/* --- messages --- */

/* CONTRL is a message of the syntax, not of a directory. */
static struct str version_of(struct edifact_read *r, const struct segment *s)
{
	const struct str version = segment_get(s, 2, 2);
	const struct str release = segment_get(s, 2, 3);

	if (!str_is(r->ctx.set_id, "CONTRL"))
		return directory(&r->unh, s, 2, 2);
	if (str_is(version, "4") || (str_is(version, "D") && str_is(release, "4")))
		return STR("syntax-4");
	if ((version.n == 1 && str_is_digit(version.p[0])) ||
		(str_is(version, "D") && str_is(release, "3")))
		return STR("syntax-3");
	return service(r);
}

static void find_message(struct edifact_read *r, struct diag *d)
{
	struct edi_context *c = &r->ctx;

	c->message = edi_message_find(&r->known, &r->o, "edifact", c);
	r->plan = c->message ? structure_plan_of(&r->plans, c->message) : NULL;
	if (!c->message && r->o.level >= EDI_STRUCTURE)
		edifact_envelope_add(r, d, "EDIFACT-SET-UNKNOWN", SEV_ERROR, 2, c->set_id,
			"a message that is defined in this version",
			arena_cstr(&r->scratch, r->known.why));
}

/* S010 counts messages of one matter (0068) from 1, marked C, to the one marked F. Others of them may
 * stand in another interchange, so only what cannot be is told. */
static void check_transfer(struct edifact_read *r, const struct segment *s, struct diag *d)
{
	const struct str said = segment_get(s, 4, 1);
	const struct str mark = segment_get(s, 4, 2);
	const uint64_t of = str_hash(segment_get(s, 3, 1));
	const bool first = str_is(mark, "C");
	const uint64_t wanted = first ? 1 : r->transfer + 1;
	char expected[40];

	if (said.n > 0 && number(said) != wanted &&
		(first || (r->transfer > 0 && r->transfer_of == of))) {
		(void)snprintf(expected, sizeof(expected), "%llu", (unsigned long long)wanted);
		edifact_envelope_add(r, d, "EDIFACT-TRANSFER", SEV_WARNING, 4, said, expected,
			first ? "the first transfer (C) has the number 1"
			      : "a transfer before it has not come, or came twice");
	}
	r->transfer = str_is(mark, "F") ? 0 : number(said);
	r->transfer_of = of;
}

void edifact_envelope_set(struct edifact_read *r, const struct segment *s, struct diag *d)
{
	struct edi_context *c = &r->ctx;
	struct arena *a = &r->unh;
	char expected[40];

	arena_reset(a);
	r->collision = STR("");
	c->set_control = arena_str(a, segment_get(s, 1, 1));
	c->set_id = arena_str(a, segment_get(s, 2, 1));
	c->association = arena_str(a, segment_get(s, 2, 5));
	c->set_version = version_of(r, s);
	c->segments = 1;
	c->nloops = 0;
	r->loop = 0;
	c->sets++;
	if (r->in_group)
		r->sets++;
	else
		r->bare++;
	mixed(r, d);
	check_transfer(r, s, d);
	find_message(r, d);
	unique(r, &r->set_references, 1, c->set_control, d);
	if (!r->in_group || c->group_code.n == 0 || str_eq(c->group_code, c->set_id))
		return;
	(void)snprintf(expected, sizeof(expected), "%.*s",
		(int)(c->group_code.n > 30 ? 30 : c->group_code.n), c->group_code.p);
	edifact_envelope_add(r, d, "EDIFACT-GROUP-TYPE", SEV_ERROR, 2, c->set_id, expected,
		"a group holds messages of one type, the one that UNG names");
}

void edifact_envelope_collision(struct edifact_read *r, const struct segment *s, struct diag *d)
{
	const struct str id = segment_get(s, 1, 1);
	const bool opens = str_is(s->tag, "UGH");
	char expected[80];

	if (opens && r->collision.n > 0)
		edifact_envelope_add(r, d, "EDIFACT-ENVELOPE", SEV_ERROR, 0, s->tag,
			"UGT before it", "the trailer of the part before is missing");
	if (!opens && !str_eq(id, r->collision)) {
		(void)snprintf(expected, sizeof(expected), "%.*s",
			(int)(r->collision.n > 70 ? 70 : r->collision.n), r->collision.p);
		edifact_envelope_add(r, d, "EDIFACT-REFERENCE", SEV_ERROR, 1, id,
			r->collision.n > 0 ? expected : "UGH before it",
			"UGH and UGT have different ids");
	}
	r->collision = opens ? arena_str(&r->unh, id) : STR("");
}

/* --- trailers --- */

static void check_count(const struct edifact_read *r, struct diag *d, struct str said,
	uint64_t counted, const char *what)
{
	char expected[40];
	char rule[120];

	if (str_is_digits(said) && number(said) == counted)
		return;
	(void)snprintf(expected, sizeof(expected), "%llu", (unsigned long long)counted);
	(void)snprintf(
		rule, sizeof(rule), "the trailer's number of %s is not what was counted", what);
	edifact_envelope_add(r, d, "EDIFACT-COUNT", SEV_ERROR, 1, said, expected, rule);
}

static void check_reference(
	const struct edifact_read *r, struct diag *d, struct str said, struct str header)
{
	char expected[80];

	if (str_eq(said, header))
		return;
	(void)snprintf(expected, sizeof(expected), "%.*s", (int)(header.n > 70 ? 70 : header.n),
		header.p ? header.p : "");
	if (str_eq(text_bare(said), text_bare(header)))
		edifact_envelope_add(
			r, d, "EDIFACT-REFERENCE-ZEROS", SEV_ERROR, 2, said, expected, "");
	else
		edifact_envelope_add(r, d, "EDIFACT-REFERENCE", SEV_ERROR, 2, said, expected,
			"header and trailer have different references");
}

void edifact_envelope_set_end(struct edifact_read *r, const struct segment *s, struct diag *d)
{
	if (r->collision.n > 0)
		edifact_envelope_add(r, d, "EDIFACT-ENVELOPE", SEV_ERROR, 0, s->tag,
			"UGT before it", "the trailer of the part before is missing");
	check_count(r, d, segment_get(s, 1, 1), r->ctx.segments, "segments");
	check_reference(r, d, segment_get(s, 2, 1), r->ctx.set_control);
}

static void check_empty(const struct edifact_read *r, struct diag *d, uint64_t n, const char *what)
{
	if (n == 0)
		edifact_envelope_add(r, d, "EDIFACT-EMPTY", SEV_ERROR, 0, r->here.segment,
			"at least one message", what);
}

void edifact_envelope_group_end(struct edifact_read *r, const struct segment *s, struct diag *d)
{
	check_empty(r, d, r->sets, "the group holds no message");
	check_count(r, d, segment_get(s, 1, 1), r->sets, "messages");
	check_reference(r, d, segment_get(s, 2, 1), r->ctx.group_reference);
	r->in_group = false;
}

void edifact_envelope_interchange_end(
	struct edifact_read *r, const struct segment *s, struct diag *d)
{
	const struct str said = segment_get(s, 1, 1);

	check_empty(r, d, r->groups + r->bare, "the interchange holds no message");
	/* Where groups and messages are mixed, which is told already, nobody knows what counts. */
	if (!r->mixed)
		check_count(r, d, said, r->groups > 0 ? r->groups : r->bare,
			r->groups > 0 ? "groups" : "messages");
	check_reference(r, d, segment_get(s, 2, 1), r->ctx.reference);
}
