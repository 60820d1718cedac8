/* Parses expressions (XPath 1.0 grammar, recursive descent with a precedence table). */
#include "map/expr.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/limits.h"
#include "map/func.h"
#include "map/lex.h"

/* Operators of one expression: evaluation goes as deep as there are in a row. */
enum { ARGS_MAX = 32, STEPS_MAX = 32, OPERATORS_MAX = 500 };

enum { UNION = 6 }; /* the level of operators that binds most */

struct parse {
	struct lex l;
	const struct expr_scope *scope;
	struct arena *a;
	struct expr_fault *f;
	int depth;
	int operators;
};

static struct expr *expression(struct parse *p, int level);
static struct expr *level_of(struct parse *p, int level);

static void *fault(struct parse *p, uint32_t at, const char *fmt, ...) ATTR_PRINTF(3, 4);
static void *fault(struct parse *p, uint32_t at, const char *fmt, ...)
{
	va_list ap;

	p->f->at = at;
	va_start(ap, fmt);
	vsnprintf(p->f->text, sizeof(p->f->text), fmt, ap);
	va_end(ap);
	return NULL;
}

static struct expr *make(struct parse *p, enum expr_op op, uint32_t at)
{
	struct expr *x = ARENA_NEW(p->a, struct expr);

	x->op = (uint8_t)op;
	x->at = at;
	return x;
}

static struct expr *with_args(struct parse *p, struct expr *x, struct expr *const *args, uint32_t n)
{
	x->args = arena_array(p->a, n ? n : 1, sizeof(*x->args));
	x->nargs = n;
	for (uint32_t i = 0; i < n; i++)
		x->args[i] = args[i];
	return x;
}

static bool expect(struct parse *p, const char *sign)
{
	if (lex_is(&p->l, sign))
		return lex_next(&p->l, p->f);
	if (p->l.kind == LEX_END)
		fault(p, p->l.start, "the expression ends where '%s' is expected", sign);
	else
		fault(p, p->l.start, "'%s' is expected here, found '" STR_FMT "'", sign,
			STR_ARG(p->l.word));
	return false;
}

/* Behind '(': arguments up to ')'. */
static bool arguments(struct parse *p, struct expr *x)
{
	struct expr *args[ARGS_MAX];
	uint32_t n = 0;

	while (!lex_is(&p->l, ")")) {
		if (n == ARGS_MAX)
			return fault(p, p->l.start, "more than %d arguments", ARGS_MAX) != NULL;
		args[n] = expression(p, 0);
		if (!args[n++])
			return false;
		if (lex_is(&p->l, ")"))
			break;
		if (!expect(p, ","))
			return false;
	}
	with_args(p, x, args, n);
	return expect(p, ")");
}

static bool check_count(struct parse *p, const struct expr *x)
{
	const struct func *fn = x->func;

	if (x->nargs >= fn->min && (fn->max == FUNC_ANY || x->nargs <= fn->max))
		return true;
	return fault(p, x->at, "%s(%s) was given %u argument%s", fn->name, fn->args, x->nargs,
		       x->nargs == 1 ? "" : "s") != NULL;
}

static struct expr *call(struct parse *p, struct str name, uint32_t at)
{
	struct expr *x = make(p, EXPR_CALL, at);

	x->text = name;
	x->func = func_find(name);
	if (!x->func) {
		func_unknown(name, p->f->text, sizeof(p->f->text));
		p->f->at = at;
		return NULL;
	}
	if (!arguments(p, x) || !check_count(p, x))
		return NULL;
	if (!p->scope->call(p->scope->ctx, x, p->f))
		return NULL;
	return x;
}

/* field('Gewicht (kg)'): a child whose name is no XML name. */
static bool field_name(struct parse *p, struct step *s)
{
	if (!lex_next(&p->l, p->f) || !expect(p, "("))
		return false;
	if (p->l.kind != LEX_TEXT || p->l.word.n == 0)
		return fault(p, p->l.start,
			       "field() needs the name in quotes: field('Gewicht (kg)')") != NULL;
	s->name = names_id(p->scope->names, p->l.word);
	return lex_next(&p->l, p->f) && expect(p, ")");
}

static bool predicates(struct parse *p, struct step *s)
{
	struct expr *preds[ARGS_MAX];
	uint32_t n = 0;

	while (lex_is(&p->l, "[")) {
		if (n == ARGS_MAX)
			return fault(p, p->l.start, "more than %d conditions at one step",
				       ARGS_MAX) != NULL;
		if (!lex_next(&p->l, p->f))
			return false;
		preds[n] = expression(p, 0);
		if (!preds[n++] || !expect(p, "]"))
			return false;
	}
	if (!n)
		return true;
	s->preds = arena_array(p->a, n, sizeof(*s->preds));
	s->npreds = n;
	for (uint32_t i = 0; i < n; i++)
		s->preds[i] = preds[i];
	return true;
}

