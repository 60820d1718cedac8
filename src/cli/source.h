/*
 * Opens any file that we can read, for the commands that take files: finds out what it is, packs
 * export folders, copies what cannot be read by position (standard input, pipes).
 */
#ifndef CLI_SOURCE_H
#define CLI_SOURCE_H

#include "base/arena.h"
#include "base/err.h"
#include "format/reader.h"
#include "model/diag.h"

enum source_is {
	SOURCE_IS_EDI,	/* X12 or EDIFACT */
	SOURCE_IS_JSON, /* one object, one a line, or an array */
	SOURCE_IS_XML,
	SOURCE_IS_TREE, /* packed export tree */
	SOURCE_IS_CSV,
	SOURCE_IS_TEXT, /* CSV of one column, or of a separator that we do not guess, or none */
	SOURCE_IS_OTHER /* what says in words what it is */
};

struct source {
	int fd;
	const char *path; /* as the user named it; borrowed */
	enum source_is kind;
	const char *what; /* "JSON", "an XML document" */
	char separator;	  /* of CSV, as far as its first line tells; else 0 */
	bool folder;	  /* packed by us */
};

/* "-" is standard input. What was left out of a folder is told in d. source_close accepts a half-open one. */
int source_open(const char *path, struct source *s, struct diag *d, struct err *e) ATTR_CHECK;
void source_close(struct source *s);
/* How to read it as items: o says what the user knows, the file the rest. False: it has no items. */
bool source_spec(const struct source *s, const struct reader_spec *o, struct reader_spec *out);
/* Sets what the user says of a source: format encoding separator quote decimal numbers columns header items
 * item tolerate level.
 * Texts are copied into a. -1: ERR_USAGE. */
int source_option(struct reader_spec *o, struct str name, struct str value, struct arena *a,
	struct err *e) ATTR_CHECK;
/* "FILE[,separator=;,decimal=,,numbers=a b]": the options into o, the path as the result, NULL on a fault. */
const char *source_parse(struct str text, struct reader_spec *o, struct arena *a, struct err *e);

#endif
