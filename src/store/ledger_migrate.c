/* A ledger of an older version; see ledger_migrate.h. */
#include "store/ledger_migrate.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fsx.h"
#include "store/ledger_parts.h"
#include "store/schema.h"

static const char file_name[] = "ledger.db";

/* Its version, when a step leads on from it, else "". */
static int version_of(struct ledger *l, char out[LEDGER_PARTS_VERSION], struct err *e)
{
	if (ledger_parts_version(l, out, e) == -1)
		return -1;
	if (!schema_step_from(str_c(out)))
		out[0] = '\0';
	return 0;
}

/* "ledger-v1.db", whole and on disk before it has its name. One of an attempt that was cut is written anew: the
 * ledger may have changed since. */
static int keep_copy(struct ledger *l, int dir, const char *version, struct err *e)
{
	char name[60];
	char path[100];
	struct fsx_tmp tmp = {.fd = -1};
	int rc = -1;

	(void)snprintf(name, sizeof(name), "ledger-v%.30s.db", version);
	if (fsx_tmp_open(dir, &tmp, e) == -1)
		return -1;
	(void)snprintf(path, sizeof(path), FSX_TMP "/%s", tmp.tmp);
	rc = db_copy(l->db, dir, path, e);
	if (rc == 0)
		rc = fsx_remove(dir, name, e);
	if (rc == 0)
		rc = fsx_publish(&tmp, name, e);
	fsx_tmp_drop(&tmp);
	return rc == -1 ? err_wrap(e, "%s, a copy before it is brought up to date", name) : 0;
}

static int take_steps(struct ledger *l, const char *from, struct err *e)
{
	const struct schema_step *s = schema_step_from(str_c(from));

	for (; s; s = schema_step_from(str_c(s->to))) {
		for (const char *const *statement = s->statements; *statement; statement++)
			if (db_script(l->db, *statement, e) == -1)
				return -1;
	}
	if (ledger_run(l, e, "UPDATE meta SET value = ?1 WHERE key = 'schema' AND value = ?2", "cc",
		    schema_version(), from) == -1)
		return -1;
	return ledger_event(l, "migrated", file_name, e, "from=%s to=%s copy=ledger-v%s.db", from,
		schema_version(), from);
}

static int migrate(struct ledger *l, int dir, const char *from, struct err *e)
{
	if (db_quick_check(l->db, e) == -1 || keep_copy(l, dir, from, e) == -1 ||
		ledger_begin(l, e) == -1)
		return -1;
	if (take_steps(l, from, e) == -1) {
		ledger_rollback(l);
		return -1;
	}
	return ledger_commit(l, e);
}

/* What cannot be opened, or is older than its audit.log, stays as it is: ledger_open says why. */
static bool may_change(int dir, const char *instance, const struct clock *clock)
{
	struct ledger l;
	struct err e;
	bool may = false;

	if (ledger_look(&l, dir, instance, clock, &e) == -1)
		return false;
	may = l.older == 0;
	ledger_close(&l);
	return may;
}

int ledger_migrate_up(
	int dir, const char *instance, const struct clock *clock, char from[40], struct err *e)
{
	struct ledger l = {.clock = clock, .actor = "run", .audit_fd = -1};
	int rc = -1;

	from[0] = '\0';
	if (!may_change(dir, instance, clock))
		return 0;
	if (db_open("sqlite", dir, file_name, DB_WRITE, &l.db, e) == -1)
		return -1;
	rc = version_of(&l, from, e);
	if (rc == 0 && from[0])
		rc = migrate(&l, dir, from, e);
	ledger_close(&l);
	return rc;
}
