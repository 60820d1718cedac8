/* The archive; see archive.h. */
#include "stage/archive.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/fsx.h"
#include "base/limits.h"
#include "format/gz.h"
#include "secure/hash.h"
#include "stage/collect_away.h"
#include "stage/ingest.h"
#include "stage/place.h"
#include "stage/spool.h"
#include "stage/status.h"
#include "store/ledger_input.h"
#include "store/ledger_interchange.h"
#include "store/ledger_received.h"

int archive_open(struct env *v, const char *place, struct err *e)
{
	char gz[LIMIT_PATH];
	struct fsx_tmp tmp = {.fd = -1};
	int work = -1;
	int in = fsx_open(v->dir, place, e);
	int out = -1;

	if (in != -1 || e->code != ERR_ABSENT)
		return in;
	(void)snprintf(gz, sizeof(gz), "%s.gz", place);
	in = fsx_open(v->dir, gz, e);
	work = in == -1 ? -1 : env_folder(v, "work", e);
	if (work != -1 && fsx_tmp_open(work, &tmp, e) == 0 &&
		gz_unpack(in, tmp.fd, UINT64_MAX, e) == 0) {
		char name[100];
		(void)snprintf(name, sizeof(name), ".tmp/%s", tmp.tmp);
		out = fsx_open(work, name, e);
	}
	fsx_tmp_drop(&tmp);
	fsx_close(work);
	fsx_close(in);
	return out;
}

/* Is the compressed copy, unpacked again, the same bytes? */
static int same_again(struct env *v, int packed, const char *sha, struct err *e)
{
	struct fsx_tmp tmp = {.fd = -1};
	char again[HASH_HEX];
	const int work = env_folder(v, "work", e);
	int rc = work == -1 ? -1 : fsx_tmp_open(work, &tmp, e);

	if (rc == 0)
		rc = gz_unpack(packed, tmp.fd, UINT64_MAX, e);
	if (rc == 0)
		rc = hash_file(tmp.fd, again, NULL, e);
	if (rc == 0 && strcmp(again, sha) != 0)
		rc = err_set(
			e, ERR_CORRUPT, "the compressed copy does not unpack to the same bytes");
	fsx_tmp_drop(&tmp);
	fsx_close(work);
	return rc;
}

static int not_archived(const char *place, const char *what, const char *reason, struct err *e)
{
	(void)err_set(e, ERR_INPUT, "%s %s", place, what);
	return err_reason(e, reason);
}

/* place -> archive/DAY/NAME.gz, if it has the bytes that the ledger knows; -1 with reason LOST-FILE or
 * CHANGED-BY-HAND when not. The original stays. */
static int pack(
	struct env *v, const char *place, struct str recorded, const char *day, struct err *e)
{
	char name[300];
	char sha[HASH_HEX];
	struct fsx_tmp tmp = {.fd = -1};
	int in = fsx_open(v->dir, place, e);
	int dir = -1;
	int rc = -1;

	if (in == -1)
		return e->code == ERR_ABSENT ? not_archived(place, "is not there", "LOST-FILE", e)
					     : -1;
	(void)snprintf(name, sizeof(name), "%s.gz", place_name(place));
	dir = env_folder(v, day, e);
	if (dir == -1 || hash_file(in, sha, NULL, e) == -1)
		goto out;
	if (!str_is(recorded, sha)) {
		(void)not_archived(place, "is not what was recorded", "CHANGED-BY-HAND", e);
		goto out;
	}
	if (fsx_tmp_open(dir, &tmp, e) == -1 || gz_pack(in, tmp.fd, e) == -1 ||
		same_again(v, tmp.fd, sha, e) == -1)
		goto out;
	rc = fsx_publish(&tmp, name, e);
	if (rc == -1 && e->code == ERR_EXISTS) /* an earlier run got this far */
		rc = 0;
out:
	fsx_tmp_drop(&tmp);
	fsx_close(dir);
	fsx_close(in);
	return rc;
}

