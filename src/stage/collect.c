/*
 * Collect: claim, store, settle. Each step goes over the rows that the step before left in the
 * ledger, so that a run that was cut anywhere is finished by the next one with the same code.
 */
#include "stage/collect.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/fsx.h"
#include "stage/alarms.h"
#include "stage/collect_again.h"
#include "stage/collect_away.h"
#include "stage/collect_no_map.h"
#include "stage/collect_parts.h"
#include "stage/inbox_watch.h"
#include "stage/inputs.h"
#include "stage/place.h"
#include "stage/proc.h"
#include "stage/whole.h"

static const char release_next[] =
	"gridspool release %s --reason TEXT takes it as it is; gridspool close %s --reason TEXT gives it up";

/* It grew while it was read. */
static int written_on(struct env *v, const struct input_row *r, struct err *e)
{
	if (ledger_begin(&v->ledger, e) == -1)
		return -1;
	if (collect_row_written_on(v, r, INPUTS_WRITTEN_ON, e) == -1) {
		ledger_rollback(&v->ledger);
		return -1;
	}
	return ledger_commit(&v->ledger, e);
}

/* May it take the place of what is there? 1 yes, 0 it was put away, -1. A packed tree is ours and
 * whole; what is no longer in work/ was judged by the run that moved it. */
static int admit(
	struct env *v, const struct input_row *r, const struct config_source *s, struct err *e)
{
	struct stat st;
	char note[ERR_TEXT_MAX];
	char reason[sizeof(e->reason)] = "INPUT-DAMAGED";
	struct err ignored;
	int rc = r->tree ? 0 : place_stat(v, r->place.p, &st, e);

	if (rc != 1)
		return rc == 0 ? 1 : -1;
	rc = whole_check(v, r, s, e);
	if (place_stat(v, r->place.p, &st, &ignored) == 1 && st.st_size != r->size)
		return written_on(v, r, e);
	if (rc == 0)
		return 1;
	if (e->code != ERR_INPUT && e->code != ERR_LIMIT)
		return -1;
	if (str_starts(str_c(e->reason), STR("CONVERTER"))) /* the reading, not the file */
		(void)snprintf(reason, sizeof(reason), "%s", e->reason);
	(void)snprintf(note, sizeof(note), "%s", e->text);
	return collect_away_now(v, r->id, reason, note, e);
}

/* Is the current version still what was taken in? 1 yes, 0 it is lost or was edited, and is put away so
 * that the same content is no repetition, -1. */
static int still_whole(struct env *v, const struct input_row *old, struct err *e)
{
	char note[ERR_TEXT_MAX];
	char reason[sizeof(e->reason)];
	const int fd = inputs_open_row(v, old, e);

	if (fd != -1) {
		fsx_close(fd);
		return 1;
	}
	if (!e->reason[0])
		return -1;
	(void)snprintf(reason, sizeof(reason), "%s", e->reason);
	(void)snprintf(note, sizeof(note), "%s", e->text);
	return collect_away_now(v, old->id, reason, note, e);
}

static int settle_state(struct env *v, const struct input_row *r, const struct config_source *s,
	struct arena *a, struct err *e)
{
	struct input_row old;
	int admitted = 0;
	int same = 0;
	int rc = ledger_input_current(&v->ledger, r->source, a, &old, e);

	if (rc == -1)
		return -1;
	if (rc == 1 && str_eq(old.content, r->content)) {
		same = rc = still_whole(v, &old, e);
		if (rc == -1)
			return -1;
	}
	if (same == 1) {
		if (collect_row_settle(v, r, "unchanged", r->place.p, "",
			    "the same content as the current version", "unchanged", e) == -1)
			return -1;
		return place_remove(v, r->place.p, e);
	}
	admitted = admit(v, r, s, e);
	if (admitted != 1)
		return admitted;
	return collect_row_current(v, r, s, rc == 1 ? &old : NULL, e);
}

static int settle_event(struct env *v, const struct input_row *r, struct arena *a, struct err *e)
{
	struct input_row same;
	char to[LIMIT_PATH];
	char note[200];
	char next[300];
	char id[40];
	const int rc = ledger_input_same(&v->ledger, r->source, r->content, r->id, a, &same, e);

	if (rc == -1)
		return -1;
	if (rc == 0)
		return collect_row_settle(v, r, "pending", r->place.p, "", "", "pending", e);
	(void)snprintf(id, sizeof(id), "in-%06" PRId64, r->id);
	(void)snprintf(to, sizeof(to), "hold/%s", id);
	(void)snprintf(
		note, sizeof(note), "the same content came before as in-%06" PRId64, same.id);
	(void)snprintf(next, sizeof(next), release_next, id, id);
	if (place_move(v, r->place.p, to, e) == -1 ||
		collect_row_settle(v, r, "held", to, "DUPLICATE-SUSPECT", note, "held", e) == -1)
		return -1;
	collect_row_tell(v, r, "held", "DUPLICATE-SUSPECT", note, a);
	return env_write_reason(
		v, "hold", id, "DUPLICATE-SUSPECT", collect_row_named(r, note, a).p, next, e);
}

