/* The table of functions: one row a family; a family's rows are in its own file. */
#include "map/func.h"

#include <stdio.h>

enum { NAMES_MAX = 128 };

static const struct func_family *const families[] = {
	&func_text_family,
	&func_words_family,
	&func_number_family,
	&func_date_family,
	&func_code_family,
	&func_structure_family,
	&func_ampliance_family,
};

enum { FAMILIES = sizeof(families) / sizeof(families[0]) };

const struct func *func_find(struct str name)
{
	for (size_t i = 0; i < FAMILIES; i++)
		for (size_t k = 0; k < families[i]->n; k++)
			if (str_is(name, families[i]->rows[k].name))
				return &families[i]->rows[k];
	return NULL;
}

const struct func_family *func_family(size_t i)
{
	return i < FAMILIES ? families[i] : NULL;
}

void func_unknown(struct str name, char *out, size_t size)
{
	const char *names[NAMES_MAX];
	size_t n = 0;
	const char *near = NULL;

	for (size_t i = 0; i < FAMILIES; i++)
		for (size_t k = 0; k < families[i]->n && n < NAMES_MAX; k++)
			names[n++] = families[i]->rows[k].name;
	near = str_suggest(name, names, n);
	snprintf(out, size, "there is no function " STR_FMT "()%s%s%s", STR_ARG(name),
		near ? "; did you mean " : "", near ? near : "", near ? "()?" : "");
}
