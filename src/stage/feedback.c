/* Feedback files; see feedback.h. */
#include "stage/feedback.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/fsx.h"
#include "base/json.h"

enum {
	ENTRY_MAX = 16 << 20, /* of one entry in one file, by far */
	WORTH_A_WRITE = 1 << 20
};

struct entry {
	struct str agreement, partner, key, interchange, segment, code, field, found, file, note;
	int64_t segment_at, element, map_line, at, id;
};

/* A file that is written as it grows. */
struct part {
	struct buf text; /* not yet written */
	struct fsx_tmp tmp;
};

struct files {
	struct part json_part, csv_part;
	int dir; /* feedback/, once there is an entry */
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
	struct buf *csv = &f->csv_part.text;
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
	cell(csv, x->partner, ',');
	cell(csv, x->key, ',');
	cell(csv, x->field, ',');
	cell(csv, x->found, ',');
	cell(csv, buf_view(&words), ',');
	cell(csv, x->code, ',');
	cell(csv, buf_view(&place), ',');
	cell(csv, x->file, ',');
	cell(csv, x->interchange, ',');
	cell(csv, str_c(line), '\n');
	f->last = x->id > f->last ? x->id : f->last;
	f->n++;
	buf_done(&words);
	buf_done(&place);
}

static int flush(struct part *p, size_t over, struct err *e)
{
	if (p->text.n <= over)
		return 0;
	if (buf_check(&p->text, "one entry", e) == -1 ||
		fsx_write_all(p->tmp.fd, p->text.p, p->text.n, e) == -1)
		return -1;
	buf_clear(&p->text);
	return 0;
}

/* The first entry: there will be files. */
static int begin(struct env *v, struct files *f, struct err *e)
{
	f->dir = env_folder(v, "feedback", e);
	if (f->dir == -1 || fsx_tmp_open(f->dir, &f->json_part.tmp, e) == -1 ||
		fsx_tmp_open(f->dir, &f->csv_part.tmp, e) == -1)
		return -1;
	json_init(&f->json, &f->json_part.text, true);
	json_array(&f->json);
	buf_c(&f->csv_part.text,
		"partner,item,field,sent as,what is wrong,code,place,file,interchange,map line\n");
	return 0;
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
		if (f->n == 0 && (rc = begin(v, f, e)) == -1)
			break;
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
		if (flush(&f->json_part, WORTH_A_WRITE, e) == -1 ||
			flush(&f->csv_part, WORTH_A_WRITE, e) == -1) {
			rc = -1;
			break;
		}
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

static int pending(struct fsx_pending *out, struct part *p, const struct env *v, const char *end,
	struct err *e)
{
	(void)snprintf(out->name, sizeof(out->name), "%s%s", v->run, end);
	/* There may be one that was written before the mark could be moved. */
	return flush(p, 0, e) == -1 ? -1 : fsx_remove(p->tmp.dir, out->name, e);
}

static int publish(struct env *v, struct files *f, struct err *e)
{
	struct fsx_pending files[2];

	json_end(&f->json, ']');
	json_end(&f->json, '}');
	json_end(&f->json, ']');
	buf_ch(&f->json_part.text, '\n');
	if (pending(&files[0], &f->csv_part, v, ".csv", e) == -1 ||
		pending(&files[1], &f->json_part, v, ".json", e) == -1)
		return -1;
	files[0].tmp = f->csv_part.tmp;
	files[1].tmp = f->json_part.tmp;
	f->csv_part.tmp.fd = f->json_part.tmp.fd = -1;
	return fsx_publish_many(files, 2, e) == -1 ? -1 : commit_last(v, f, files[1].name, e);
}

static void done(struct files *f)
{
	fsx_tmp_drop(&f->json_part.tmp);
	fsx_tmp_drop(&f->csv_part.tmp);
	buf_done(&f->json_part.text);
	buf_done(&f->csv_part.text);
	buf_done(&f->last_item);
	fsx_close(f->dir);
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
	f.dir = f.json_part.tmp.fd = f.csv_part.tmp.fd = -1;
	buf_init(&f.json_part.text, ENTRY_MAX);
	buf_init(&f.csv_part.text, ENTRY_MAX);
	buf_init(&f.last_item, 4096);
	rc = collect(v, &f, after, e);
	if (rc == 0 && f.n > 0)
		rc = publish(v, &f, e);
	done(&f);
	return rc == -1 ? err_wrap(e, "feedback") : 0;
}
