/* Table run: the nights. */
#ifndef STORE_LEDGER_RUNS_H
#define STORE_LEDGER_RUNS_H

#include "base/arena.h"
#include "store/ledger.h"

struct run_row {
	struct str id, note, bundle; /* in an arena */
	int64_t started, ended;	     /* ended 0: it goes on, or was cut */
	int64_t status;
};

/* The newest of those that started by a time. 1, 0 there is none. */
int ledger_runs_newest(struct ledger *l, int64_t by, struct arena *a, struct run_row *out,
	struct err *e) ATTR_CHECK;

#endif
