/* Control numbers (ISA13, GS06): who counts them, and where they go on after an older system. */
#ifndef STAGE_CONTROL_H
#define STAGE_CONTROL_H

#include "stage/env.h"
#include "stage/verbs.h"

enum { CONTROL_SCOPE = 200, CONTROL_MAX = 999999999 };

/* The name of a counter in the ledger: interchanges are counted for each sender and receiver, groups
 * (group not empty) also for each functional id. */
void control_scope(const struct config *c, const struct config_partner *p, struct str group,
	char out[CONTROL_SCOPE]);

/* The next number for a unit of work; request n of it always gets the same one. ERR_STALE with NUMBER-REPEATED:
 * an interchange of p has that number already, since the counter was set back by hand; nothing is drawn. */
int control_draw(struct env *v, const struct config_partner *p, struct str group, int64_t unit,
	int64_t request, int64_t *number, struct err *e) ATTR_CHECK;

/* "gridspool control set acme --next 12 --group SC", in a. A scope of nobody in the configuration keeps PARTNER. */
struct str control_set_command(
	const struct config *c, struct str scope, int64_t next, struct arena *a);

/* The counter of p goes on at next. ERR_STALE when numbers from there on were drawn before; with
 * dry_run nothing changes. out says what was, or would be. */
int control_set(struct env *v, const struct config_partner *p, struct str group, int64_t next,
	bool dry_run, struct verbs_done *out, struct err *e) ATTR_CHECK;

/* In a transaction: a partner answers a number that no interchange of ours has. When our counter has not come to it yet, by no more
 * than some lost nights, the ledger is older than what the partner has seen: the counter goes on behind it, so
 * that it is not given once more. *next: the next number then, or 0 when it is not of that kind. */
int control_answered(struct env *v, const struct config_partner *p, struct str group,
	int64_t number, int64_t *next, struct err *e) ATTR_CHECK;

#endif
