/*
 * A map as it is after loading: flat, read-only, over interned names. Made by the load files and units.c,
 * checked by check.c and paths.c, run by run.c, template.c and tree.c.
 */
#ifndef MAP_COMPILED_H
#define MAP_COMPILED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/table.h"
#include "format/made.h"
#include "format/reader.h"
#include "map/expr.h"
#include "map/map.h"

struct tz;
struct watch;
struct watch_fields;

#define MAP_NO_SLOT UINT32_MAX

enum { MAP_LEVELS = 5 }; /* the message, and four groups one in the other */

struct map_table {
	struct str name;
	struct str key_column;
	struct str value_column;
	struct str fallback; /* default=, when has_fallback */
	bool has_fallback;
	struct table forward; /* key to value; values are struct str */
	struct table back;
};

struct map_let {
	struct str name;
	struct expr *value;
	uint32_t line;
	bool visible; /* while loading: its loop is still open */
	bool local;   /* inside the message */
	bool masked;  /* as masked_is and origin_text say: kept, since lets are made of lets */
	struct str origin;
};

struct map_require {
	struct expr *test;
	struct expr *field; /* or NULL */
	struct str field_text;
	struct str code;
	struct str rule; /* the sentence */
	bool stop_item;
	bool stop_message;
	uint32_t line;
};

/* A value of a segment: an attribute or an <e>. */
struct map_value {
	uint16_t element;
	uint16_t component;
	bool composite;
	const struct def_element *def;
	struct str ref;
	struct expr *value;
	struct expr *each; /* repetitions, or NULL */
	struct expr *cond;
	bool masked; /* see masked.h */
	uint32_t line;
	uint32_t column;
};

struct map_pair {
	bool q_masked, v_masked;
	struct expr *q;
	struct expr *v;
	struct expr *cond;
	uint32_t line;
	uint32_t column;
	struct map_pair *next;
};

struct map_total {
	uint32_t slot;
	struct expr *add;
	uint32_t line;
	struct map_total *next;
};

/* What a part of a tree makes; see format/made.h. Its attributes, members, columns and elements are
 * the children of the part. */
struct map_make {
	uint8_t kind; /* enum made_kind */
	struct str name;
	struct str quoted;	       /* the name as JSON writes it */
	const struct def_field *field; /* NULL: no definition knows it */
	struct expr **pieces;	       /* its value: one expression, or texts and expressions */
	size_t n;
	bool fixed;  /* it is made of no expression: there whatever the item says */
	bool record; /* a row, or an object of its own: there also when it is empty */
	bool column; /* of a row: it keeps its place when it is empty */
	bool masked;
	struct str origin;
};

/* A segment or a loop of the template, or a part of a tree. */
struct map_part {
	const struct map_make *make; /* of a tree; NULL: a segment, or a loop */
	bool around;		     /* the item is somewhere inside */
	bool loop;
	bool item;  /* the <item> itself */
	bool group; /* a <group>: see struct map_level */
	struct str tag;
	const struct def_segment *def;
	const struct def_node *node;
	struct expr *each;
	struct expr *cond;
	struct expr_list sort;
	uint32_t as;	    /* slot, or MAP_NO_SLOT */
	uint32_t let_first; /* lets to be set anew at each turn */
	uint32_t let_n;
	struct map_value *values; /* sorted by element, component */
	size_t nvalues;
	struct map_pair *pairs;
	uint16_t pair_at[16]; /* elements that hold a qualifier; the value is the next one */
	uint8_t npair_at;
	const struct gap *gaps; /* of a segment: see format/segment.h */
	size_t ngaps;
	struct map_total *totals; /* of a loop or the item, added at each turn that writes */
	struct map_part *child;
	struct map_part *next;
	uint32_t line;
	uint32_t column;
};

/* The message, and each <group> in it: what is written before and behind its items. */
struct map_level {
	struct expr_list by; /* what the items of one have in common; a message may have none */
	struct str by_text;  /* as written */
	uint32_t line;
	const struct map_part *part; /* the <group>; NULL: the message */
	struct map_part *head, *foot;
	struct map_part *around; /* of trees: head, item and foot in one; see tree.h */
};

struct map_named {
	struct str name;
	uint32_t line;
	uint32_t column; /* of totals that are read */
};

/* A column that the map reads of a CSV source. */
struct map_column {
	int of; /* number of a join, or MAP_ITEMS */
	uint32_t name;
	uint32_t line, column; /* of the first use */
};

struct map_join_def {
	struct map_join pub;
	struct expr_list key; /* on a row */
	struct expr_list on;  /* on an item */
	uint32_t column;
	bool used;
};

struct map {
	struct arena arena;
	struct names *names;
	const char *file;
	struct str format;
	const struct def_message *source;  /* x12, edifact: what is read; else NULL */
	const struct def_message *edifact; /* the first that is read, be it joined; else NULL */
	struct defs *defs;
	const struct def_message *layout; /* of items of fixed widths, else NULL */
	struct str item_path;		  /* to the items inside a document, or "" */
	struct str item_type;
	struct reader_space *spaces; /* prefixes of names */
	size_t nspaces;
	const struct def_message *target;
	bool trees; /* parts make trees, not segments */

	struct map_join_def *joins;
	struct map_join *join_list; /* the public view of joins */
	size_t njoins;
	struct map_column *columns;
	size_t ncolumns;
	struct map_table *tables;
	size_t ntables;
	struct map_let *lets;
	size_t nlets;
	struct map_named *vars;
	size_t nvars;
	struct map_named *totals;
	size_t ntotals;
	struct map_named *counters;
	size_t ncounters;
	struct map_named *as;
	size_t nas;
	struct table units; /* by code; see units.h */
	const struct tz **zones;
	size_t nzones;
	struct regex **patterns;
	size_t npatterns;
	struct map_require *requires;
	size_t nrequires;

	struct expr *select;
	struct expr *withdraw;
	struct expr_list key;
	struct str key_text; /* as written */
	bool key_unique;
	struct map_named *keeps; /* values are lets of the name "kept/..." */
	uint32_t *keep_slots;
	size_t nkeeps;
	uint32_t select_line, withdraw_line, key_line;

	struct map_level levels[MAP_LEVELS]; /* the message first, then from the outermost in */
	size_t nlevels;
	struct map_part *item;
	struct expr *item_if; /* its condition, which selects as select does */
	struct map_limits limits;
	bool unnamed;				/* a path takes fields that it does not name */
	struct watch *watch_first, *watch_last; /* all expressions, for watch.h */
	struct watch_fields *watch_fields;	/* NULL: nobody watches */
	bool uses_links;
	bool uses_workflow;
	bool uses_action;
	uint32_t name_body, name_meta, name_schema, name_id, name_workflow, name_state;
	uint32_t name_values, name_locale, name_value, name_name, name_endpoint, name_host,
		name_media;
};

#endif
