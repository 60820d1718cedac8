/* Other spellings by agreement; see spell.h. */
#include "stage/spell.h"

#include "map/translit.h"

bool spell_needed(const struct target *t)
{
	return t->characters != TARGET_REJECT;
}

bool spell_text(const struct target *t, struct str *text, struct finding *f, struct arena *a)
{
	const struct str with = t->characters == TARGET_REPLACE ? STR("?") : (struct str){NULL, 0};
	struct translit_told told;

	*text = translit_into(*text, t->ops->carries, t->self, with, &told, a);
	if (told.n == 0)
		return false;
	f->code = told.replaced ? STR("VALUE-REPLACED") : STR("VALUE-CHANGED");
	f->severity = told.replaced ? SEV_WARNING : SEV_NOTE;
	f->found = arena_str(a, (struct str){told.changed, told.n});
	f->expected = STR("characters that the partner's set has");
	return true;
}
