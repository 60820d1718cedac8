/*
 * Interned names: every element, column and segment name of a run is a small number, so that the
 * tree and compiled paths compare integers. Not shared between processes.
 */
#ifndef MODEL_NAMES_H
#define MODEL_NAMES_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"
#include "base/table.h"

struct names {
	struct arena arena;
	struct table table;
	struct str *text; /* by id */
	size_t n;
	size_t cap;
};

void names_init(struct names *n);
void names_done(struct names *n);
/* Makes a new one if need be, with a copy of the text; never 0. */
uint32_t names_id(struct names *n, struct str text);
uint32_t names_find(const struct names *n, struct str text); /* 0 when unknown */
/* Empty for 0 and for a number never given. */
struct str names_text(const struct names *n, uint32_t id);

#endif
