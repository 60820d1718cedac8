/* Control numbers; see control.h. */
#include "stage/control.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "store/ledger_interchange.h"

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

struct str control_set_command(
	const struct config *c, struct str scope, int64_t next, struct arena *a)
{
	const char *partner = "PARTNER";
	struct str group = STR("");
	char of[CONTROL_SCOPE];

	for (const struct config_partner *p = c->partners; p; p = p->next) {
		control_scope(c, p, STR(""), of);
		if (str_is(scope, of))
			return arena_printf(a, "gridspool control set " STR_FMT " --next %" PRId64,
				STR_ARG(p->name), next);
		/* "GS:US:THEM:SC" is "ISA:US:THEM", but for its beginning, and the group. */
		const struct str pair = arena_printf(a, "GS%s:", of + strlen("ISA"));
		if (!str_starts(scope, pair))
			continue;
		partner = p->name.p;
		group = str_from(scope, pair.n);
	}
	return arena_printf(a, "gridspool control set %s --next %" PRId64 "%s" STR_FMT, partner,
		next, group.n > 0 ? " --group " : "", STR_ARG(group));
}

/* 1 an interchange of p has that number, 0, -1. */
static int refuse_repeated(struct env *v, const struct config_partner *p, struct str group,
	const char *scope, int64_t unit, int64_t number, struct err *e)
{
	struct arena a;
	int64_t id = 0;
	int64_t highest = 0;
	const int rc = ledger_interchange_with_number(&v->ledger, p->name,
		group.n == 0 ? "isa" : "gs", scope, number, CONTROL_MAX, &id, &highest, e);

	if (rc != 1)
		return rc;
	arena_init(&a);
	(void)err_set(e, ERR_STALE,
		"the counter of %s %s in ledger.db gives %" PRId64 ", which interchange %06" PRId64
		" has: it was set back by hand, and nothing is made with that number; " STR_FMT
		", then gridspool retry u-%" PRId64
		"; gridspool fsck names the other counters, if any",
		group.n == 0 ? "interchanges (ISA13) to" : "groups (GS06) to", p->name.p, number,
		id,
		STR_ARG(control_set_command(v->config, str_c(scope),
			(highest < CONTROL_MAX ? highest : number) + 1, &a)),
		unit);
	arena_done(&a);
	return err_reason(e, "NUMBER-REPEATED");
}

int control_draw(struct env *v, const struct config_partner *p, struct str group, int64_t unit,
	int64_t request, int64_t *number, struct err *e)
{
	struct ledger *l = &v->ledger;
	char scope[CONTROL_SCOPE];
	int64_t next = 0;
	int rc = 0;

	control_scope(v->config, p, group, scope);
	rc = ledger_number_next(l, unit, request, scope, CONTROL_MAX, &next, e);
	if (rc == 0)
		rc = refuse_repeated(v, p, group, scope, unit, next, e);
	return rc == -1 ? -1 : ledger_number(l, unit, request, scope, CONTROL_MAX, number, e);
}

int control_set(struct env *v, const struct config_partner *p, struct str group, int64_t next,
	bool dry_run, struct verbs_done *out, struct err *e)
{
	char scope[CONTROL_SCOPE];
	int64_t was = 0;

	memset(out, 0, sizeof(*out));
	if (p->unnamed)
		return err_set(e, ERR_USAGE,
			"%s is sent no envelopes, so nothing to it has control numbers: %s has no "
			"<identity>",
			p->name.p, p->file);
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