/* --- interchanges that have all their answers --- */

static bool answered(const struct config_agreement *g, const struct interchange_row *r)
{
	if (!g)
		return false;
	for (const struct config_expect *x = g->expects; x; x = x->next) {
		if (!status_answered(r, x))
			return false;
	}
	return true;
}

/* from and to are states: sent becomes archived, closed stays closed; its reason stays too. */
static int archive_interchange(struct env *v, const struct interchange_row *r, const char *from,
	const char *to, struct err *e)
{
	struct ledger *l = &v->ledger;
	char day[32];
	char place[400];
	char lineage[420];
	char reason[420];
	char subject[40];

	env_archive_place(r->queued_at, day); /* not today: what a cut run moved is found again */
	(void)snprintf(place, sizeof(place), "%s/%s", r->place.p, r->name.p);
	(void)snprintf(lineage, sizeof(lineage), "%s.lineage", place);
	(void)snprintf(reason, sizeof(reason), "%s.reason", place);
	(void)snprintf(subject, sizeof(subject), "interchange %06" PRId64, r->id);
	/* Of two files none is copied when the other is not whole: no row would name the copy. */
	if (spool_check(v, r, e) == -1 || pack(v, lineage, r->lineage_sha, day, e) == -1 ||
		pack(v, place, r->sha, day, e) == -1 || ledger_begin(l, e) == -1)
		return -1;
	if (ledger_interchange_state(l, r->id, from, to, day, r->reason.p, r->note.p, e) == -1 ||
		spool_wrong(l, r->id, NULL, e) == -1 ||
		ledger_event(l, "archived", subject, e, "place=%s", day) == -1) {
		ledger_rollback(l);
		return -1;
	}
	if (ledger_commit(l, e) == -1 || place_remove(v, lineage, e) == -1 ||
		place_remove(v, reason, e) == -1)
		return -1;
	return place_remove(v, place, e);
}

static void not_whole_advice(const struct interchange_row *r, struct err *why)
{
	const size_t n = strlen(why->text);

	if (str_is(r->state, "closed"))
		(void)snprintf(why->text + n, sizeof(why->text) - n,
			"; it is given up: restore it from a backup, or leave it");
	else
		(void)snprintf(why->text + n, sizeof(why->text) - n,
			"; restore it from a backup, or gridspool close %06" PRId64
			" --reason TEXT gives it up",
			r->id);
}

/* What is not what was sent is told, and stays where it is. */
static int archive_or_tell(struct env *v, const struct interchange_row *r, const char *from,
	const char *to, struct err *e)
{
	struct err why;

	if (archive_interchange(v, r, from, to, &why) == 0)
		return 0;
	if (strcmp(why.reason, "LOST-FILE") == 0 || strcmp(why.reason, "CHANGED-BY-HAND") == 0) {
		not_whole_advice(r, &why);
		return spool_tell_wrong(v, r, &why, e);
	}
	*e = why;
	return err_wrap(e, "%s", r->name.p);
}

static int archive_interchanges(struct env *v, struct arena *a, struct err *e)
{
	struct interchange_rows sent = {0};
	struct interchange_rows closed = {0};

	if (ledger_interchange_by_state(&v->ledger, "sent", a, &sent, e) == -1 ||
		ledger_interchange_left(&v->ledger, a, &closed, e) == -1)
		return -1;
	for (size_t i = 0; i < sent.n; i++) {
		const struct interchange_row *r = &sent.row[i];
		if (answered(config_agreement_find(v->config, r->agreement), r) &&
			archive_or_tell(v, r, "sent", "archived", e) == -1)
			return -1;
	}
	for (size_t i = 0; i < closed.n; i++) {
		if (archive_or_tell(v, &closed.row[i], "closed", "closed", e) == -1)
			return -1;
	}
	return 0;
}

/* --- inputs and received files --- */

