/* The machine that an environment works on; see host.h. */
#include "stage/host.h"

#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "base/fsx.h"
#include "secure/hash.h"

enum { ID = 16 };

static const char machine[] = "/etc/machine-id";
static const char key[] = "host";

/* "0f2c... web01": the id is not the machine's own, which is nobody's business. "": it has none. */
static void this_host(struct str instance, char out[HOST_NAMED])
{
	struct utsname name;
	struct buf b;
	struct err e;
	uint8_t digest[HASH_SIZE];
	char hex[HASH_HEX];
	struct str id;

	out[0] = '\0';
	buf_init(&b, 4096);
	if (fsx_read_path(machine, &b, &e) == 0 && (id = str_trim(buf_view(&b))).n >= ID) {
		struct hash_ctx *h = hash_new();
		hash_add(h, instance.p, instance.n);
		hash_add(h, id.p, id.n);
		hash_end(h, digest);
		hash_free(h);
		hash_hex(digest, hex);
		(void)snprintf(out, HOST_NAMED, "%.*s %.80s", (int)ID, hex,
			uname(&name) == 0 ? name.nodename : "?");
	}
	buf_done(&b);
}

/* What the ledger names, or "". */
static int known_host(struct ledger *l, char out[HOST_NAMED], struct err *e)
{
	struct db_rows *rows = NULL;
	int rc = 0;

	if (db_query(l->db, &rows, e, "SELECT value FROM meta WHERE key = ?1", "c", key) == -1)
		return -1;
	rc = db_next(rows, e);
	(void)snprintf(out, HOST_NAMED, STR_FMT,
		STR_ARG(rc == 1 ? str_sub(db_text(rows, 0), 0, HOST_NAMED - 1) : STR("")));
	db_end(rows);
	return rc == -1 ? -1 : 0;
}

static bool same_host(const char *a, const char *b)
{
	return strncmp(a, b, ID) == 0;
}

static const char *name_of(const char *host)
{
	const char *blank = strchr(host, ' ');

	return blank ? blank + 1 : host;
}

int host_check(struct ledger *l, struct str instance, struct err *e)
{
	char known[HOST_NAMED];
	char here[HOST_NAMED];

	if (known_host(l, known, e) == -1)
		return -1;
	this_host(instance, here);
	if (!known[0] || !here[0] || same_host(known, here))
		return 0;
	(void)err_set(e, ERR_CONFIG,
		"this environment works on the machine %s, and this is %s: a copy that ran beside it would "
		"send everything twice; if it has moved for good, gridspool fsck --adopt --reason TEXT",
		name_of(known), name_of(here));
	return err_reason(e, "HOST-CHANGED");
}

int host_look(struct env *v, struct err *e)
{
	struct ledger l;
	struct err why;
	int rc = 0;

	if (ledger_look(&l, v->dir, arena_cstr(&v->arena, v->config->instance), &v->clock, &why) ==
		-1)
		return 0;
	rc = host_check(&l, v->config->instance, e);
	ledger_close(&l);
	return rc;
}

static int note(struct env *v, const char *here, struct err *e)
{
	return ledger_run(&v->ledger, e,
		"INSERT INTO meta(key, value) VALUES(?1, ?2) ON CONFLICT(key) DO UPDATE SET value = "
		"excluded.value",
		"cc", key, here);
}

int host_start(struct env *v, struct err *e)
{
	struct ledger *l = &v->ledger;
	char known[HOST_NAMED];
	char here[HOST_NAMED];

	if (host_check(l, v->config->instance, e) == -1 || known_host(l, known, e) == -1)
		return -1;
	this_host(v->config->instance, here);
	if (known[0] || !here[0])
		return 0;
	if (ledger_begin(l, e) == -1)
		return -1;
	if (note(v, here, e) == -1 || ledger_event(l, "host", "environment", e, "%s", here) == -1) {
		ledger_rollback(l);
		return -1;
	}
	return ledger_commit(l, e);
}

int host_adopt(struct env *v, char was[HOST_NAMED], struct err *e)
{
	char here[HOST_NAMED];

	this_host(v->config->instance, here);
	if (known_host(&v->ledger, was, e) == -1)
		return -1;
	if (!here[0])
		return err_set(e, ERR_STALE,
			"this machine has no %s, so no environment can be bound to it, and none has to be",
			machine);
	if (same_host(was, here))
		return err_set(e, ERR_STALE, "this environment works on this machine already");
	return note(v, here, e);
}
