/* What an event row is made of, and the ids of rows; see ledger_parts.h. */
#include "store/ledger_parts.h"

#include <stdio.h>
#include <string.h>

void ledger_parts_one_line(char *p)
{
	for (; *p; p++) {
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			*p = ' ';
	}
}

void ledger_parts_hash(const char *prev, int64_t at, struct str run, struct str actor,
	struct str what, struct str subject, struct str detail, char out[HASH_HEX])
{
	char head[64];
	const struct str parts[] = {run, actor, what, subject, detail};
	uint8_t digest[HASH_SIZE];
	struct hash_ctx *h = hash_new();
	const int n = snprintf(head, sizeof(head), "\n%lld", (long long)at);

	hash_add(h, prev, strlen(prev));
	hash_add(h, head, (size_t)n);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		hash_add(h, "\n", 1);
		hash_add(h, parts[i].p, parts[i].n);
	}
	hash_end(h, digest);
	hash_free(h);
	hash_hex(digest, out);
}

int ledger_parts_version(struct ledger *l, char out[LEDGER_PARTS_VERSION], struct err *e)
{
	struct db_rows *rows = NULL;
	int rc = 0;

	if (db_query(l->db, &rows, e, "SELECT value FROM meta WHERE key = 'schema'", "") == -1)
		return -1;
	rc = db_next(rows, e);
	(void)snprintf(out, LEDGER_PARTS_VERSION, STR_FMT,
		STR_ARG(rc == 1 ? str_sub(db_text(rows, 0), 0, 30) : STR("")));
	db_end(rows);
	return rc == -1 ? -1 : 0;
}

int ledger_parts_last(struct ledger *l, struct err *e)
{
	struct db_rows *rows = NULL;
	int rc = 0;

	if (db_query(l->db, &rows, e, "SELECT hash FROM event ORDER BY seq DESC LIMIT 1", "") == -1)
		return -1;
	rc = db_next(rows, e);
	(void)snprintf(
		l->last, sizeof(l->last), STR_FMT, STR_ARG(rc == 1 ? db_text(rows, 0) : STR("")));
	db_end(rows);
	return rc == -1 ? -1 : 0;
}

int ledger_parts_next_id(struct ledger *l, enum ledger_parts_table t, int64_t *id, struct err *e)
{
	static const struct {
		const char *behind;
		const char *subject;
		int digits;
	} tables[] = {
		[LEDGER_PARTS_INPUT] = {"SELECT COALESCE(MAX(id), 0) + 1 FROM input", "input", 1},
		[LEDGER_PARTS_UNIT] = {"SELECT COALESCE(MAX(id), 0) + 1 FROM unit", "unit", 1},
		[LEDGER_PARTS_INTERCHANGE] = {"SELECT COALESCE(MAX(id), 0) + 1 FROM interchange",
			"interchange", 6},
		[LEDGER_PARTS_RECEIVED] = {"SELECT COALESCE(MAX(id), 0) + 1 FROM received",
			"received", 1},
	};
	int64_t next = 0;
	int rc = db_one_int(l->db, &next, e, tables[t].behind, "") == 1 ? 1 : -1;

	while (rc == 1) {
		char subject[40];
		int64_t seq = 0;
		(void)snprintf(subject, sizeof(subject), "%s %0*lld", tables[t].subject,
			tables[t].digits, (long long)next);
		rc = db_one_int(l->db, &seq, e, "SELECT seq FROM event WHERE subject = ?1 LIMIT 1",
			"c", subject);
		next += rc == 1;
	}
	if (rc == 0)
		*id = next;
	return rc;
}
