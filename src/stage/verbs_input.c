/* Verbs on one input. Its file moves first, then the ledger says so. */
#include "stage/verbs_act.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/limits.h"
#include "stage/place.h"
#include "store/ledger_input.h"

static int find_row(struct verbs_act *x, struct input_row *row, struct err *e)
{
	const int rc = ledger_input_find(x->l, x->s->id, &x->a, row, e);

	if (rc == 0)
		return err_set(e, ERR_ABSENT, "input " STR_FMT " is not in the ledger",
			STR_ARG(x->s->name));
	return rc == 1 ? verbs_may(x, row->state, row->reason, e) : -1;
}

static int commit_release(struct verbs_act *x, const char *state, const char *place, struct err *e)
{
	struct input_row row;
	int rc = -1;

	if (ledger_begin(x->l, e) == -1)
		return -1;
	rc = find_row(x, &row, e);
	if (rc == 0)
		rc = ledger_input_state(x->l, row.id, state, place, "", "", e);
	if (rc == 0)
		rc = ledger_event(x->l, "released", x->s->event, e, "was=%s place=%s %s",
			row.reason.p, place, x->why);
	return verbs_act_end(x, rc, e);
}

int verbs_input_release(struct verbs_act *x, struct err *e)
{
	struct input_row row;
	const struct config_source *source = NULL;
	char place[64];

	if (find_row(x, &row, e) == -1)
		return -1;
	source = config_source_find(x->v->config, row.source);
	if (!source)
		return err_set(e, ERR_STALE,
			"input " STR_FMT ": its source " STR_FMT
			" is no longer in bundle/routes.xml",
			STR_ARG(x->s->name), STR_ARG(row.source));
	x->out->count = 1;
	verbs_act_say(x, "taken as it is by the next run; was %s: %s", row.state.p, row.reason.p);
	if (x->r->dry_run)
		return 0;
	(void)snprintf(
		place, sizeof(place), "work/in-%06" PRId64 "%s", row.id, row.tree ? ".zip" : "");
	if (place_bring(x->v, row.place.p, place, e) == -1)
		return err_wrap(e, "input " STR_FMT " stays held", STR_ARG(x->s->name));
	if (commit_release(x, source->kind == SOURCE_EVENTS ? "pending" : "claimed", place, e) ==
		-1)
		return -1;
	verbs_act_forget(x->v, row.place);
	return 0;
}

int verbs_input_close(struct verbs_act *x, struct err *e)
{
	struct input_row row;
	int rc = -1;

	if (ledger_begin(x->l, e) == -1)
		return -1;
	rc = find_row(x, &row, e);
	if (rc == 0)
		rc = ledger_input_state(
			x->l, row.id, "closed", row.place.p, row.reason.p, x->plain, e);
	if (rc == 0)
		rc = ledger_event(x->l, "closed", x->s->event, e, "was=%s %s", row.state.p, x->why);
	if (verbs_act_end(x, rc, e) == -1)
		return -1;
	x->out->count = 1;
	verbs_act_say(x, "given up, was %s: %s", row.state.p, row.reason.p);
	return 0;
}
