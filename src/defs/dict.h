/*
 * Inside of defs/: how a dictionary (code lists, elements, composites, segments of one format and
 * version) and a message are kept while they are loaded and checked. Callers use defs.h.
 */
#ifndef DEFS_DICT_H
#define DEFS_DICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"
#include "base/table.h"
#include "defs/defs.h"
#include "model/faults.h"
#include "model/xml.h"

enum {
	DEFS_WORD_MAX = 64,    /* a format, version or message: names of folders and files */
	DEFS_NOTE_MAX = 8,     /* positions of one relational note: def_note.at */
	DEFS_DEPTH_MAX = 16,   /* loops in loops: edi_context.loops */
	DEFS_NODES_MAX = 4096, /* segments and loops of one message */
	DEFS_PARTS_MAX = 99,   /* positions of a segment: designators have two digits */
	DEFS_DIRS_MAX = 16
};

/* Where something was defined. */
struct def_place {
	const char *file;
	uint32_t line;
	uint32_t column;
};

/* Entries of a dictionary; the public struct comes first. */
struct dict_codes {
	struct def_codes codes;
	struct def_place at;
};

struct dict_element {
	struct def_element element;
	struct def_place at;
};

struct dict_composite {
	struct str id;
	struct str name;
	struct def_part *parts;
	size_t nparts;
	struct def_place at;
};

struct dict_segment {
	struct def_segment segment;
	struct def_place at;
	size_t stamp;		     /* of the look for ambiguity that saw it last */
	const struct def_node *seen; /* where that look saw it */
};

struct dict {
	struct str format;
	struct str version;
	struct table codes;
	struct table elements;
	struct table composites;
	struct table segments;
	bool found;    /* there is at least one file of this version */
	size_t faults; /* it cannot be used when there are any */
	struct dict *next;
};

struct dict_message {
	struct def_message message;	/* root NULL: its file has faults, and they were told */
	struct str guide;		/* path as asked for */
	const struct def_place *places; /* of each node, by index */
	const struct dict *dict;
	struct dict_message *next;
};

struct defs {
	struct arena arena;
	int dirs[DEFS_DIRS_MAX];
	const char *names[DEFS_DIRS_MAX];
	size_t ndirs;
	struct dict *dicts;
	char absent[2 *
		(DEFS_WORD_MAX + 1)]; /* format and version that were looked for last in vain */
	struct dict_message *messages;
	struct dict_message *layouts; /* see layout.h */
};

/* The dictionary of a version, loaded when it is first asked for; NULL: no folder has it. Format and
 * version are words. */
struct dict *dict_get(struct defs *d, struct str format, struct str version, struct faults *f);
/* All dictionary files of a version, from all folders: what an earlier folder defines counts. */
void dict_load(struct defs *d, struct dict *dict, struct faults *f);
/* The list in <code value= name=> and <values> inside x. */
void dict_load_codes(struct defs *d, const struct xml *x, struct str id, struct dict_codes *to,
	const char *file, struct faults *f);
/* Is it fit for the name of a file or folder of definitions? */
bool defs_word_ok(struct str s);
/* Sorts values by bytes; one that is there twice is a fault at the place of list id. */
void dict_sort_codes(struct def_code *codes, size_t n, const struct def_place *at, struct str id,
	struct faults *f);

#endif
