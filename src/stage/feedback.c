/* Feedback files; see feedback.h. */
#include "stage/feedback.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/fsx.h"
#include "base/json.h"

enum { FEEDBACK_MAX = 256 << 20 };

struct entry {
	struct str agreement, partner, key, interchange, segment, code, field, found, file, note;
	int64_t segment_at, element, map_line, at, id;
};

struct files {
	struct buf json_text, csv;
	struct json json;
	struct buf last_item; /* agreement and key of the entry that is open */
	int64_t last, n;
	bool open;
};

/* RFC 4180, and no spreadsheet takes a partner's text for a formula. */
static void cell(struct buf *b, struct str s, char end)
{
	const bool formula = s.n > 0 && strchr("=+-@\t\r", s.p[0]) != NULL;

	buf_ch(b, '"');
	if (formula)
		buf_ch(b, '\'');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"')
			buf_ch(b, '"');
		buf_ch(b, s.p[i]);
	}
	buf_ch(b, '"');
	buf_ch(b, end);
}

/* "Partner acme refused article SKU-1: Brand (body/brand) was "...": the value is too long. ..." */
static void sentence(struct buf *b, const struct entry *x)
{
	buf_printf(b, "Partner " STR_FMT " found fault with ", STR_ARG(x->partner));
	if (x->key.n > 0)
		buf_printf(b, "item " STR_FMT, STR_ARG(x->key));
	else
		buf_c(b, "the message as a whole");
	if (x->field.n > 0)
		buf_printf(b, ", field " STR_FMT, STR_ARG(x->field));
	if (x->found.n > 0)
		buf_printf(b, ", sent as '" STR_FMT "'", STR_ARG(x->found));
	buf_printf(b, ": " STR_FMT ".", STR_ARG(x->note));
	if (x->key.n > 0)
		buf_c(b,
			" Correct it at its source; it goes out again as soon as its content has changed.");
}

static void begin_item(struct files *f, const struct entry *x)
{
	struct buf id;

	buf_init(&id, 4096);
	buf_str(&id, x->agreement);
	buf_ch(&id, '\n');
	buf_str(&id, x->key);
	buf_ch(&id, '\n');
	buf_str(&id, x->interchange);
	if (!f->open || !str_eq(buf_view(&id), buf_view(&f->last_item))) {
		if (f->open) {
			json_end(&f->json, ']');
			json_end(&f->json, '}');
		}
		json_object(&f->json);
		json_member(&f->json, "partner", x->partner);
		json_member(&f->json, "agreement", x->agreement);
		json_member_opt(&f->json, "item", x->key);
		json_member_opt(&f->json, "file", x->file);
		json_member(&f->json, "interchange", x->interchange);
		json_name(&f->json, "findings");
		json_array(&f->json);
		f->open = true;
		buf_clear(&f->last_item);
		buf_str(&f->last_item, buf_view(&id));
	}
	buf_done(&id);
}

static void add(struct files *f, const struct entry *x)
{
	struct buf words;
	struct buf place;
	char line[24];

	buf_init(&words, 8000);
	buf_init(&place, 200);
	sentence(&words, x);
	buf_printf(&place, STR_FMT, STR_ARG(x->segment));
	if (x->element > 0)
		buf_printf(&place, "%02" PRId64, x->element);
	(void)snprintf(line, sizeof(line), "%" PRId64, x->map_line);
	begin_item(f, x);
	json_object(&f->json);
	json_member(&f->json, "text", buf_view(&words));
	json_member_opt(&f->json, "field", x->field);
	json_member_opt(&f->json, "found", x->found);
	json_member(&f->json, "code", x->code);
	json_member(&f->json, "segment", buf_view(&place));
	json_member_int(&f->json, "segment_at", x->segment_at);
	if (x->map_line > 0)
		json_member_int(&f->json, "map_line", x->map_line);
	json_end(&f->json, '}');
	cell(&f->csv, x->partner, ',');
	cell(&f->csv, x->key, ',');
	cell(&f->csv, x->field, ',');
	cell(&f->csv, x->found, ',');
	cell(&f->csv, buf_view(&words), ',');
	cell(&f->csv, x->code, ',');
	cell(&f->csv, buf_view(&place), ',');
	cell(&f->csv, x->file, ',');
	cell(&f->csv, x->interchange, ',');
	cell(&f->csv, str_c(line), '\n');
	f->last = x->id > f->last ? x->id : f->last;
	f->n++;
	buf_done(&words);
	buf_done(&place);
}

