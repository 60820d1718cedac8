/*
 * Our own XML: maps, definitions, configuration, read whole through libxml2's SAX2 push parser
 * into a small tree with line and column of every element. DOCTYPE is refused, nothing is
 * fetched, namespaces are resolved. This file is the only one that knows libxml2.
 */
#ifndef MODEL_XML_H
#define MODEL_XML_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

struct xml_attr {
	struct str name;	/* local name */
	struct str ns;		/* namespace URI or "" */
	struct str value;
	bool used;		/* set by xml_attr(); xml_unused_attr finds typos */
	struct xml_attr *next;
};

struct xml {
	struct str name;	/* local name */
	struct str ns;
	struct str text;	/* all character data directly inside, joined, as it stands */
	uint32_t line;
	uint32_t column;
	struct xml_attr *attrs;
	struct xml *parent;
	struct xml *child;
	struct xml *next;
};

/* Parses bytes; file names it in messages "FILE:LINE:COL: ...". The tree lives in a.
 * -1 with ERR_CONFIG: not well-formed, DOCTYPE, not UTF-8, over LIMIT_NESTING. */
int xml_parse(struct str bytes, const char *file, struct arena *a, struct xml **root, struct err *e)
	ATTR_CHECK;
/* Value of an attribute without namespace, or a view with p == NULL when it is not there.
 * Marks it as used. */
struct str xml_attr(const struct xml *x, const char *name);
bool xml_has(const struct xml *x, const char *name);
const struct xml_attr *xml_unused_attr(const struct xml *x);	/* first that nobody asked for */
struct xml *xml_child(const struct xml *x, const char *name);	/* first child of that local name */
struct xml *xml_next(const struct xml *x, const char *name);	/* next sibling of that name */

/* Library start-up and shut-down, called once by main. */
void xml_start(void);
void xml_stop(void);

#endif
