/* An environment with a ledger; see stage_world.h. */
#include "unit/support/stage_world.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/fsx.h"
#include "base/fsx_tree.h"
#include "base/mem.h"
#include "model/xml.h"
#include "secure/hash.h"
#include "stage/spool.h"
#include "store/ledger_item.h"
#include "unit/support/config_env.h"

static const char events_routes[] = "<routes " CONFIG_ENV_NS ">\n"
				    " <source name='ampliance' kind='events' format='json'/>\n"
				    " <route source='ampliance' agreement='acme-832'/>\n"
				    "</routes>\n";
static const char events_agreement[] =
	"<agreements " CONFIG_ENV_NS " partner='acme'>\n"
	" <agreement name='acme-832' message='832' version='004010' map='maps/acme.xml'\n"
	"  source='ampliance' endpoint='main' send='all'>\n"
	"  <expect ack='997' within='24h'/>\n"
	" </agreement>\n"
	"</agreements>\n";

static void make_events(int dir)
{
	struct err e;
	const int agreements = fsx_subdir(dir, "bundle/agreements", &e);

	assert_true(agreements != -1);
	assert_int_equal(fsx_replace(agreements, "acme.xml", str_c(events_agreement), &e), 0);
	fsx_close(agreements);
}

void stage_world_open(struct stage_world *w, bool events)
{
	struct err e;
	struct env *v = &w->v;
	static const char *const old[] = {"ledger.db", "audit.log", NULL};

	memset(w, 0, sizeof(*w));
	xml_start();
	arena_init(&w->a);
	faults_init(&w->f, &w->a);
	config_env_make(events ? "bundle/routes.xml" : NULL, events_routes, 0);
	v->dir = fsx_dir(".", &e);
	assert_true(v->dir != -1);
	if (events)
		make_events(v->dir);
	for (size_t i = 0; old[i]; i++)
		assert_int_equal(fsx_remove(v->dir, old[i], &e), 0);
	v->clock = clock_fixed(STAGE_WORLD_NOW);
	v->started = STAGE_WORLD_NOW;
	v->lock = v->map_dirs[0] = v->map_dirs[1] = v->map_dirs[2] = -1;
	v->path = mem_strdup(".");
	arena_init(&v->arena);
	names_init(&v->names);
	log_init(&v->log, &v->clock);
	v->log.fd = -1;
	v->config = config_load(v->dir, &w->f);
	assert_string_equal(config_env_faults(&w->f), "");
	assert_int_equal(
		ledger_create(v->dir, "00112233445566778899aabbccddeeff", "dev", &v->clock, &e), 0);
	assert_int_equal(env_open_ledger(v, "user:ann", &e), 0);
}

void stage_world_close(struct stage_world *w)
{
	static const char *const left[] = {
		"outbox", "sent", "hold", "quarantine", "work", "received", NULL};
	struct err e;

	for (size_t i = 0; left[i]; i++) {
		if (stage_world_has(w, left[i]))
			assert_int_equal(fsx_tree_remove(w->v.dir, left[i], &e), 0);
	}
	env_close(&w->v);
	arena_done(&w->a);
}

void stage_world_sql(struct stage_world *w, const char *sql)
{
	struct ledger *l = &w->v.ledger;
	struct err e;

	assert_int_equal(ledger_begin(l, &e), 0);
	if (db_script(l->db, sql, &e) == -1)
		fail_msg("%s: %s", sql, e.text);
	assert_int_equal(ledger_event(l, "test", "test", &e, "rows"), 0);
	assert_int_equal(ledger_commit(l, &e), 0);
}

void stage_world_put(struct stage_world *w, const char *folder, const char *name, const char *bytes)
{
	struct err e;
	const int dir = env_folder(&w->v, folder, &e);

	assert_true(dir != -1);
	if (fsx_put(dir, name, str_c(bytes), &e) == -1)
		fail_msg("%s", e.text);
	fsx_close(dir);
}

bool stage_world_has(struct stage_world *w, const char *place)
{
	struct stat st;
	struct err e;

	return fsx_stat(w->v.dir, place, &st, &e) == 1;
}

int64_t stage_world_count(struct stage_world *w, const char *sql)
{
	struct db_rows *rows = NULL;
	struct err e;
	int64_t n = -1;

	if (db_query(w->v.ledger.db, &rows, &e, sql, "") == -1)
		fail_msg("%s: %s", sql, e.text);
	if (db_next(rows, &e) == 1)
		n = db_int(rows, 0);
	db_end(rows);
	return n;
}

struct interchange_row stage_world_row(struct stage_world *w, int64_t id)
{
	struct interchange_row r;
	struct err e;

