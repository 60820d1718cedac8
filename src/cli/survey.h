/*
 * What paths a file has: how often each comes, with which types and which values, so that one can
 * start a map. Memory is bounded: so many paths, three short samples each.
 */
#ifndef CLI_SURVEY_H
#define CLI_SURVEY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "model/names.h"
#include "model/node.h"

enum { SURVEY_PATHS = 20000, SURVEY_SAMPLES = 3, SURVEY_SAMPLE = 60 };

enum survey_type {
	SURVEY_OBJECT,
	SURVEY_TEXT,
	SURVEY_DATE,
	SURVEY_NUMBER,
	SURVEY_COMMA,
	SURVEY_BOOL,
	SURVEY_NULL,
	SURVEY_TYPES
};

struct survey_path {
	uint32_t name;
	struct str label; /* an element's own name, or "" */
	uint64_t count[SURVEY_TYPES];
	uint64_t total;
	uint64_t items; /* in how many items it comes */
	uint64_t last;	/* the item it came in last */
	struct str samples[SURVEY_SAMPLES];
	uint32_t nsamples;
	struct survey_path *parent;
	struct survey_path *child;
	struct survey_path *last_child;
	struct survey_path *next;
};

struct survey {
	struct arena arena;
	struct names *names; /* borrowed */
	struct survey_path root;
	struct survey_path **slots; /* by parent and name */
	size_t npaths;
	uint64_t missed; /* values at paths over the limit */
	uint64_t items;
	bool plain; /* all cells are text: tell numbers by their look */
	bool tags;  /* paths are made of segments: their names stay as they are */
};

void survey_init(struct survey *s, struct names *names);
void survey_done(struct survey *s);
/* A new item begins. */
void survey_item(struct survey *s);
/* A tree; the paths below root. */
void survey_tree(struct survey *s, const struct node *root);
/* The path name below parent (NULL: the top); NULL when there are too many. */
struct survey_path *survey_at(
	struct survey *s, struct survey_path *parent, struct str name, struct str label);
void survey_seen(struct survey *s, struct survey_path *p); /* without a value */
void survey_value(struct survey *s, struct survey_path *p, struct str value);
void survey_text(const struct survey *s, struct buf *out);
void survey_json(const struct survey *s, struct json *j);

#endif
