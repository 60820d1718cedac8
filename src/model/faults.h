/* All that is wrong with maps, definitions and configuration, collected, so that `check` can
 * name everything at once with file:line:column. */
#ifndef MODEL_FAULTS_H
#define MODEL_FAULTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/err.h"
#include "base/str.h"

struct table;

struct fault {
	const char *file; /* as people know it: bundle/maps/x.xml */
	uint32_t line;
	uint32_t column;
	bool warning; /* told, but nothing is stopped */
	char *text;
	struct fault *next;
};

struct faults {
	struct arena *arena; /* borrowed; texts are copied into it */
	struct fault *first;
	struct fault *last;
	size_t n;     /* errors */
	size_t again; /* of them, told before in the same words: these are not in the list */
	size_t warnings;
};

void faults_init(struct faults *f, struct arena *arena);
/* Always returns -1, so that callers may `return faults_add(...)`. */
int faults_add(struct faults *f, const char *file, uint32_t line, uint32_t column, const char *fmt,
	...) ATTR_PRINTF(5, 6);
void faults_warn(struct faults *f, const char *file, uint32_t line, uint32_t column,
	const char *fmt, ...) ATTR_PRINTF(5, 6);
/* A text of xml_parse, "FILE:LINE:COL: ..." with this file, as a fault at that place; -1. */
int faults_add_placed(struct faults *f, const char *file, const char *text);
/* For the end of a fault: "; did you mean 'X'?" with the name, or key, nearest to s, or "". */
const char *faults_near(struct faults *f, struct str s, const char *const *names, size_t n);
const char *faults_near_key(struct faults *f, struct str s, const struct table *keys);
/* The first faults as one error (ERR_CONFIG), with the number of the others. */
int faults_err(const struct faults *f, struct err *e) ATTR_CHECK;

#endif
