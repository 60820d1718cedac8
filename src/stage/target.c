/* The table of targets; see target.h. */
#include "stage/target.h"

#include <string.h>

static const struct target_ops *const kinds[] = {&target_x12_ops, &target_edifact_ops,
	&target_csv_ops, &target_fixed_ops, &target_json_ops, &target_xml_ops};

const struct target_ops *target_find(struct str format)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (str_is(format, kinds[i]->format))
			return kinds[i];
	return NULL;
}

const struct target_ops *target_of_file(struct str name)
{
	struct str ending = STR("");

	while (str_split(&name, '.', &ending))
		;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (str_is(ending, kinds[i]->ending))
			return kinds[i];
	return NULL;
}

int target_open(struct target *t, const struct target_envelope *v, const struct def_message *m,
	struct err *e)
{
	memset(t, 0, sizeof(*t));
	t->ops = target_find(m->format);
	if (!t->ops)
		return err_set(
			e, ERR_CONFIG, "nothing is written as " STR_FMT " yet", STR_ARG(m->format));
	t->characters = v->characters;
	t->self = t->ops->open(v, m, e);
	return t->self ? 0 : -1;
}

void target_close(struct target *t)
{
	if (t->ops)
		t->ops->close(t->self);
	memset(t, 0, sizeof(*t));
}