/* "parent::" and "following-sibling::"; the word is the axis. */
static bool axis(struct parse *p, struct step *s)
{
	if (str_is(p->l.word, "parent"))
		s->axis = STEP_PARENT;
	else if (str_is(p->l.word, "following-sibling"))
		s->axis = STEP_FOLLOWING;
	else if (!str_is(p->l.word, "child"))
		return fault(p, p->l.start,
			       "the axis '" STR_FMT "::' is not there; there are .., "
			       "parent:: and following-sibling::",
			       STR_ARG(p->l.word)) != NULL;
	return lex_next(&p->l, p->f) && lex_next(&p->l, p->f);
}

static bool next_is_pair(const struct lex *l, const char *sign)
{
	struct lex ahead = *l;
	struct expr_fault ignored;

	return lex_next(&ahead, &ignored) && lex_is(&ahead, sign);
}

/* The prefix of a name, if it has one, must be that of a namespace. */
static bool prefix_known(struct parse *p)
{
	const size_t at = p->l.word.p[0] == '@';
	const size_t colon = str_chr(p->l.word, ':');
	const struct str prefix = str_sub(p->l.word, at, colon == SIZE_MAX ? 0 : colon - at);

	if (colon == SIZE_MAX || p->scope->prefix(p->scope->ctx, prefix))
		return true;
	return fault(p, p->l.start,
		       "the map declares no namespace '" STR_FMT "' (xmlns:" STR_FMT
		       "=...); a name with a colon is field('" STR_FMT "')",
		       STR_ARG(prefix), STR_ARG(prefix), STR_ARG(p->l.word)) != NULL;
}

/* The name of a step, of which before is the one that it starts from, if that has a name. */
static bool step_name(struct parse *p, uint32_t before, struct step *s)
{
	const struct str segment = before ? names_text(p->scope->names, before) : STR("");
	struct str name = p->l.word;

	if (!prefix_known(p))
		return false;
	if (!p->scope->part(p->scope->ctx, segment, &name))
		return fault(p, p->l.start,
			       "'" STR_FMT
			       "' is the number of a component: write its segment, which has "
			       "it, in front, as in PIA/C212.7140, or the designator, PIA02-1",
			       STR_ARG(name)) != NULL;
	s->name = names_id(p->scope->names, name);
	return true;
}

static bool step(struct parse *p, uint32_t before, struct step *s)
{
	if (lex_is(&p->l, ".") || lex_is(&p->l, "..")) {
		s->axis = lex_is(&p->l, ".") ? STEP_SELF : STEP_PARENT;
		return lex_next(&p->l, p->f) && predicates(p, s);
	}
	if (p->l.kind == LEX_NAME && next_is_pair(&p->l, "::") && !axis(p, s))
		return false;
	if (lex_is(&p->l, "*"))
		return lex_next(&p->l, p->f) && predicates(p, s);
	if (p->l.kind != LEX_NAME)
		return fault(p, p->l.start,
			       p->l.kind == LEX_END ? "the path ends where a name is expected"
						    : "a name is expected here") != NULL;
	if (str_is(p->l.word, "field") && next_is_pair(&p->l, "("))
		return field_name(p, s) && predicates(p, s);
	if (next_is_pair(&p->l, "("))
		return fault(p, p->l.start,
			       "a function cannot be a step of a path; write it around the path: " STR_FMT
			       "(path)",
			       STR_ARG(p->l.word)) != NULL;
	if (!step_name(p, before, s))
		return false;
	return lex_next(&p->l, p->f) && predicates(p, s);
}

/* Steps onto what is in *steps already, as long as there is '/'. first: the next word is a step. */
static bool steps(struct parse *p, struct expr *x, struct step *list, uint32_t n, bool first)
{
	bool below = false;

	for (;;) {
		if (!first) {
			below = lex_is(&p->l, "//");
			if (!below && !lex_is(&p->l, "/"))
				break;
			if (!lex_next(&p->l, p->f))
				return false;
		}
		if (n == STEPS_MAX)
			return fault(p, p->l.start, "more than %d steps", STEPS_MAX) != NULL;
		list[n] = (struct step){.axis = below ? STEP_DESCENDANT : STEP_CHILD};
		if (!step(p, n > 0 ? list[n - 1].name : 0, &list[n]))
			return false;
		if (list[n].axis != STEP_CHILD || list[n].name == 0)
			*p->scope->unnamed = true;
		if (below && list[n].axis != STEP_DESCENDANT)
			return fault(p, p->l.start, "a name must follow //") != NULL;
		n++;
		first = false;
	}
	x->steps = arena_array(p->a, n ? n : 1, sizeof(*x->steps));
	x->nsteps = n;
	for (uint32_t i = 0; i < n; i++)
		x->steps[i] = list[i];
	return true;
}

