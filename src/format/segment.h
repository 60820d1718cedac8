/*
 * A segment as data: what a map emits, what a writer serialises, what a reader found. Values are
 * sparse, sorted by element, repetition, component; empty ones are not there.
 */
#ifndef FORMAT_SEGMENT_H
#define FORMAT_SEGMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "defs/defs.h"
#include "model/node.h"

struct value {
	uint16_t element;	 /* from 1 */
	uint16_t repetition;	 /* from 1 */
	uint16_t component;	 /* from 1; 1 too for a simple element */
	struct str text;	 /* UTF-8 */
	const struct node *from; /* the source value it came from, or NULL */
	uint32_t map_line;	 /* line of the map that made it, or 0 */
	bool masked; /* differs between nights by design (item numbers, $run): not in the content hash */
};

/* An element that the map fills and that may have to be there, so that a finding about its absence
 * can say where its value should have come from. */
struct gap {
	uint16_t element;
	uint16_t component; /* 0 in a simple element */
	struct str field;   /* path in the source; empty when it is made from none */
};

/* Those of one segment, and where their paths start. */
struct gaps {
	const struct gap *list;
	size_t n;
	uint64_t
		told; /* elements that are empty for a reason that is a finding; bit 0 is element 1 */
	const struct node *at;
	const struct names *names;
	struct str file;    /* of at, when that is another one than the item's */
	struct place place; /* of at, in the item's file */
};

struct segment {
	struct str tag;
	const struct def_segment *def; /* NULL when the tag is unknown */
	const struct def_node *node;   /* its position in the message, where known */
	struct value *values;
	size_t n;
	const struct gaps *gaps; /* of a map, or NULL */
	uint32_t map_line;
	uint64_t offset;   /* of its first byte, when read */
	uint32_t position; /* in its set (ST = 1), when read */
	struct segment *next;
};

/* Without values. By its members: clearing it as a whole costs more than all else that a reader does to it. */
static inline void segment_start(
	struct segment *s, struct str tag, uint64_t offset, uint32_t position)
{
	s->tag = tag;
	s->def = NULL;
	s->node = NULL;
	s->values = NULL;
	s->n = 0;
	s->gaps = NULL;
	s->map_line = 0;
	s->offset = offset;
	s->position = position;
	s->next = NULL;
}

/* The gap at an element, or at its component when that is not 0; NULL when there is none. */
const struct gap *segment_gap(const struct segment *s, uint16_t element, uint16_t component);
/* Has a finding said already why the element is empty? */
bool segment_told(const struct segment *s, uint16_t element);
/* The text of one value, or an empty view. */
struct str segment_get(const struct segment *s, uint16_t element, uint16_t component);

#endif
