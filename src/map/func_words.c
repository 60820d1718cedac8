/* Functions on running text: cutting, patterns, HTML, transliteration. */
#include <string.h>

#include "base/limits.h"
#include "base/utf8.h"
#include "map/compiled.h"
#include "map/func.h"
#include "map/html.h"
#include "map/regex.h"
#include "map/run.h"
#include "map/translit.h"

/* Length of the first piece of at most max characters, ended before a blank where there is one. */
static size_t piece(struct str s, size_t max)
{
	struct str head = utf8_left(s, max);
	size_t cut = head.n;

	if (head.n == s.n || str_is_blank(s.p[head.n]))
		return head.n;
	while (cut > 0 && !str_is_blank(head.p[cut - 1]))
		cut--;
	return str_trim(str_sub(head, 0, cut)).n ? cut : head.n;
}

FUNC_RUN(shorten)
{
	struct str s = str_trim(val_text(ev, &args[0]));
	size_t max = 0;

	if (!val_size(ev, &args[1], LIMIT_VALUE, &max))
		return;
	*out = val_of_text(str_trim(str_sub(s, 0, piece(s, max))));
	out->from = args[0].from;
}

FUNC_RUN(split_text)
{
	struct str s = str_trim(val_text(ev, &args[0]));
	size_t max = 0;
	size_t cap = 0;

	if (!val_size(ev, &args[1], LIMIT_VALUE, &max) || max == 0)
		return;
	while (s.n) {
		size_t n = piece(s, max);

		val_add(ev, out, &cap, val_text_node(ev, str_trim(str_sub(s, 0, n)), args[0].from));
		s = str_trim(str_from(s, n));
	}
}

static struct regex *pattern_of(struct ev *ev, const struct expr *x)
{
	return ev->run->m->patterns[x->slot];
}

/* It took as many steps as a pattern may, so there cannot be many such values in one item. */
static void undecided(struct ev *ev, const struct val *v)
{
	run_report(ev, "REGEX-LIMIT", v->from, val_text(ev, v),
		"a value that the pattern can decide on");
	(void)run_spend(ev, REGEX_STEPS);
}

FUNC_RUN(matches)
{
	int rc = regex_match(pattern_of(ev, x), val_text(ev, &args[0]));

	if (rc == -1)
		undecided(ev, &args[0]);
	*out = val_of_bool(rc == 1);
}

FUNC_RUN(replace)
{
	struct str r = {NULL, 0};

	if (regex_replace(pattern_of(ev, x), val_text(ev, &args[0]), val_text(ev, &args[2]), ev->a,
		    &r) == -1)
		undecided(ev, &args[0]);
	*out = val_of_text(r);
	out->from = args[0].from;
}

FUNC_RUN(html)
{
	bool lines = x->nargs > 1 && str_is(val_text(ev, &args[1]), "lines");

	*out = val_of_text(html_text(val_text(ev, &args[0]), lines ? '\n' : ' ', ev->a));
	out->from = args[0].from;
}

FUNC_RUN(transliterate)
{
	enum translit_target t = TRANSLIT_LATIN1;
	struct translit_told told;
	struct str s = val_text(ev, &args[0]);
	struct str with = {NULL, 0};

	if (x->nargs > 1 && !translit_target(val_text(ev, &args[1]), &t))
		run_report(ev, "TRANSLITERATE-TARGET", NULL, val_text(ev, &args[1]),
			"latin1, ascii or x12-basic");
	if (x->nargs > 2)
		with = val_text(ev, &args[2]);
	if (x->nargs > 2 && !with.p)
		with = STR("");
	*out = val_of_text(translit_text(s, t, with, &told, ev->a));
	out->from = args[0].from;
	if (told.n > 0)
		run_report(ev, told.replaced ? "VALUE-REPLACED" : "VALUE-CHANGED", args[0].from,
			arena_str(ev->a, (struct str){told.changed, told.n}),
			translit_characters(t));
}

static const struct func rows[] = {
	{"shorten", 2, 2, FUNC_PLAIN, shorten, "text, length",
		"At most so many characters, cut between words where "
		"that is possible.",
		"shorten('Large linen tablecloth', 13)", "Large linen"},
	{"split-text", 2, 2, FUNC_PLAIN, split_text, "text, length",
		"Pieces of at most so many characters, cut between "
		"words, as a list for each.",
		"join-text(split-text('one two three', 8), '/')", "one two/three"},
	{"matches", 2, 2, FUNC_PATTERN, matches, "text, 'pattern'",
		"Does the pattern (PCRE2) match somewhere in the "
		"text?",
		"matches(body/sku, '^[A-Z]{3}[0-9]{4}')", "true"},
	{"replace", 3, 3, FUNC_PATTERN, replace, "text, 'pattern', replacement",
		"Every match replaced; $1 is the first "
		"group.",
		"replace(body/sku, '^([A-Z]+)([0-9]+)', '$1 $2')", "SCA 1607-030"},
	{"html-text", 1, 2, FUNC_PLAIN, html, "text, 'lines'",
		"HTML as plain text: tags go, entities are decoded; "
		"blocks are parted by a blank, with 'lines' by line ends.",
		"html-text('<p>Silk &amp; wool</p><p>Soft</p>')", "Silk & wool Soft"},
	{"transliterate", 1, 3, FUNC_PLAIN, transliterate, "text, target, sign",
		"Typography that the target (latin1, ascii, "
		"x12-basic) lacks as plain characters. Letters stay as they are, or become the sign.",
		"transliterate('“soft” – 5 €')", "\"soft\" - 5 EUR"},
};

const struct func_family func_words_family = {rows, sizeof(rows) / sizeof(rows[0])};
