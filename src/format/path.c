/* The path to the items of a document; see path.h. */
#include "format/path.h"

int path_parse(struct path *p, struct str text, struct err *e)
{
	struct str rest = str_starts(text, STR("/")) ? str_from(text, 1) : text;
	struct str step;

	p->n = 0;
	if (text.n == 0)
		return 0;
	while (str_split(&rest, '/', &step)) {
		if (step.n == 0)
			return err_set(e, ERR_CONFIG,
				"path '" STR_FMT "': expected names with one / between them, as in "
				"products/product",
				STR_ARG(text));
		if (p->n == PATH_STEPS)
			return err_set(e, ERR_CONFIG, "path '" STR_FMT "' has more than %d steps",
				STR_ARG(text), PATH_STEPS);
		p->steps[p->n++] = step;
	}
	return 0;
}

bool path_is(const struct path *p, size_t step, struct str name)
{
	return step < p->n && str_eq(p->steps[step], name);
}