static struct expr *path(struct parse *p)
{
	struct expr *x = make(p, EXPR_PATH, p->l.start);
	struct step list[STEPS_MAX];

	if (lex_is(&p->l, "//"))
		return fault(p, p->l.start,
			"// at the beginning would search the whole source; name the way");
	if (lex_is(&p->l, "/")) {
		x->root = true;
		if (!lex_next(&p->l, p->f))
			return NULL;
		if (p->l.kind != LEX_NAME && !lex_is(&p->l, "*"))
			return x;
	}
	return steps(p, x, list, 0, true) ? x : NULL;
}

/* What stands behind a primary: conditions and further steps. */
static struct expr *filter(struct parse *p, struct expr *base)
{
	struct expr *x = NULL;
	struct step list[STEPS_MAX] = {{.axis = STEP_FILTER}};
	bool filtered = lex_is(&p->l, "[");

	if (!filtered && !lex_is(&p->l, "/") && !lex_is(&p->l, "//"))
		return base;
	x = make(p, EXPR_PATH, base->at);
	with_args(p, x, &base, 1);
	if (filtered && !predicates(p, &list[0]))
		return NULL;
	return steps(p, x, list, filtered ? 1 : 0, false) ? x : NULL;
}

static bool is_group(struct str name)
{
	static const char *const groups[] = {"run", "environment", "partner", "agreement", "kept"};

	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		if (str_is(name, groups[i]))
			return true;
	return false;
}

/* $name, or $group/name as one variable. */
static struct expr *variable(struct parse *p)
{
	struct expr *x = make(p, EXPR_VAR, p->l.start);
	struct str name = p->l.word;

	if (!lex_next(&p->l, p->f))
		return NULL;
	if (is_group(name)) {
		if (!lex_is(&p->l, "/"))
			return fault(p, x->at,
				"$" STR_FMT " is a group; name one of its values: $" STR_FMT "/...",
				STR_ARG(name), STR_ARG(name));
		if (!lex_next(&p->l, p->f))
			return NULL;
		if (p->l.kind != LEX_NAME)
			return fault(
				p, p->l.start, "a name must follow $" STR_FMT "/", STR_ARG(name));
		name = arena_printf(p->a, STR_FMT "/" STR_FMT, STR_ARG(name), STR_ARG(p->l.word));
		if (!lex_next(&p->l, p->f))
			return NULL;
	}
	x->text = name;
	if (!p->scope->var(p->scope->ctx, name, x, p->f))
		return NULL;
	return filter(p, x);
}

static struct expr *literal(struct parse *p)
{
	bool number = p->l.kind == LEX_NUMBER;
	struct expr *x = make(p, number ? EXPR_NUMBER : EXPR_TEXT, p->l.start);

	x->text = p->l.word;
	if (number && !dec_parse(x->text, '.', &x->num))
		return fault(p, x->at,
			"'" STR_FMT "' is no number of at most %d digits and %d decimals",
			STR_ARG(x->text), DEC_DIGITS, DEC_SCALE);
	return lex_next(&p->l, p->f) ? x : NULL;
}

static struct expr *primary(struct parse *p)
{
	struct expr *x = NULL;
	struct str name = p->l.word;
	uint32_t at = p->l.start;

	switch (p->l.kind) {
	case LEX_TEXT:
	case LEX_NUMBER:
		return literal(p);
	case LEX_VAR:
		return variable(p);
	case LEX_END:
		return fault(p, at, "the expression ends where a value is expected");
	case LEX_NAME:
		if (str_is(name, "field") || !next_is_pair(&p->l, "("))
			return path(p);
		if (!lex_next(&p->l, p->f) || !lex_next(&p->l, p->f))
			return NULL;
		x = call(p, name, at);
		return x ? filter(p, x) : NULL;
	case LEX_SIGN:
		break;
	}
	if (!lex_is(&p->l, "("))
		return path(p);
	if (!lex_next(&p->l, p->f))
		return NULL;
	x = expression(p, 0);
	if (!x || !expect(p, ")"))
		return NULL;
	return filter(p, x);
}

/* As in XPath, a sign stands before a whole union. */
static struct expr *unary(struct parse *p)
{
	uint32_t at = p->l.start;
	struct expr *x = NULL;
	struct expr *neg = NULL;

