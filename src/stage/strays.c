/*
 * What somebody put into the spool by hand; see strays.h. A name is known when a row of the ledger has it,
 * in that place or on its way there; what only stands beside a file (.reason, .lineage) is known with it.
 */
#include "stage/strays.h"

#include <stdio.h>
#include <string.h>

#include "base/fsx.h"
#include "base/limits.h"
#include "base/table.h"
#include "stage/alarms.h"
#include "stage/place.h"
#include "store/ledger_input.h"
#include "store/ledger_interchange.h"
#include "store/ledger_received.h"

struct suspect {
	const char *place;
	struct suspect *next;
};

struct strays {
	struct env *v;
	struct arena a;
	struct arena row;   /* of one name */
	struct table aside; /* names of files of items that were set aside */
	struct suspect *first, **end;
};

static int load_aside(struct strays *s, struct err *e)
{
	struct db_rows *rows = NULL;
	int rc = 0;

	if (db_query(s->v->ledger.db, &rows, e, "SELECT DISTINCT name FROM aside", "") == -1)
		return -1;
	while ((rc = db_next(rows, e)) == 1)
		(void)table_add(&s->aside, arena_str(&s->a, db_text(rows, 0)), s);
	db_end(rows);
	return rc;
}

/* A name without what says that it belongs to another one. */
static struct str bare(struct str name)
{
	static const char *const ends[] = {".reason", ".lineage"};

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		const struct str end = str_c(ends[i]);
		if (str_ends(name, end))
			return str_sub(name, 0, name.n - end.n);
	}
	return name;
}

/* What is on its way lies in work/ under its number, as a tree, packed or plain. */
static bool under_way(const struct input_row *r, struct str place)
{
	static const char *const states[] = {"claiming", "claimed", "quarantined"};

	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		if (str_is(r->state, states[i]))
			return str_starts(place, STR("work/"));
	}
	return false;
}

static int known_input(struct strays *s, struct str place, const char *name, struct err *e)
{
	struct input_row r;
	const int rc = ledger_input_find(&s->v->ledger, place_number(name, "in-"), &s->row, &r, e);

	return rc == 1 ? str_eq(r.place, place) || under_way(&r, place) : rc;
}

static int known_received(struct strays *s, struct str place, const char *name, struct err *e)
{
	struct received_row r;
	const int rc = ledger_received_find(
		&s->v->ledger, place_number(name, "r-"), &s->row, &r, e);

	return rc == 1 ? str_eq(r.place, place) : rc;
}

static int known_interchange(struct strays *s, struct str place, const char *name, struct err *e)
{
	struct interchange_row r;
	const int rc = ledger_interchange_find(
		&s->v->ledger, place_number(name, "Z-"), &s->row, &r, e);

	return rc == 1 ? str_eq(arena_printf(&s->row, STR_FMT "/" STR_FMT, STR_ARG(r.place),
					STR_ARG(r.name)),
				 place)
		       : rc;
}

/* Does a row of the ledger say that a file lies there? 1, 0, -1. */
static int is_known(struct strays *s, const char *file, struct err *e)
{
	const struct str place = bare(str_c(file));
	const char *name = place_name(file);
	int rc = 0;

	if (str_starts(place, STR("quarantine/")) &&
		table_get(&s->aside, str_from(place, strlen("quarantine/"))))
		return 1;
	if (strncmp(name, "in-", 3) == 0)
		rc = known_input(s, place, name, e);
	else if (strncmp(name, "r-", 2) == 0)
		rc = known_received(s, place, name, e);
	else
		rc = known_interchange(s, place, name, e);
	arena_reset(&s->row);
	return rc;
}

static int suspect(struct strays *s, const char *place, struct err *e)
{
	struct suspect *x = NULL;
	const int rc = is_known(s, place, e);

	if (rc != 0)
		return rc == 1 ? 0 : -1;
	x = ARENA_NEW(&s->a, struct suspect);
	x->place = arena_str(&s->a, str_c(place)).p;
	*s->end = x;
	s->end = &x->next;
	return 0;
}

static int walk(struct strays *s, const char *folder, bool below, struct err *e)
{
	struct fsx_list list = {0};
	const int dir = fsx_subdir(s->v->dir, folder, e);
	int rc = 0;

	if (dir == -1)
		return e->code == ERR_ABSENT ? 0 : -1;
	rc = fsx_list(dir, &list, e);
	for (size_t i = 0; i < list.n && rc == 0; i++) {
		char place[2 * LIMIT_PATH];
		struct stat st;
		if (list.names[i][0] == '.')
			continue;
		(void)snprintf(place, sizeof(place), "%s/%s", folder, list.names[i]);
		rc = below ? fsx_stat(dir, list.names[i], &st, e) : 0;
		if (rc == -1)
			break;
		rc = rc == 1 && S_ISDIR(st.st_mode) ? walk(s, place, false, e)
						    : suspect(s, place, e);
	}
	fsx_list_done(&list);
	fsx_close(dir);
	return rc;
}

/* A verb may have moved something between the look at the folder and that at the ledger: so another look. */
static int judge(struct strays *s, struct err *e)
{
	struct alarms told;
	int rc = 0;

	alarms_init(&told, s->v, "UNKNOWN-FILE", "unknown-file");
	for (const struct suspect *x = s->first; x && rc == 0; x = x->next) {
		struct stat st;
		rc = place_stat(s->v, x->place, &st, e);
		if (rc == 1) {
			rc = is_known(s, x->place, e);
			rc = rc == -1 ? -1 : !rc;
		}
		if (rc == 1)
			alarms_add(&told, str_c(x->place),
				"the ledger does not know this file, so it is never sent; move it away. "
				"What is to be sent belongs into inbox/SOURCE");
		rc = rc == -1 ? -1 : 0;
	}
	if (rc == 0)
		return alarms_commit(&told, e);
	alarms_done(&told);
	return -1;
}

int strays_run(struct env *v, struct err *e)
{
	static const struct {
		const char *name;
		bool below; /* has folders of partners or sources */
	} all[] = {{"work", false}, {"current", true}, {"outbox", true}, {"sent", true},
		{"received", true}, {"hold", false}, {"quarantine", false}};
	struct strays s = {.v = v};
	int rc = 0;

	s.end = &s.first;
	arena_init(&s.a);
	arena_init(&s.row);
	table_init(&s.aside);
	rc = load_aside(&s, e);
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]) && rc == 0; i++)
		rc = walk(&s, all[i].name, all[i].below, e);
	if (rc == 0)
		rc = judge(&s, e);
	table_done(&s.aside);
	arena_done(&s.row);
	arena_done(&s.a);
	return rc == -1 ? err_wrap(e, "look for unknown files") : 0;
}
