/* The story of an item at all partners. */
#include "stage/story_parts.h"

/* Of an item that neither we nor a partner found fault with; NULL text: the ledger failed. */
static struct str item_next(struct db *db, struct str key, struct err *e)
{
	static const struct {
		const char *state, *text;
	} rows[] = {{"held", "a person decides about its interchange"},
		{"due", "the next run sends it again"},
		{"pending", "its interchange waits to be sent or answered; show tells of that"}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int64_t n = 0;
		if (db_one_int(db, &n, e,
			    "SELECT COUNT(*) FROM item WHERE agreement IN (SELECT agreement FROM unit) "
			    "AND key = ?1 AND state = ?2",
			    "sc", key, rows[i].state) != 1)
			return (struct str){NULL, 0};
		if (n > 0)
			return str_c(rows[i].text);
	}
	return STR("nothing; it is sent again when its content changes");
}

int story_item_tell(struct env *v, const struct subject *s, struct story *t, struct err *e)
{
	static const char *const states[] = {
		"agreement", "state", "interchange", "since", "reason"};
	static const char *const aside[] = {"agreement", "since", "codes", "file", "text"};
	static const char *const feedback[] = {
		"at", "partner", "interchange", "field", "code", "found", "text"};
	struct db *db = v->ledger.db;
	struct db_rows *rows = NULL;
	int64_t open = 0;
	int64_t rejected = 0;

	story_build_fact(t, "item", s->name);
	if (db_one_int(db, &open, e, "SELECT COUNT(*) FROM aside WHERE key = ?1 AND closed = 0",
		    "s", s->name) != 1 ||
		db_one_int(db, &rejected, e,
			"SELECT COUNT(*) FROM item WHERE agreement IN (SELECT agreement FROM "
			"unit) AND key = ?1 AND state = 'rejected'",
			"s", s->name) != 1)
		return -1;
	t->next = open > 0
		? STR("correct it at the source; a later good version closes the findings")
		: rejected > 0
		? STR("correct what the partner refused; it is sent again when its content changes")
		: item_next(db, s->name, e);
	if (!t->next.p)
		return -1;
	if (db_query(db, &rows, e,
		    "SELECT agreement, state, interchange, at, CASE WHEN hash = 'delete:' AND reason = '' "
		    "THEN 'told to delete it' ELSE reason END FROM item WHERE "
		    "agreement IN (SELECT agreement FROM unit) AND key = ?1 ORDER BY agreement",
		    "s", s->name) == -1 ||
		story_build_rows(t, "partners", states, "ccitc", rows, e) == -1)
		return -1;
	if (db_query(db, &rows, e,
		    "SELECT agreement, opened, codes, file, note FROM aside WHERE key = ?1 AND closed = 0 ORDER "
		    "BY agreement, opened",
		    "s", s->name) == -1 ||
		story_build_rows(t, "findings", aside, "ctccc", rows, e) == -1)
		return -1;
	if (db_query(db, &rows, e,
		    "SELECT at, partner, interchange, field, code, found, note FROM "
		    "feedback WHERE key = ?1 ORDER BY id",
		    "s", s->name) == -1)
		return -1;
	return story_build_rows(t, "feedback", feedback, "tcicccc", rows, e);
}
