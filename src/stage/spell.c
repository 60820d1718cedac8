/* Other spellings by agreement; see spell.h. */
#include "stage/spell.h"

#include "map/translit.h"

bool spell_needed(const struct target_envelope *v)
{
	return v->characters != TARGET_REJECT && !str_is(v->repertoire, "utf8");
}

static enum translit_target target_of(struct str repertoire)
{
	if (str_is(repertoire, "basic"))
		return TRANSLIT_X12_BASIC;
	return str_is(repertoire, "latin1") ? TRANSLIT_LATIN1 : TRANSLIT_ASCII;
}

static bool is_plain(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] >= 0x80)
			return false;
	return true;
}

bool spell_text(
	const struct target_envelope *v, struct str *text, struct finding *f, struct arena *a)
{
	const enum translit_target t = target_of(v->repertoire);
	const struct str with = v->characters == TARGET_REPLACE ? STR("?") : (struct str){NULL, 0};
	struct translit_told told;

	if (t != TRANSLIT_X12_BASIC && is_plain(*text))
		return false;
	*text = translit_text(*text, t, with, &told, a);
	if (told.n == 0)
		return false;
	f->code = told.replaced ? STR("VALUE-REPLACED") : STR("VALUE-CHANGED");
	f->severity = told.replaced ? SEV_WARNING : SEV_NOTE;
	f->found = arena_str(a, (struct str){told.changed, told.n});
	f->expected = arena_printf(a, "characters of %s", translit_name(t));
	return true;
}
