/* The ledger's tables; store/README.md explains states and columns. Times are UTC seconds. */
#include "store/schema.h"

#include <stddef.h>

const char *schema_version(void)
{
	return "2";
}

/* The times at which agreements were done, and what a night or status asks for without reading whole tables. */
#define ADDED_IN_2                                                                                           \
	"CREATE TABLE slot(id INTEGER PRIMARY KEY, agreement TEXT NOT NULL, at INTEGER NOT NULL, name TEXT " \
	"NOT NULL, run TEXT NOT NULL, UNIQUE(agreement, at))",                                               \
		"CREATE INDEX interchange_place ON interchange(state, place)",                               \
		"CREATE INDEX interchange_sent ON interchange(sent_at)",                                     \
		"CREATE INDEX interchange_queued ON interchange(queued_at)",                                 \
		"CREATE INDEX received_at ON received(partner, at)",                                         \
		"CREATE INDEX ack_received ON ack(received)",                                                \
		"CREATE INDEX feedback_interchange ON feedback(interchange)",                                \
		"CREATE INDEX feedback_received ON feedback(received)",                                      \
		"CREATE INDEX aside_unit ON aside(unit)", "CREATE INDEX aside_key ON aside(key)",            \
		"CREATE INDEX run_started ON run(started)", "CREATE INDEX run_ended ON run(ended)"