/* It is in neither place. Nobody needs it any more but replay and explain. */
static int lost_input(struct env *v, const struct input_row *r, struct err *e)
{
	char note[LIMIT_PATH + 60];

	(void)snprintf(note, sizeof(note), "%s is not there to be archived", r->place.p);
	if (ledger_begin(&v->ledger, e) == -1)
		return -1;
	if (collect_away_row(v, r->id, "LOST-SOURCE", note, e) == -1) {
		ledger_rollback(&v->ledger);
		return -1;
	}
	return ledger_commit(&v->ledger, e);
}

/* Inputs stay readable by position, for replay and explain: packed trees are compressed as they are. */
static int archive_input(struct env *v, const struct input_row *r, struct err *e)
{
	struct ledger *l = &v->ledger;
	char day[32];
	char to[400];
	char subject[40];

	env_archive_place(r->at, day);
	(void)snprintf(to, sizeof(to), "%s/%s", day, place_name(r->place.p));
	(void)snprintf(subject, sizeof(subject), "input %" PRId64, r->id);
	if (place_bring(v, r->place.p, to, e) == -1)
		return e->code == ERR_ABSENT ? lost_input(v, r, e) : -1;
	if (ledger_begin(l, e) == -1)
		return -1;
	if (ledger_input_state(l, r->id, "archived", to, "", "", e) == -1 ||
		ledger_event(l, "archived", subject, e, "place=%s", to) == -1) {
		ledger_rollback(l);
		return -1;
	}
	return ledger_commit(l, e);
}

static int archive_inputs(struct env *v, struct arena *a, struct err *e)
{
	struct input_rows rows = {0};

	if (ledger_input_spent(&v->ledger, a, &rows, e) == -1)
		return -1;
	for (size_t i = 0; i < rows.n; i++) {
		if (archive_input(v, &rows.row[i], e) == -1)
			return err_wrap(e, "%s", rows.row[i].place.p);
	}
	return 0;
}

static int archive_received(struct env *v, const struct received_row *r, struct err *e)
{
	struct ledger *l = &v->ledger;
	char day[32];
	char to[200];
	char subject[40];

	env_archive_place(r->at, day);
	(void)snprintf(to, sizeof(to), "%s/%s", day, r->name.p);
	(void)snprintf(subject, sizeof(subject), "received %" PRId64, r->id);
	if (pack(v, r->place.p, r->sha, day, e) == -1) {
		const struct err why = *e;
		return why.reason[0] ? ingest_put_away(v, r, why.reason, why.text, e) : -1;
	}
	if (ledger_begin(l, e) == -1)
		return -1;
	if (ledger_received_state(l, r->id, "archived", to, r->reason.p, r->note.p, e) == -1 ||
		ledger_event(l, "archived", subject, e, "place=%s", to) == -1) {
		ledger_rollback(l);
		return -1;
	}
	return ledger_commit(l, e) == -1 ? -1 : place_remove(v, r->place.p, e);
}

static int archive_letters(struct env *v, struct arena *a, struct err *e)
{
	static const char *const states[] = {"ingested", "repeat"};

	for (size_t s = 0; s < sizeof(states) / sizeof(states[0]); s++) {
		struct received_rows rows = {0};
		if (ledger_received_by_state(&v->ledger, states[s], a, &rows, e) == -1)
			return -1;
		for (size_t i = 0; i < rows.n; i++) {
			if (archive_received(v, &rows.row[i], e) == -1)
				return err_wrap(e, "%s", rows.row[i].place.p);
		}
	}
	return 0;
}

int archive_run(struct env *v, struct err *e)
{
	struct arena a;
	int rc = -1;

	arena_init(&a);
	rc = archive_interchanges(v, &a, e);
	if (rc == 0)
		rc = archive_inputs(v, &a, e);
	if (rc == 0)
		rc = archive_letters(v, &a, e);
	arena_done(&a);
	return rc == -1 ? err_wrap(e, "archive") : 0;
}
