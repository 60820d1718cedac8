/*
 * Purge; see purge.h. Intents in one transaction, then the files, then "purged" in one transaction:
 * a run that was cut leaves intents, and the next one starts with them.
 */
#include "stage/purge.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/fsx.h"
#include "base/fsx_tree.h"
#include "stage/wall.h"
#include "store/ledger_purge.h"

enum { BATCH = 200 };

static int remove_name(int dir, const char *name, const char *ending, struct err *e)
{
	char full[400];

	(void)snprintf(full, sizeof(full), "%s%s", name, ending);
	return fsx_remove(dir, full, e);
}

/* The day's folder goes when its last file has gone. */
static int remove_empty(struct env *v, const char *folder, struct err *e)
{
	struct fsx_list list = {0};
	const int dir = fsx_subdir(v->dir, folder, e);
	int rc = dir == -1 ? -1 : fsx_list(dir, &list, e);
	const bool empty = rc == 0 &&
		(list.n == 0 || (list.n == 1 && strcmp(list.names[0], ".tmp") == 0));

	fsx_list_done(&list);
	fsx_close(dir);
	return empty ? fsx_tree_remove(v->dir, folder, e) : rc;
}

/* All files of one thing. What is gone already was removed before a cut. */
static int remove_files(struct env *v, const struct purge_row *r, struct err *e)
{
	static const char *const endings[] = {"", ".gz", ".lineage.gz", ".reason"};
	char folder[400];
	char name[400];
	struct stat st;
	int dir = -1;
	int rc = 0;

	(void)snprintf(folder, sizeof(folder), STR_FMT, STR_ARG(r->place));
	(void)snprintf(name, sizeof(name), STR_FMT, STR_ARG(r->name));
	if (r->kind != LEDGER_PURGE_INTERCHANGE) { /* its place is that of the file */
		char *slash = strrchr(folder, '/');
		if (!slash)
			return err_set(e, ERR_CORRUPT, "place '%s' is not in the archive", folder);
		(void)snprintf(name, sizeof(name), "%s", slash + 1);
		*slash = '\0';
	}
	rc = fsx_stat(v->dir, folder, &st, e);
	if (rc != 1)
		return rc;
	dir = fsx_subdir(v->dir, folder, e);
	rc = dir == -1 ? -1 : 0;
	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]) && rc == 0; i++)
		rc = remove_name(dir, name, endings[i], e);
	fsx_close(dir);
	return rc == 0 ? remove_empty(v, folder, e) : -1;
}

static int commit_all(struct env *v, const struct purge_rows *rows,
	int (*each)(struct ledger *l, const struct purge_row *r, struct err *e), struct err *e)
{
	struct ledger *l = &v->ledger;

	if (rows->n == 0)
		return 0;
	if (ledger_begin(l, e) == -1)
		return -1;
	for (size_t i = 0; i < rows->n; i++) {
		if (each(l, &rows->row[i], e) == -1) {
			ledger_rollback(l);
			return -1;
		}
	}
	return ledger_commit(l, e);
}

/* Carries out the intents that are there. */
static int carry_out(struct env *v, int64_t *worked, struct err *e)
{
	struct arena a;
	struct purge_rows rows = {0};
	int rc = -1;

	arena_init(&a);
	rc = ledger_purge_intended(&v->ledger, &a, &rows, e);
	for (size_t i = 0; i < rows.n && rc == 0; i++) {
		if (rows.row[i].place.n == 0)
			continue;
		rc = remove_files(v, &rows.row[i], e);
		(*worked)++;
	}
	if (rc == 0)
		rc = commit_all(v, &rows, ledger_purge_done, e);
	arena_done(&a);
	return rc;
}

static int purge_kind(struct env *v, enum ledger_purge_kind kind, int64_t before,
	const struct purge_kept *kept, int64_t *worked, struct err *e)
{
	int64_t after = 0;
	int rc = 0;

	while (rc == 0 && after != INT64_MAX && !proc_told_to_stop()) {
		struct arena a;
		struct purge_rows rows = {0};

		arena_init(&a);
		rc = ledger_purge_due(&v->ledger, kind, before, BATCH, kept, &after, &a, &rows, e);
		if (rc == 0)
			rc = commit_all(v, &rows, ledger_purge_intend, e);
		arena_done(&a);
		if (rc == 0)
			rc = carry_out(v, worked, e);
	}
	return rc;
}

static int purge_old(
	struct env *v, enum ledger_purge_kind kind, uint64_t keep, int64_t *worked, struct err *e)
{
	const int64_t before = clock_now(&v->clock) - (int64_t)keep;
	struct purge_kept kept = {NULL, 0};
	int rc = 0;

	if (keep == 0)
		return 0;
	if (kind == LEDGER_PURGE_INPUT)
		rc = ledger_purge_keep(&v->ledger, before, &kept, e);
	if (rc == 0)
		rc = purge_kind(v, kind, before, &kept, worked, e);
	ledger_purge_keep_done(&kept);
	return rc;
}

int purge_run(struct env *v, int64_t *worked, struct err *e)
{
	const uint64_t keep[LEDGER_PURGE_KINDS] = {
		[LEDGER_PURGE_INTERCHANGE] = v->config->keep_interchanges,
		[LEDGER_PURGE_RECEIVED] = v->config->keep_received,
		[LEDGER_PURGE_INPUT] = v->config->keep_inputs,
	};
	const bool believed = wall_is_believed(v);
	int rc = 0;

	*worked = 0;
	rc = carry_out(v, worked, e);
	/* By a clock that jumped ahead everything would be old at once. */
	if (!believed)
		env_log(v, LOG_WARN, "not-purged", "archive",
			"CLOCK-IMPLAUSIBLE: nothing is purged by this clock before it is believed; if it is "
			"wrong, set it right (timedatectl)");
	/* In this order: an input is kept for the interchanges made of it. */
	for (int k = 0; k < LEDGER_PURGE_KINDS && rc == 0 && believed; k++)
		rc = purge_old(v, (enum ledger_purge_kind)k, keep[k], worked, e);
	if (rc == 0 && *worked > 0)
		env_log(v, LOG_INFO, "purged", "archive",
			"%" PRId64 " files were kept as long as <retention> says", *worked);
	return rc == -1 ? err_wrap(e, "purge") : 0;
}
