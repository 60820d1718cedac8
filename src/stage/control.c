/* Control numbers; see control.h. */
#include "stage/control.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { LOST_MAX = 1000 /* numbers of lost nights; what is further ahead is somebody else's */ };

void control_scope(const struct config *c, const struct config_partner *p, struct str group,
	char out[CONTROL_SCOPE])
{
	const struct config_identity *us = &c->identity;
	const struct config_identity *them = &p->identity;

	(void)snprintf(out, CONTROL_SCOPE,
		"%s:" STR_FMT ":" STR_FMT ":" STR_FMT ":" STR_FMT "%s" STR_FMT,
		group.n == 0 ? "ISA" : "GS", STR_ARG(us->qualifier), STR_ARG(us->id),
		STR_ARG(them->qualifier), STR_ARG(them->id), group.n == 0 ? "" : ":",
		STR_ARG(group));
}

int control_set(struct env *v, const struct config_partner *p, struct str group, int64_t next,
	bool dry_run, struct verbs_done *out, struct err *e)
{
	char scope[CONTROL_SCOPE];
	int64_t was = 0;

	memset(out, 0, sizeof(*out));
	control_scope(v->config, p, group, scope);
	if (next < 1 || next > CONTROL_MAX)
		return err_set(e, ERR_USAGE, "--next %" PRId64 ": a control number is 1 to %d",
			next, (int)CONTROL_MAX);
	if (ledger_number_set(&v->ledger, scope, next, dry_run, &was, e) == -1)
		return -1;
	out->count = next == was ? 0 : 1;
	(void)snprintf(out->said, sizeof(out->said), "next number of %s: %" PRId64 ", was %" PRId64,
		scope, next, was);
	return 0;
}

int control_answered(struct env *v, const struct config_partner *p, struct str group,
	int64_t number, int64_t *next, struct err *e)
{
	char scope[CONTROL_SCOPE];
	int64_t ours = 1;

	*next = 0;
	control_scope(v->config, p, group, scope);
	if (db_one_int(v->ledger.db, &ours, e, "SELECT next FROM number WHERE scope = ?1", "c",
		    scope) == -1)
		return -1;
	if (number < ours || number - ours >= LOST_MAX || number >= CONTROL_MAX)
		return 0;
	if (ledger_number_put(&v->ledger, scope, number + 1, &ours, e) == -1)
		return -1;
	*next = number + 1;
	return 0;
}
