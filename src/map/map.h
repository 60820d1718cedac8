/*
 * Maps: XML that turns items into messages, compiled once, run for each item (MAP-LANGUAGE.md).
 * The map knows nothing of bytes: it takes item trees and gives segments.
 */
#ifndef MAP_MAP_H
#define MAP_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/date.h"
#include "base/dec.h"
#include "base/err.h"
#include "defs/defs.h"
#include "format/made.h"
#include "format/reader.h"
#include "format/segment.h"
#include "model/diag.h"
#include "model/faults.h"
#include "model/names.h"

struct map;
struct scratch;

/* Where a map finds what it names. Folder descriptors are searched in order: the bundle first. */
struct map_env {
	struct defs *defs;
	struct names *names; /* shared with the readers */
	const int *dirs;     /* for tables/ */
	const char *const *dir_names;
	size_t ndirs;
};

/* A reference source the map joins, as the map declares it. */
struct map_join {
	struct str name;   /* $name in expressions */
	struct str source; /* of the configuration */
	struct str format;
	struct str
		row; /* path to the rows inside a document, or ""; of a message the loop that is a row */
	const struct def_message *message; /* of an interchange, else NULL */
	const struct def_message *layout;  /* of fixed widths, else NULL */
	bool many;
	bool required;
	bool report_orphans;
	uint32_t line;
};

/* Loads and checks; every fault is added to f with file:line:column. NULL when there are errors.
 * file is how people know it ("maps/ampliance-product-to-832.xml"), bytes its content. */
struct map *map_load(
	struct str bytes, const char *file, const struct map_env *env, struct faults *f);
void map_free(struct map *m);

struct str map_source_format(const struct map *m);
/* Adds to spec what the map says of the source of its items (MAP_ITEMS) or of the join of this number
 * (map_joins). Texts are borrowed from the map. */
enum { MAP_ITEMS = -1 };
void map_reader_spec(const struct map *m, int of, struct reader_spec *spec);
/* What is read, where that is an interchange; else NULL. */
const struct def_message *map_source(const struct map *m);
/* Has a source of fixed widths, be it of items or of a join, this layout? */
bool map_reads_layout(const struct map *m, struct str name);
const struct def_message *map_target(const struct map *m);
const struct map_join *map_joins(const struct map *m, size_t *n);
bool map_uses_scratch(const struct map *m);  /* may need map_input.scratch */
bool map_uses_links(const struct map *m);    /* needs the item index of the source */
bool map_uses_workflow(const struct map *m); /* needs workflow labels */
bool map_uses_action(const struct map *m);
/* Does it withdraw items and say so? Not of items in groups. */
bool map_tells_deletes(const struct map *m);
bool map_key_unique(const struct map *m);
/* What a message may have at most; 0: no limit. */
struct map_limits {
	uint32_t items;
	uint64_t segments; /* with its header and trailer */
	uint64_t bytes;
};
struct map_limits map_limits(const struct map *m);
/* Segments that the template has behind the items, each counted once. */
uint32_t map_trailer_segments(const struct map *m);
/* Where in a file without segments the items stand that the map makes: "products", "c:list/c:one", "" at its
 * top; in a. False: at no one path, since an item is elements of several names. */
bool map_made_path(const struct map *m, struct arena *a, struct str *path);
/* Are there groups of items, so that items must come in the order of map_result.order? Are messages such
 * groups, so that their headers are made of items? */
bool map_groups(const struct map *m);
bool map_groups_messages(const struct map *m);
/* ERR_INPUT when the source of the items, a CSV file, lacks a column that the map reads. The joins'
 * are looked at by map_run_new. */
int map_columns_check(const struct map *m, const struct reader *r, struct err *e) ATTR_CHECK;
/* The same as faults of the map, of its items or of the join of this number (map_joins). */
void map_columns(const struct map *m, int of, const struct reader *r, struct faults *f);
/* The variables the map reads: "environment/gln", "agreement/catalog" ... so that `check` can
 * compare them with what the profiles define. each gets name and map line. */
void map_variables(
	const struct map *m, void (*each)(void *ctx, struct str name, uint32_t line), void *ctx);

/* --- running --- */

struct map_var {
	struct str name; /* "agreement/approved", "environment/gln", "partner/id" */
	struct str value;
};