static const char *const statements[] = {
	"CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL)",
	"CREATE TABLE event(seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, run TEXT NOT NULL, actor TEXT "
	"NOT NULL, what TEXT NOT NULL, subject TEXT NOT NULL, detail TEXT NOT NULL, hash TEXT NOT NULL)",
	"CREATE INDEX event_subject ON event(subject)",
	"CREATE TABLE run(id TEXT PRIMARY KEY, started INTEGER NOT NULL, ended INTEGER, status INTEGER, "
	"note TEXT NOT NULL DEFAULT '', bundle TEXT NOT NULL, pid INTEGER NOT NULL)",
	"CREATE TABLE number(scope TEXT PRIMARY KEY, next INTEGER NOT NULL)",
	"CREATE TABLE drawn(unit INTEGER NOT NULL, request INTEGER NOT NULL, scope TEXT NOT NULL, number "
	"INTEGER NOT NULL, PRIMARY KEY(unit, request, scope))",
	"CREATE TABLE input(id INTEGER PRIMARY KEY, source TEXT NOT NULL, name TEXT NOT NULL, state TEXT "
	"NOT NULL, place TEXT NOT NULL, dev INTEGER NOT NULL, ino INTEGER NOT NULL, size INTEGER NOT "
	"NULL, mtime INTEGER NOT NULL, tree INTEGER NOT NULL, sha TEXT NOT NULL DEFAULT '', content TEXT "
	"NOT NULL DEFAULT '', members INTEGER NOT NULL DEFAULT 0, reason TEXT NOT NULL DEFAULT '', note "
	"TEXT NOT NULL DEFAULT '', at INTEGER NOT NULL, run TEXT NOT NULL, stays INTEGER NOT NULL DEFAULT 0)",
	"CREATE INDEX input_state ON input(state, source)",
	"CREATE INDEX input_content ON input(source, content)",
	"CREATE TABLE unit(id INTEGER PRIMARY KEY, agreement TEXT NOT NULL, fingerprint TEXT NOT NULL, "
	"mode TEXT NOT NULL, state TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, fence INTEGER NOT "
	"NULL DEFAULT 0, run TEXT NOT NULL, fixed_at INTEGER NOT NULL, inputs TEXT NOT NULL, bundle TEXT "
	"NOT NULL, interchange INTEGER, n_items INTEGER NOT NULL DEFAULT 0, n_out INTEGER NOT NULL "
	"DEFAULT 0, n_unselected INTEGER NOT NULL DEFAULT 0, n_aside INTEGER NOT NULL DEFAULT 0, "
	"n_unchanged INTEGER NOT NULL DEFAULT 0, n_waiting INTEGER NOT NULL DEFAULT 0, n_orphans INTEGER "
	"NOT NULL DEFAULT 0, reason TEXT NOT NULL DEFAULT '', note TEXT NOT NULL DEFAULT '', at INTEGER "
	"NOT NULL)",
	"CREATE INDEX unit_agreement ON unit(agreement, id)",
	"CREATE INDEX unit_state ON unit(state)",
	"CREATE TABLE interchange(id INTEGER PRIMARY KEY, unit INTEGER NOT NULL, agreement TEXT NOT NULL, "
	"partner TEXT NOT NULL, message TEXT NOT NULL, name TEXT NOT NULL UNIQUE, place TEXT NOT NULL, "
	"state TEXT NOT NULL, before TEXT NOT NULL DEFAULT '', sha TEXT NOT NULL DEFAULT '', lineage_sha "
	"TEXT NOT NULL DEFAULT '', size INTEGER NOT NULL DEFAULT 0, items INTEGER NOT NULL DEFAULT 0, isa "
	"INTEGER NOT NULL DEFAULT 0, gs INTEGER NOT NULL DEFAULT 0, receipt TEXT NOT NULL DEFAULT '', ta1 "
	"TEXT NOT NULL DEFAULT '', syntax TEXT NOT NULL DEFAULT '', application TEXT NOT NULL DEFAULT '', "
	"load TEXT NOT NULL DEFAULT '', attempts INTEGER NOT NULL DEFAULT 0, "
	"reason TEXT NOT NULL DEFAULT '', note TEXT NOT NULL DEFAULT '', evidence TEXT NOT "
	"NULL DEFAULT '', queued_at INTEGER NOT NULL DEFAULT 0, sent_at INTEGER NOT NULL DEFAULT 0, "
	"overdue_at INTEGER NOT NULL DEFAULT 0, resent INTEGER NOT NULL DEFAULT 0, reissued_as INTEGER NOT "
	"NULL DEFAULT 0, at INTEGER NOT NULL)",
	"CREATE INDEX interchange_state ON interchange(state, partner)",
	"CREATE INDEX interchange_isa ON interchange(partner, isa)",
	"CREATE INDEX interchange_gs ON interchange(partner, gs)",
	"CREATE TABLE iset(interchange INTEGER NOT NULL, st TEXT NOT NULL, items INTEGER NOT NULL, "
	"verdict TEXT NOT NULL DEFAULT '', PRIMARY KEY(interchange, st))",
	"CREATE TABLE item(agreement TEXT NOT NULL, key TEXT NOT NULL, state TEXT NOT NULL, hash TEXT NOT "
	"NULL, interchange INTEGER NOT NULL, st TEXT NOT NULL DEFAULT '', before_state TEXT NOT NULL "
	"DEFAULT '', before_hash TEXT NOT NULL DEFAULT '', before_interchange INTEGER NOT NULL DEFAULT 0, "
	"due_from INTEGER NOT NULL DEFAULT 0, reason TEXT NOT NULL DEFAULT '', at INTEGER NOT NULL, PRIMARY KEY(agreement, key))",
	"CREATE INDEX item_interchange ON item(interchange)",
	"CREATE INDEX item_state ON item(agreement, state)",
	"CREATE TABLE aside(agreement TEXT NOT NULL, key TEXT NOT NULL, file TEXT NOT NULL, unit INTEGER "
	"NOT NULL, name TEXT NOT NULL, codes TEXT NOT NULL, note TEXT NOT NULL, opened INTEGER NOT NULL, "
	"closed INTEGER NOT NULL DEFAULT 0)",
	"CREATE INDEX aside_open ON aside(agreement, closed, key)",
	"CREATE TABLE received(id INTEGER PRIMARY KEY, partner TEXT NOT NULL, endpoint TEXT NOT NULL "
	"DEFAULT '', remote TEXT NOT NULL, rsize INTEGER NOT NULL, rmtime INTEGER NOT NULL, name TEXT NOT NULL, place TEXT NOT NULL, state TEXT "
	"NOT NULL, sha TEXT NOT NULL DEFAULT '', size INTEGER NOT NULL DEFAULT 0, attempts INTEGER NOT "
	"NULL DEFAULT 0, reason TEXT NOT NULL DEFAULT '', note TEXT NOT NULL DEFAULT '', at INTEGER NOT "
	"NULL)",
	"CREATE INDEX received_state ON received(state, partner)",
	"CREATE INDEX received_remote ON received(partner, endpoint, remote)",
	"CREATE INDEX received_sha ON received(partner, sha)",
	"CREATE TABLE ack(id INTEGER PRIMARY KEY, received INTEGER NOT NULL, kind TEXT NOT NULL, about "
	"INTEGER NOT NULL, interchange INTEGER NOT NULL, verdict TEXT NOT NULL, outcome TEXT NOT NULL, "
	"codes TEXT NOT NULL, note TEXT NOT NULL, at INTEGER NOT NULL)",
	"CREATE INDEX ack_interchange ON ack(interchange)",
	"CREATE TABLE feedback(id INTEGER PRIMARY KEY, agreement TEXT NOT NULL, partner TEXT NOT NULL, "
	"key TEXT NOT NULL, interchange INTEGER NOT NULL, received INTEGER NOT NULL, segment TEXT NOT "
	"NULL, segment_at INTEGER NOT NULL, element INTEGER NOT NULL, component INTEGER NOT NULL, code "
	"TEXT NOT NULL, field TEXT NOT NULL, found TEXT NOT NULL, file TEXT NOT NULL, map_line INTEGER "
	"NOT NULL, note TEXT NOT NULL, at INTEGER NOT NULL, closed INTEGER NOT NULL DEFAULT 0)",
	"CREATE INDEX feedback_key ON feedback(agreement, key)",
	"CREATE TABLE partner(name TEXT PRIMARY KEY, failures INTEGER NOT NULL, next_try INTEGER NOT "
	"NULL, reason TEXT NOT NULL, note TEXT NOT NULL, at INTEGER NOT NULL)",
	ADDED_IN_2,
	NULL,
};

static const char *const to_2[] = {ADDED_IN_2, NULL};

/* From each version to the next. */
static const struct schema_step steps[] = {
	{"1", "2", to_2},
};

const struct schema_step *schema_step_from(struct str version)
{
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		if (str_is(version, steps[i].from))
			return &steps[i];
	return NULL;
}

const char *const *schema_statements(void)
{
	return statements;
}
