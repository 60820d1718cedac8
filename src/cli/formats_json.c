/* Definitions as JSON; see formats_json.h. */
#include "cli/formats_json.h"

#include "cli/formats.h"

struct str formats_json_type(const struct def_element *d, struct arena *a)
{
	static const char *const names[] = {[DEF_A] = "A",
		[DEF_AN] = "AN",
		[DEF_ID] = "ID",
		[DEF_N] = "N",
		[DEF_R] = "R",
		[DEF_DT] = "DT",
		[DEF_TM] = "TM",
		[DEF_B] = "B"};

	return d->type == DEF_N ? arena_printf(a, "N%u", d->decimals) : str_c(names[d->type]);
}

struct str formats_json_note(const struct def_note *n, struct arena *a)
{
	static const struct {
		char kind;
		const char *words;
	} kinds[] = {
		{DEF_PAIRED, "if one of these is there, all must be"},
		{DEF_REQUIRED, "at least one of these must be there"},
		{DEF_EXCLUSIVE, "at most one of these may be there"},
		{DEF_CONDITIONAL, "if the first is there, all others must be"},
		{DEF_LIST, "if the first is there, at least one other must be"},
		{DEF_ONE, "exactly one of these must be there"},
		{DEF_FIRST, "if the first is there, none of the others may be"},
	};
	struct str s = arena_printf(a, "%c", n->kind);

	for (uint8_t i = 0; i < n->n; i++)
		s = arena_printf(a, STR_FMT "%02u", STR_ARG(s), n->at[i]);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kinds[i].kind == n->kind)
			return arena_printf(a, STR_FMT ": %s", STR_ARG(s), kinds[i].words);
	return s;
}

void formats_json_element(struct json *j, const struct def_element *d, struct arena *a)
{
	json_member(j, "element", d->id);
	json_member(j, "name", d->name);
	json_member(j, "type", formats_json_type(d, a));
	json_member_int(j, "min", d->min);
	json_member_int(j, "max", d->max);
	if (!d->codes)
		return;
	json_name(j, "open");
	json_bool(j, d->codes->open);
	json_name(j, "codes");
	json_array(j);
	for (size_t i = 0; i < d->codes->n; i++) {
		json_object(j);
		json_member(j, "value", d->codes->codes[i].value);
		json_member_opt(j, "name", d->codes->codes[i].name);
		json_end(j, '}');
	}
	json_end(j, ']');
}

static void required(struct json *j, bool used, bool mandatory)
{
	json_name(j, "mandatory");
	json_bool(j, mandatory);
	if (used)
		return;
	json_name(j, "used");
	json_bool(j, false);
}

static void parts(struct json *j, const struct def_part *p, size_t n, struct arena *a)
{
	json_name(j,
		p == NULL || n == 0 || str_chr(p->ref, '-') == SIZE_MAX ? "elements"
									: "components");
	json_array(j);
	for (size_t i = 0; i < n; i++) {
		json_object(j);
		json_member(j, "ref", p[i].ref);
		required(j, p[i].used, p[i].mandatory);
		json_member_int(j, "repeat", p[i].repeat);
		if (p[i].element) {
			formats_json_element(j, p[i].element, a);
		} else {
			json_member(j, "composite", p[i].composite);
			json_member(j, "name", p[i].name);
			parts(j, p[i].parts, p[i].nparts, a);
		}
		json_end(j, '}');
	}
	json_end(j, ']');
}

void formats_json_segment(struct json *j, const struct def_segment *s, struct arena *a)
{
	json_member(j, "segment", s->tag);
	json_member(j, "name", s->name);
	parts(j, s->parts, s->nparts, a);
	json_name(j, "notes");
	json_array(j);
	for (size_t i = 0; i < s->nnotes; i++)
		json_str(j, formats_json_note(&s->notes[i], a));
	json_end(j, ']');
}

static void nodes(struct json *j, const struct def_node *n, int64_t *at)
{
	json_name(j, "nodes");
	json_array(j);
	for (; n; n = n->next) {
		json_object(j);
		json_member(j, n->loop ? "loop" : "segment", n->name);
		if (!n->loop)
			json_member_int(j, "position", ++*at);
		required(j, n->used, n->mandatory);
		json_name(j, "max");
		if (n->max)
			json_int(j, n->max);
		else
			json_null(j);
		if (n->loop)
			nodes(j, n->child, at);
		json_end(j, '}');
	}
	json_end(j, ']');
}

void formats_json_message(struct json *j, const struct def_message *m, struct arena *a)
{
	size_t n = 0;
	const struct def_segment **list = formats_segments(m, a, &n);
	int64_t at = 0;

	json_member(j, "message", m->id);
	json_member(j, "name", m->name);
	json_member_opt(j, "group", m->group);
	json_member_opt(j, "guide", m->guide);
	nodes(j, m->root->child, &at);
	json_name(j, "segments");
	json_array(j);
	for (size_t i = 0; i < n; i++) {
		json_object(j);
		formats_json_segment(j, list[i], a);
		json_end(j, '}');
	}
	json_end(j, ']');
}