static int collect(struct env *v, struct files *f, int64_t after, struct err *e)
{
	struct db_rows *rows = NULL;
	char interchange[32];
	int rc = 0;

	if (db_query(v->ledger.db, &rows, e,
		    "SELECT id, agreement, partner, key, interchange, segment, segment_at, element, "
		    "code, field, found, file, map_line, note, at FROM feedback WHERE id > ?1 ORDER BY agreement, key, interchange, id",
		    "i", after) == -1)
		return -1;
	while ((rc = db_next(rows, e)) == 1) {
		(void)snprintf(interchange, sizeof(interchange), "%06" PRId64, db_int(rows, 4));
		const struct entry x = {
			.id = db_int(rows, 0),
			.agreement = db_text(rows, 1),
			.partner = db_text(rows, 2),
			.key = db_text(rows, 3),
			.interchange = str_c(interchange),
			.segment = db_text(rows, 5),
			.segment_at = db_int(rows, 6),
			.element = db_int(rows, 7),
			.code = db_text(rows, 8),
			.field = db_text(rows, 9),
			.found = db_text(rows, 10),
			.file = db_text(rows, 11),
			.map_line = db_int(rows, 12),
			.note = db_text(rows, 13),
			.at = db_int(rows, 14),
		};
		add(f, &x);
	}
	db_end(rows);
	return rc;
}

static int commit_last(struct env *v, const struct files *f, const char *name, struct err *e)
{
	struct ledger *l = &v->ledger;
	char last[24];

	(void)snprintf(last, sizeof(last), "%" PRId64, f->last);
	if (ledger_begin(l, e) == -1)
		return -1;
	if (ledger_run(l, e,
		    "INSERT INTO meta(key, value) VALUES('feedback', ?1) ON CONFLICT(key) DO UPDATE SET value = "
		    "excluded.value",
		    "c", last) == -1 ||
		ledger_event(l, "feedback", "environment", e, "file=%s entries=%" PRId64, name,
			f->n) == -1) {
		ledger_rollback(l);
		return -1;
	}
	return ledger_commit(l, e);
}

static int publish(struct env *v, struct files *f, struct err *e)
{
	char name[80];
	const int dir = env_folder(v, "feedback", e);
	int rc = -1;

	if (dir == -1)
		return -1;
	if (buf_check(&f->json_text, "feedback", e) == 0 &&
		buf_check(&f->csv, "feedback", e) == 0) {
		(void)snprintf(name, sizeof(name), "%s.csv", v->run);
		rc = fsx_replace(dir, name, buf_view(&f->csv), e);
	}
	if (rc == 0) {
		(void)snprintf(name, sizeof(name), "%s.json", v->run);
		rc = fsx_replace(dir, name, buf_view(&f->json_text), e);
	}
	fsx_close(dir);
	return rc == 0 ? commit_last(v, f, name, e) : -1;
}

int feedback_write(struct env *v, struct err *e)
{
	struct files f;
	int64_t after = 0;
	int rc = db_one_int(v->ledger.db, &after, e,
		"SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'feedback'", "");

	if (rc == -1)
		return -1;
	memset(&f, 0, sizeof(f));
	buf_init(&f.json_text, FEEDBACK_MAX);
	buf_init(&f.csv, FEEDBACK_MAX);
	buf_init(&f.last_item, 4096);
	json_init(&f.json, &f.json_text, true);
	json_array(&f.json);
	buf_c(&f.csv,
		"partner,item,field,sent as,what is wrong,code,place,file,interchange,map line\n");
	rc = collect(v, &f, after, e);
	if (f.open) {
		json_end(&f.json, ']');
		json_end(&f.json, '}');
	}
	json_end(&f.json, ']');
	buf_ch(&f.json_text, '\n');
	if (rc == 0 && f.n > 0)
		rc = publish(v, &f, e);
	buf_done(&f.json_text);
	buf_done(&f.csv);
	buf_done(&f.last_item);
	return rc == -1 ? err_wrap(e, "feedback") : 0;
}
