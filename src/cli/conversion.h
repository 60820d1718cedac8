/*
 * A conversion without an environment: a map, its joins and its variables from the command line,
 * an envelope of our own. What a route is to `run`, this is to `convert`.
 */
#ifndef CLI_CONVERSION_H
#define CLI_CONVERSION_H

#include <stdint.h>

#include "cli/map_file.h"
#include "cli/output.h"
#include "cli/source.h"
#include "stage/produce.h"

enum { CONVERSION_JOINS = 32, CONVERSION_VARS = 200 };

struct conversion_join {
	struct str name;
	const char *path;
	struct reader_spec spec;
};

struct conversion_options {
	const char *map;      /* path of the map */
	const char *workflow; /* path of the hub settings, or NULL */
	struct conversion_join joins[CONVERSION_JOINS];
	size_t njoins;
	struct map_var vars[CONVERSION_VARS];
	size_t nvars;
	struct reader_spec source; /* what the user says of it */
	struct target_envelope envelope;
	struct date date;     /* of the run */
	struct str action;    /* $action, or "" for add */
	bool joins_of_others; /* a join that the map does not have is meant for another map */
};

struct conversion {
	struct conversion_options *o; /* borrowed */
	struct arena arena;
	struct names names;
	struct map_file file;
	struct source joins[CONVERSION_JOINS]; /* in the order of the map's joins */
	struct reader_spec join_specs[CONVERSION_JOINS];
	size_t njoins;
	struct reader *source; /* of the file in hand */
	struct map_input input;
	uint64_t isa, gs;		  /* last numbers given: none of them is real */
	int aside;			  /* items set aside, or -1 */
	int lineage;			  /* of the file in hand: which segments are whose; or -1 */
	struct output_findings *findings; /* NULL: nobody is told */
};

/* Loads the map and opens what it needs. -1: the map is wrong (faults in f, e sums them up), or the
 * command line does not give what the map asks for (ERR_USAGE, all at once). */
int conversion_open(struct conversion *c, struct conversion_options *o, struct faults *f,
	struct err *e) ATTR_CHECK;
void conversion_close(struct conversion *c);
/* One file into out, which is empty, and read back. */
int conversion_file(struct conversion *c, const char *path, int out, struct produce_counts *counts,
	struct err *e) ATTR_CHECK;

#endif