	assert_int_equal(ledger_interchange_find(&w->v.ledger, id, &w->a, &r, &e), 1);
	return r;
}

struct input_row stage_world_input(struct stage_world *w, int64_t id)
{
	struct input_row r;
	struct err e;

	assert_int_equal(ledger_input_find(&w->v.ledger, id, &w->a, &r, &e), 1);
	return r;
}

struct subject stage_world_find(struct stage_world *w, const char *typed)
{
	struct subject s = {0};
	struct err e;

	if (subject_find(&w->v, str_c(typed), &w->a, &s, &e) == -1)
		fail_msg("%s: %s", typed, e.text);
	return s;
}

int64_t stage_world_events(struct stage_world *w)
{
	int64_t n = 0;
	struct err e;

	if (ledger_verify(&w->v.ledger, &n, &e) == -1)
		fail_msg("%s", e.text);
	return n;
}

static void sha_of(const char *bytes, char out[HASH_HEX])
{
	struct hash_ctx *h = hash_new();
	uint8_t digest[HASH_SIZE];

	hash_add(h, bytes, strlen(bytes));
	hash_end(h, digest);
	hash_hex(digest, out);
	hash_free(h);
}

int64_t stage_world_queued(struct stage_world *w, const char *items)
{
	struct ledger *l = &w->v.ledger;
	struct interchange_row r;
	struct err e;
	struct str rest = str_c(items);
	struct str key;
	char sql[400];
	char lineage[260];
	char sha[HASH_HEX];
	char lineage_sha[HASH_HEX];
	int64_t id = 0;
	int64_t n = 0;
	const int64_t unit = stage_world_count(w, "SELECT COUNT(*) + 1 FROM unit");

	(void)snprintf(sql, sizeof(sql),
		"INSERT INTO unit(id, agreement, fingerprint, mode, state, run, fixed_at, "
		"inputs, bundle, at) VALUES(%" PRId64
		", 'acme-832', 'f', 'all', 'done', 'R1', 0, 'source=7,', 'b', 0)",
		unit);
	stage_world_sql(w, sql);
	assert_int_equal(ledger_begin(l, &e), 0);
	assert_int_equal(ledger_interchange_add(l, unit, STR("acme-832"), STR("acme"), STR("832"),
				 STR("20261123T0200Z"), "x12", &id, &e),
		0);
	sha_of("ISA*", sha);
	sha_of("l", lineage_sha);
	while (str_split(&rest, ' ', &key)) {
		assert_int_equal(
			ledger_item_out(l, STR("acme-832"), key, STR("hash"), id, STR("0001"), &e),
			0);
		n++;
	}
	assert_int_equal(ledger_item_set(l, id, STR("0001"), n, &e), 0);
	assert_int_equal(
		ledger_interchange_queue(l, id, sha, lineage_sha, 4, n, 100 + id, 200 + id, &e), 0);
	assert_int_equal(ledger_event(l, "queued", "test", &e, "id=%" PRId64, id), 0);
	assert_int_equal(ledger_commit(l, &e), 0);
	r = stage_world_row(w, id);
	(void)snprintf(lineage, sizeof(lineage), "%s.lineage", r.name.p);
	stage_world_put(w, "outbox/acme", lineage, "l");
	stage_world_put(w, "outbox/acme", r.name.p, "ISA*");
	return id;
}

int64_t stage_world_in(
	struct stage_world *w, const char *state, const char *reason, const char *items)
{
	static const struct {
		const char *state;
		const char *folder;
	} places[] = {{"queued", "outbox"}, {"sending", "outbox"}, {"sent", "sent"},
		{"in-doubt", "hold"}, {"held", "hold"}, {"quarantined", "quarantine"},
		{"closed", "hold"}, {"archived", "archive"}};
	const int64_t id = stage_world_queued(w, items);
	char folder[100] = "";
	char sql[500];
	struct err e;

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (strcmp(places[i].state, state) == 0)
			spool_place(places[i].folder, STR("acme"), folder);
	}
	(void)snprintf(sql, sizeof(sql),
		"UPDATE interchange SET state = '%s', place = '%s', reason = '%s', "
		"receipt = '%s', sent_at = %d WHERE id = %" PRId64,
		state, folder, reason,
		strcmp(state, "in-doubt") == 0	     ? "renaming"
			: strcmp(state, "sent") == 0 ? "accepted"
						     : "",
		strcmp(state, "sent") == 0 || strcmp(state, "archived") == 0
			? STAGE_WORLD_NOW - 3600
			: 0,
		id);
	stage_world_sql(w, sql);
	if (strcmp(state, "archived") != 0)
		assert_int_equal(spool_settle(&w->v, id, &e), 0);
	return id;
}
