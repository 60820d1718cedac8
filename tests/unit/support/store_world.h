/* An empty ledger in the current folder, for tests of store/. */
#ifndef UNIT_SUPPORT_STORE_WORLD_H
#define UNIT_SUPPORT_STORE_WORLD_H

#include "base/arena.h"
#include "store/ledger.h"

enum { STORE_WORLD_NOW = 1795399200 }; /* 2026-11-23T02:00:00Z */
#define STORE_WORLD_INSTANCE "00112233445566778899aabbccddeeff"

struct store_world {
	int dir;
	struct clock clock;
	struct ledger l;
	struct arena a;
	struct err e; /* of the last call that the test made with it */
};

void store_world_open(struct store_world *w);
void store_world_close(struct store_world *w);
/* The same ledger, closed and opened again. */
void store_world_again(struct store_world *w);

void store_world_begin(struct store_world *w);
/* Ends the transaction with an event. */
void store_world_commit(struct store_world *w);
/* One transaction of plain SQL with an event. */
void store_world_sql(struct store_world *w, const char *fmt, ...) ATTR_PRINTF(2, 3);
/* The number that a query gives. sql: a literal, as in db.h. */
int64_t store_world_int(struct store_world *w, const char *sql);
/* The texts that a query gives, one space between them, as "a b c". */
const char *store_world_texts(struct store_world *w, const char *sql);

/* Fails the test with the error's text unless what is as it should be. */
#define STORE_WORLD_IS(w, call, want)                                          \
	do {                                                                   \
		err_clear(&(w)->e);                                            \
		if ((call) != (want))                                          \
			fail_msg("%s: not %s: %s", #call, #want, (w)->e.text); \
	} while (0)

#endif