/* What a run of a map is given. All borrowed. */
struct map_input {
	struct names *names;
	struct str run_id;
	struct date run_date; /* fixed for a run, with time */
	const struct map_var *vars;
	size_t nvars;
	struct reader *source; /* already open; for links */
	struct reader **joins; /* one open reader for each of map_joins, same order */
	size_t njoins;
	const struct map_var *workflow; /* id -> label, from the hub settings */
	size_t nworkflow;
	struct str action; /* $action: "add", unless map_action says otherwise */
	/* For what is more than memory should hold: indexes, and items that are sorted by their groups. NULL: all
	 * is kept in memory. */
	struct scratch *scratch;
	size_t memory; /* bytes for indexes; 0: the usual */
};

struct map_run;

/* Prepares a run: indexes the joins (key -> row) and, where the map follows links,
 * the item ids of the source. Findings of reference rows (a bad key cell) go to d. */
struct map_run *map_run_new(
	const struct map *m, const struct map_input *in, struct diag *d, struct err *e);
void map_run_free(struct map_run *r);

enum map_verdict {
	MAP_SKIP, /* not of the map's type: no candidate at all, does not count as an item */
	MAP_NOT_SELECTED,
	MAP_WITHDRAWN,
	MAP_ASIDE, /* findings stop the item */
	MAP_OUT
};

struct map_result {
	enum map_verdict verdict;
	struct str key; /* of the item, when it could be computed */
	/* Of a map with groups: what the item has in common with others of its groups, as one text whose
	 * bytes are the order of items; empty when it is of none. */
	struct str order;
	struct segment
		*segments; /* MAP_OUT: the item's part, a list in order, unchecked by the writer */
	size_t n;
	struct made
		*made; /* MAP_OUT: the item's part of a target without segments, a list in order */
	/* Of either the same list from further ahead: with the heads of all its groups, the message's among
	 * them where that is one; and with those of them that begin with this item, to be written. */
	struct segment *context, *first;
	struct made *made_context, *made_first;
	size_t nhead;		    /* segments from first to its own part */
	const struct map_var *keep; /* <keep> values */
	size_t nkeep;
	bool stop_message; /* a <require stop="message"> failed */
};

/* $action of the items that are made from now on: "add", "change" or "delete", which makes those that are
 * withdrawn, without asking for what the others must have: rules and rows of joins. */
void map_action(struct map_run *r, struct str action);
/* First pass for unique keys: only type, select and key. Cheap: no template is run. */
int map_key(struct map_run *r, const struct item *it, struct map_result *out, struct diag *d,
	struct arena *a, struct err *e) ATTR_CHECK;
/* One item through require, lets, joins and template. item_number counts from 1 in the message.
 * Goes on from what map_key found when that was called last, with the same item and arena. */
int map_item(struct map_run *r, const struct item *it, uint32_t item_number, struct map_result *out,
	struct diag *d, struct arena *a, struct err *e) ATTR_CHECK;
/* item_number and counters are drawn when map_item is called; an item that the writer then refuses
 * must be taken back, so that numbers and totals stay whole. */
void map_take_back(struct map_run *r);
/* Header and trailer of the current message; the trailer sees item-count() and total(). Starting
 * a message resets both, and no group is open then. */
struct map_around {
	struct segment *segments;
	struct made *made; /* of a target without segments: what is around the items stays open */
	size_t n;	   /* of either */
};
/* it: the first item of the message, of which map_groups_messages makes the header; else it may be NULL. */
int map_message_start(struct map_run *r, const struct item *it, struct map_around *out,
	struct diag *d, struct arena *a, struct err *e) ATTR_CHECK;
/* Is the item that map_key had a look at of another message than the one that was started? */
bool map_message_over(const struct map_run *r);
/* Ends the groups that are open and that this item is not of, or all. What is behind their items is to be
 * written now; out->n is 0 when there is nothing. */
int map_groups_end(struct map_run *r, bool all, struct map_around *out, struct diag *d,
	struct arena *a, struct err *e) ATTR_CHECK;
int map_message_end(struct map_run *r, struct map_around *out, struct diag *d, struct arena *a,
	struct err *e) ATTR_CHECK;
/* Findings for rows of joins with orphans="report" that no item used (selected or not). Call once
 * after the last item. */
int map_orphans(struct map_run *r, struct diag *d, struct err *e) ATTR_CHECK;
/* File and place of a value of the last map_item that is not the item's own: of a joined row, of a
 * linked item. False when it is the item's. */
bool map_place(struct map_run *r, const struct node *n, struct finding *f, struct arena *a);
/* Which joined rows (join name, locator) the last map_item used: for the lineage. */
struct map_joined {
	struct str join;
	uint64_t locator;
};
const struct map_joined *map_joined(const struct map_run *r, size_t *n);

#endif