static int settle_row(struct env *v, const struct input_row *r, struct err *e)
{
	const struct config_source *s = config_source_find(v->config, r->source);
	struct arena a;
	int rc = -1;

	if (!s)
		return 0;
	arena_init(&a);
	rc = s->kind == SOURCE_EVENTS ? settle_event(v, r, &a, e) : settle_state(v, r, s, &a, e);
	arena_done(&a);
	return rc;
}

/* Goes over all rows of a state; a fault of one file is an alarm and the others go on. */
static int each_row(struct env *v, struct alarms *failed, const char *state,
	int (*step)(struct env *, const struct input_row *, struct err *), struct err *e)
{
	struct arena a;
	struct input_rows rows = {0};
	int rc = -1;

	arena_init(&a);
	if (ledger_input_by_state(&v->ledger, state, &a, &rows, e) == -1)
		goto out;
	rc = 0;
	for (size_t i = 0; i < rows.n && !proc_told_to_stop(); i++) {
		const struct input_row *r = &rows.row[i];
		if (step(v, r, e) == 0)
			continue;
		if (env_stops(e)) {
			rc = -1;
			break;
		}
		alarms_add(failed,
			arena_printf(&a, "inbox/" STR_FMT "/" STR_FMT, STR_ARG(r->source),
				STR_ARG(r->name)),
			"in-%06" PRId64
			": %s; mend its rights or the disk: it is tried again in each run",
			r->id, e->text);
	}
out:
	arena_done(&a);
	return rc;
}

/* What the run before left, then what is new, a batch of each source at once. */
static int collect_all(struct env *v, struct alarms *failed, struct alarms *gone, struct err *e)
{
	bool more = true;

	if (each_row(v, failed, "quarantined", collect_away_settle, e) == -1 ||
		each_row(v, failed, "claiming", collect_store_row, e) == -1 ||
		each_row(v, failed, "claimed", settle_row, e) == -1)
		return -1;
	for (int round = 0; more && round < 10000 && !proc_told_to_stop(); round++) {
		static const char newest[] = "SELECT COALESCE(MAX(id), 0) FROM input";
		int64_t before = 0;
		int64_t after = 0;
		if (db_one_int(v->ledger.db, &before, e, newest, "") != 1)
			return -1;
		for (const struct config_source *s = v->config->sources; s; s = s->next) {
			if (s->kind == SOURCE_EVENTS && !config_source_routed(v->config, s))
				continue; /* nobody takes it: collect_no_map */
			if (collect_claim_source(v, s, gone, e) == -1)
				return err_wrap(e, "source " STR_FMT, STR_ARG(s->name));
		}
		if (each_row(v, failed, "claiming", collect_store_row, e) == -1 ||
			each_row(v, failed, "claimed", settle_row, e) == -1 ||
			db_one_int(v->ledger.db, &after, e, newest, "") != 1)
			return -1;
		more = after - before >= COLLECT_BATCH;
	}
	if (collect_again_versions(v, e) == -1)
		return -1;
	return inbox_watch_run(v, gone, e) == -1 ? -1 : collect_no_map_tell(v, e);
}

int collect_run(struct env *v, struct err *e)
{
	struct alarms failed;
	struct alarms gone;
	int rc = 0;

	alarms_init(&failed, v, "UNREADABLE", "collect-failed");
	failed.again = ALARMS_NEWS; /* what an exporter delivered is not in use */
	alarms_init(&gone, v, "INBOX-GONE", "inbox-gone");
	gone.again =
		ALARMS_NEWS; /* an inbox that is not mounted must not look like a quiet night */
	rc = collect_all(v, &failed, &gone, e);
	if (rc == -1 || proc_told_to_stop()) { /* not all was looked at: what stands, stands */
		alarms_done(&failed);
		alarms_done(&gone);
		return rc == -1 ? err_wrap(e, "collect") : 0;
	}
	rc = alarms_commit(&gone, e);
	if (rc == -1)
		alarms_done(&failed);
	return rc == -1 || alarms_commit(&failed, e) == -1 ? err_wrap(e, "collect") : 0;
}