	if (!lex_is(&p->l, "-"))
		return level_of(p, UNION);
	if (!lex_next(&p->l, p->f))
		return NULL;
	if (++p->depth > LIMIT_EXPR_DEPTH)
		return fault(p, at, "nested more than %d deep", LIMIT_EXPR_DEPTH);
	x = unary(p);
	p->depth--;
	if (!x)
		return NULL;
	neg = make(p, EXPR_NEG, at);
	return with_args(p, neg, &x, 1);
}

static const struct {
	const char *word;
	uint8_t level;
	uint8_t op;
	bool name;
} operators[] = {
	{"or", 0, EXPR_OR, true},
	{"and", 1, EXPR_AND, true},
	{"=", 2, EXPR_EQ, false},
	{"!=", 2, EXPR_NE, false},
	{"<", 3, EXPR_LT, false},
	{"<=", 3, EXPR_LE, false},
	{">", 3, EXPR_GT, false},
	{">=", 3, EXPR_GE, false},
	{"+", 4, EXPR_ADD, false},
	{"-", 4, EXPR_SUB, false},
	{"*", 5, EXPR_MUL, false},
	{"div", 5, EXPR_DIV, true},
	{"mod", 5, EXPR_MOD, true},
	{"|", UNION, EXPR_UNION, false},
};

static int operator_at(const struct parse *p, int level)
{
	for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++)
		if (operators[i].level == level &&
			(operators[i].name ? lex_is_word(&p->l, operators[i].word)
					   : lex_is(&p->l, operators[i].word)))
			return (int)i;
	return -1;
}

static struct expr *operand(struct parse *p, int level)
{
	if (level == UNION)
		return primary(p);
	return level + 1 == UNION ? unary(p) : level_of(p, level + 1);
}

/* Operators of one level, from the left; operands are of the next level. */
static struct expr *level_of(struct parse *p, int level)
{
	struct expr *x = operand(p, level);

	for (int op = 0; x && (op = operator_at(p, level)) >= 0;) {
		struct expr *both[2] = {x, NULL};
		struct expr *made = make(p, (enum expr_op)operators[op].op, p->l.start);

		if (++p->operators > OPERATORS_MAX)
			return fault(
				p, p->l.start, "more than %d operators; use <let>", OPERATORS_MAX);
		if (!lex_next(&p->l, p->f))
			return NULL;
		both[1] = operand(p, level);
		if (!both[1])
			return NULL;
		x = with_args(p, made, both, 2);
	}
	return x;
}

static struct expr *expression(struct parse *p, int level)
{
	struct expr *x = NULL;

	if (p->depth >= LIMIT_EXPR_DEPTH)
		return fault(p, p->l.start, "nested more than %d deep", LIMIT_EXPR_DEPTH);
	p->depth++;
	x = level_of(p, level);
	p->depth--;
	return x;
}

static bool start(struct parse *p, struct str text, const struct expr_scope *s, struct arena *a,
	struct expr_fault *f)
{
	*p = (struct parse){.scope = s, .a = a, .f = f};
	*f = (struct expr_fault){0};
	lex_init(&p->l, text);
	return lex_next(&p->l, f);
}

static bool at_end(struct parse *p)
{
	if (p->l.kind == LEX_END)
		return true;
	fault(p, p->l.start, "the expression should end here, found '" STR_FMT "'",
		STR_ARG(p->l.word));
	return false;
}

struct expr *expr_parse(
	struct str text, const struct expr_scope *s, struct arena *a, struct expr_fault *f)
{
	struct parse p;
	struct expr *x = NULL;

	if (!start(&p, text, s, a, f))
		return NULL;
	x = expression(&p, 0);
	return x && at_end(&p) ? x : NULL;
}

static bool direction(struct parse *p, bool *descending)
{
	*descending = lex_is_word(&p->l, "descending");
	if (*descending || lex_is_word(&p->l, "ascending"))
		return lex_next(&p->l, p->f);
	return true;
}

bool expr_parse_list(struct str text, const struct expr_scope *s, bool order, struct expr_list *out,
	struct arena *a, struct expr_fault *f)
{
	struct parse p;
	struct expr *x[ARGS_MAX];
	bool down[ARGS_MAX] = {false};
	size_t n = 0;

	if (!start(&p, text, s, a, f))
		return false;
	for (;;) {
		x[n] = n < ARGS_MAX - 1 ? expression(&p, 0)
					: fault(&p, p.l.start, "too long a list");
		if (!x[n] || (order && !direction(&p, &down[n])))
			return false;
		n++;
		if (!lex_is(&p.l, ","))
			break;
		if (!lex_next(&p.l, f))
			return false;
	}
	out->n = n;
	out->x = arena_array(a, n, sizeof(*out->x));
	out->descending = arena_array(a, n, sizeof(*out->descending));
	for (size_t i = 0; i < n; i++) {
		out->x[i] = x[i];
		out->descending[i] = down[i];
	}
	return at_end(&p);
}
