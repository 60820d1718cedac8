/* Words of the expression language. */
#ifndef MAP_LEX_H
#define MAP_LEX_H

#include <stdint.h>

#include "base/str.h"
#include "map/expr.h"

enum lex_kind {
	LEX_END,
	LEX_NAME, /* with '-', '.', and letters beyond ASCII; '@' in front for attributes */
	LEX_VAR,  /* $name, without the sign */
	LEX_TEXT, /* without its quotes */
	LEX_NUMBER,
	LEX_SIGN /* one of ( ) [ ] , | + - * = < > / . or a pair: // .. != <= >= :: */
};

struct lex {
	struct str text;
	size_t at; /* behind the word */
	enum lex_kind kind;
	struct str word;
	uint32_t start;
};

/* Can $NAME be written with this name? */
bool lex_name_ok(struct str name);
void lex_init(struct lex *l, struct str text);
/* The next word. False with *f when the text has none there. */
bool lex_next(struct lex *l, struct expr_fault *f);
bool lex_is(const struct lex *l, const char *sign);
/* Is the word this name? Where an operator may stand: and, or, div, mod. */
bool lex_is_word(const struct lex *l, const char *word);

#endif
