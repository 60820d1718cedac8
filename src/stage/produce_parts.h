/* Inside of a conversion: its state, the message that is open, and one item. */
#ifndef STAGE_PRODUCE_PARTS_H
#define STAGE_PRODUCE_PARTS_H

#include "base/buf.h"
#include "secure/hash.h"
#include "stage/dups.h"
#include "stage/outcome.h"
#include "stage/produce.h"
#include "stage/produce_stop.h"
#include "stage/split.h"
#include "stage/target.h"

enum { PRODUCE_SAID_MAX = 16 << 10 };

struct produce_making {
	const struct produce *p;
	struct produce_counts *c;
	struct map_run *run;
	struct dups *dups;
	bool watch;   /* keys are put into dups while items are converted */
	bool suspect; /* and one may have been there before */
	struct hash_ctx *hash;
	struct buf said; /* by an item, for its hash */
	struct target target;
	struct outcome o;
	struct arena item;   /* one item's trees, segments and findings */
	struct arena header; /* a message's header until it is written */
	struct arena start;  /* what was found before the first item, in joins */
	struct diag found;
	struct map_around head;
	struct diag head_noted; /* what was found in it all the same */
	bool message_ready;	/* map_message_start has run */
	bool set_open;
	bool started;
	uint32_t in_set;    /* items in the open set */
	struct split split; /* of the message */
	struct split
		whole; /* of the interchange; used: its envelopes, and messages that are closed */
	bool full;     /* what comes now is left for the next one */
	struct produce_stop stop;
	bool sorted;	   /* items come in the order of their groups */
	bool unsorted;	   /* they do not */
	struct buf order;  /* of the last item: map_result.order */
	struct str action; /* that the item in hand is made for */
	/* Deletes, where they are told: for each item that is known, is there nothing more to tell of it? */
	bool *settled;	/* NULL: they are not */
	bool withdrawn; /* items were met that the partner holds and that are withdrawn */
};

/* Ends the message and the groups that the item is not of; map_key has looked at it last. */
int produce_message_groups(struct produce_making *m, struct err *e) ATTR_CHECK;
/* Makes the header of the next message, unless that is done. A fault in header or trailer is the
 * agreement's or the map's, and stops the unit; where items make the header, it is a finding of this one. */
int produce_message_start(
	struct produce_making *m, const struct item *it, struct diag *d, struct err *e) ATTR_CHECK;
/* Opens the set, and the envelopes around the first, and writes the header. */
int produce_message_open(struct produce_making *m, struct err *e) ATTR_CHECK;
/* Writes the trailer of the set that is open, if one is. */
int produce_message_close(struct produce_making *m, struct err *e) ATTR_CHECK;

/* Tells of findings whoever wants them as they come. */
void produce_item_report(const struct produce_making *m, const struct diag *d);
/* Fills in where a value of the item came from; ctx is the conversion. */
void produce_item_blame(void *ctx, const struct node *from, struct finding *f);
/* Values in the partner's characters, where the agreement asks for other spellings; each is told. New
 * texts live in a. */
void produce_item_spell(struct produce_making *m, const struct segment *segments, struct made *made,
	struct str key, struct diag *d, struct arena *a);
/* Converts an item that was read: out, left out, or set aside. */
int produce_item_convert(
	struct produce_making *m, const struct item *it, struct diag *d, struct err *e) ATTR_CHECK;
/* May these segments leave? Findings get the field that the value came from. */
bool produce_item_fit(struct produce_making *m, const struct segment *first,
	const struct finding *about, struct diag *d);
/* $action of what is made from now on. */
void produce_item_action(struct produce_making *m, struct str action);
/* One that the partner is told to delete: out, or set aside. */
int produce_item_delete(
	struct produce_making *m, const struct item *it, struct diag *d, struct err *e) ATTR_CHECK;

/* Items that are withdrawn: what was met is looked at when all others are done. */
void produce_gone_start(struct produce_making *m);
/* An item was met; with withdrawn, one that is. */
void produce_gone_met(struct produce_making *m, struct str key, bool withdrawn);
/* Tells the partner of those that it holds and that no other item has the key of, each once. */
int produce_gone_run(struct produce_making *m, struct err *e) ATTR_CHECK;
/* A reader of the source from its start. */
struct reader *produce_once_more(const struct produce_making *m, struct err *e);

/* A second look at the keys that may be there twice. */
int produce_suspects(struct produce_making *m, struct err *e) ATTR_CHECK;
/* Converts the items in the order of their groups: reads the source to its end, sorts, and begins anew. */
int produce_sort_run(struct produce_making *m, struct reader *source, struct err *e) ATTR_CHECK;

/* Puts an item with faults beside the others. */
int produce_item_aside(struct produce_making *m, const struct item *it, struct str key,
	struct diag *d, struct err *e) ATTR_CHECK;
/* What an item that cannot be read is known by; in the arena of the item. */
struct str produce_item_unreadable(struct produce_making *m, const struct item *it);

#endif
