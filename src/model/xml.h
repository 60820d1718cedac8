/*
 * Our own XML: maps, definitions, configuration, read whole through libxml2's SAX2 push parser
 * into a small tree with line and column of every element. DOCTYPE is refused, nothing is
 * fetched, namespaces are resolved. Encoding is UTF-8 (a BOM is allowed, a declaration must say
 * UTF-8 or US-ASCII). xml.c is the only file that knows libxml2.
 */
#ifndef MODEL_XML_H
#define MODEL_XML_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

struct xml_attr {
	struct str name;   /* local name */
	struct str ns;	   /* namespace URI or "" */
	struct str prefix; /* as written, or "" */
	struct str value;  /* references resolved, blanks normalised (XML 3.3.3) */
	bool used;	   /* set by xml_attr(): what nobody asked for is a typo */
	struct xml_attr *next;
};

/* A namespace that an element declares. */
struct xml_space {
	struct str prefix; /* "" the default one */
	struct str uri;
	struct xml_space *next;
};

struct xml {
	struct str name; /* local name */
	struct str ns;
	struct str prefix; /* as written, or "" */
	struct str text;   /* all character data directly inside, joined, as it stands */
	struct str
		before;	  /* of its parent: what of it stands between it and the element in front */
	struct str after; /* what of text stands behind its last child; "" without any */
	uint32_t line;	  /* of the '<' of its start tag, from 1 */
	uint32_t column;  /* of that '<', in bytes from the start of the line, from 1 */
	struct xml_attr *attrs;
	struct xml_space *spaces; /* that it declares, the last one first */
	struct xml *parent;
	struct xml *child;
	struct xml *next;
};

/* Parses bytes; file names it in messages "FILE:LINE:COL: ...". The tree lives in a.
 * -1 with ERR_CONFIG: not well-formed, DOCTYPE, not UTF-8, over LIMIT_NESTING or
 * LIMIT_CONFIG_FILE. */
int xml_parse(struct str bytes, const char *file, struct arena *a, struct xml **root, struct err *e)
	ATTR_CHECK;
/* Value of an attribute without namespace, or a view with p == NULL when it is not there.
 * Marks it as used. */
struct str xml_attr(const struct xml *x, const char *name);
bool xml_has(const struct xml *x, const char *name);

/* Library start-up and shut-down, called once by main: start before anything else uses libxml2,
 * because that is when it takes our allocator. */
void xml_start(void);
void xml_stop(void);

#endif
