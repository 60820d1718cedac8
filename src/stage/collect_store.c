/* Store: what was claimed goes from the inbox into work/, hashed; a tree is packed. */
#include "stage/collect_parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "format/zip.h"
#include "secure/hash.h"
#include "stage/collect_away.h"
#include "stage/inbox_ready.h"
#include "stage/inputs.h"
#include "stage/place.h"

static int remove_companion(
	const struct env *v, const struct input_row *r, const char *end, struct err *e)
{
	char path[LIMIT_PATH];

	if (r->name.n + strlen(end) > LIMIT_NAME)
		return 0;
	(void)snprintf(path, sizeof(path), "inbox/" STR_FMT "/" STR_FMT "%s", STR_ARG(r->source),
		STR_ARG(r->name), end);
	return place_remove(v, path, e);
}

/* What may not be taken in, judged without opening it. NULL when it is fine. */
static const char *refusal(
	const struct config_source *s, const struct stat *st, uint64_t limit, const char **note)
{
	if (S_ISDIR(st->st_mode)) {
		*note = "a folder, but the source takes files; say shape=\"tree\" if folders are meant";
		return s->tree ? NULL : "SPECIAL-FILE";
	}
	*note = "not a plain file (a link, pipe, socket or device); it was not opened";
	if (!S_ISREG(st->st_mode))
		return "SPECIAL-FILE";
	*note = "the file has more than one name (hard link), so others can change it; deliver a copy";
	if (st->st_nlink > 1)
		return "SPECIAL-FILE";
	*note = "a file, but the source takes folders (shape=\"tree\")";
	if (s->tree)
		return "SPECIAL-FILE";
	*note = "the file is empty; a failed export often leaves one";
	if (st->st_size == 0)
		return "EMPTY";
	*note = "the file is larger than max-size of its source";
	if ((uint64_t)st->st_size > limit)
		return "TOO-BIG";
	return NULL;
}

/* A manifest: SHA256, blank, SIZE, then maybe a blank and the file's name. 0 it says what is there, -1 with
 * what is wrong as reason. The name is compared and used for nothing else. */
static int compare_manifest(
	struct str manifest, const struct input_row *r, const char *want, struct err *e)
{
	struct str rest = str_from(manifest, strlen(want));
	struct buf shown;

	if (!str_starts(manifest, str_c(want)) ||
		(rest.n > 0 && memchr(" \t\r\n", rest.p[0], 4) == NULL)) {
		(void)err_set(e, ERR_INPUT,
			"size or SHA-256 is not what the manifest beside it says; deliver both again");
		return err_reason(e, "MANIFEST-MISMATCH");
	}
	rest = str_trim(rest);
	if (rest.n == 0 || str_eq(rest, r->name))
		return 0;
	buf_init(&shown, 1024);
	utf8_quote(&shown, rest, 200);
	(void)err_set(e, ERR_INPUT,
		"the manifest beside it names '%s', expected the file's own name or none; deliver both again",
		buf_cstr(&shown));
	buf_done(&shown);
	return err_reason(e, "BAD-NAME");
}

/* The manifest beside a file. 0 right, -1; with a reason it is the file that is put away. */
static int check_manifest(const struct env *v, const struct input_row *r, const char *sha,
	uint64_t size, struct err *e)
{
	char path[LIMIT_PATH];
	char want[160];
	struct buf b;
	int fd = -1;
	int rc = -1;

	(void)snprintf(path, sizeof(path), "inbox/" STR_FMT "/" STR_FMT ".manifest",
		STR_ARG(r->source), STR_ARG(r->name));
	(void)snprintf(want, sizeof(want), "%s %" PRIu64, sha, size);
	buf_init(&b, 4096);
	fd = fsx_open(v->dir, path, e);
	if (fd == -1 && e->code == ERR_ABSENT) {
		(void)err_set(e, ERR_INPUT,
			"the manifest beside it was gone when the file was read; deliver both again");
		rc = err_reason(e, "MANIFEST-MISMATCH");
	} else if (fd != -1 && fsx_read(fd, &b, e) == 0) {
		rc = compare_manifest(str_trim(buf_view(&b)), r, want, e);
	}
	fsx_close(fd);
	buf_done(&b);
	return rc;
}

static int commit_stored(struct env *v, const struct input_row *r, const char *sha,
	const char *content, int64_t members, int64_t size, const char *place, struct err *e)
{
	struct ledger *l = &v->ledger;
	char subject[40];

	collect_row_subject(r->id, subject);
	if (ledger_begin(l, e) == -1)
		return -1;
	if (ledger_input_stored(l, r->id, sha, content, members, size, e) == -1 ||
		ledger_input_stays(l, r->id, r->stays, e) == -1 ||
		ledger_input_state(l, r->id, "claimed", place, "", "", e) == -1 ||
		ledger_event(l, "collected", subject, e,
			"sha256=%s size=%" PRId64 " members=%" PRId64, sha, size, members) == -1) {
		ledger_rollback(l);
		return -1;
	}
	return ledger_commit(l, e);
}

/* May its exporter still write to it? Where that cannot be asked, one that did so before is waited for. */
static bool is_written(
	const struct env *v, const struct input_row *r, int fd, const struct stat *st)
{
	const int writer = fsx_writer(fd);

	if (clock_now(&v->clock) - st->st_mtime >= INPUTS_WRITES_SECONDS)
		return false;
	return writer == 1 || (writer == -1 && r->sha.n > 0);
}

static void tell_written(struct env *v, const struct input_row *r, const char *place)
{
	struct arena a;

	arena_init(&a);
	env_log(v, LOG_WARN, "still-written", place,
		"WRITTEN-ON: %s; taken by the next run, if it is complete",
		collect_row_named(r, INPUTS_WRITTEN_ON, &a).p);
	arena_done(&a);
}

/* A file that lies in work/: hash it, and make sure that nobody still writes to it: then 1, and it
 * is looked at again in the next run. */
static int store_file(
	struct env *v, const struct input_row *r, const struct config_source *s, struct err *e)
{
	char place[LIMIT_PATH];
	char sha[HASH_HEX];
	uint64_t size = 0;
	struct stat before;
	struct stat after;
	bool written = false;
	int fd = -1;
	int rc = -1;

	collect_row_work(r, "", place);
	if (place_stat(v, place, &before, e) == -1)
		return -1;
	fd = fsx_open(v->dir, place, e);
	rc = fd == -1 ? -1 : hash_file(fd, sha, &size, e);
	written = rc == 0 && is_written(v, r, fd, &before);
	fsx_close(fd);
	if (rc == -1 || place_stat(v, place, &after, e) != 1)
		return -1;
	if (written || after.st_size != before.st_size ||
		after.st_mtim.tv_sec != before.st_mtim.tv_sec ||
		after.st_mtim.tv_nsec != before.st_mtim.tv_nsec ||
		(uint64_t)after.st_size != size) {
		tell_written(v, r, place);
		return 1;
	}
	if (s->ready == READY_MANIFEST && check_manifest(v, r, sha, size, e) == -1) {
		const struct err why = *e;
		return why.reason[0] ? collect_away_now(v, r->id, why.reason, why.text, e) : -1;
	}
	return commit_stored(v, r, sha, sha, 1, (int64_t)size, place, e);
}

/* A tree: packed once into work/in-N.zip; then the tree goes, if it could be moved into work/. */
static int store_tree(
	struct env *v, const struct input_row *r, const char *tree_place, struct err *e)
{
	struct arena a;
	struct diag d;
	struct fsx_tmp tmp = {.fd = -1};
	struct zip_packed packed;
	char place[LIMIT_PATH];
	char sha[HASH_HEX];
	int work = -1;
	int tree = -1;
	int rc = -1;

	arena_init(&a);
	diag_init(&d, &a);
	collect_row_work(r, ".zip", place);
	work = env_folder(v, "work", e);
	tree = fsx_subdir(v->dir, tree_place, e);
	if (work == -1 || tree == -1 || fsx_tmp_open(work, &tmp, e) == -1)
		goto out;
	if (zip_pack(tree, tmp.fd, &packed, &d, e) == -1 || hash_file(tmp.fd, sha, NULL, e) == -1)
		goto out;
	for (const struct finding *f = d.first; f; f = f->next)
		env_log(v, LOG_WARN, "left-out", f->file.p, STR_FMT, STR_ARG(f->rule));
	if (fsx_publish(&tmp, place + 5, e) == -1 && e->code != ERR_EXISTS)
		goto out;
	rc = commit_stored(v, r, sha, packed.content, (int64_t)packed.members,
		(int64_t)packed.bytes, place, e);
	if (rc == 0 && r->stays > 0)
		env_log(v, LOG_WARN, "left-in-inbox", tree_place,
			"taken where it lies: moving it is denied; the exporter should make its folders "
			"writable for the group, or remove it");
	else if (rc == 0)
		rc = place_remove(v, tree_place, e);
out:
	fsx_tmp_drop(&tmp);
	fsx_close(tree);
	fsx_close(work);
	arena_done(&a);
	return rc;
}

/* Out of the inbox, into place; a tree that we may not move is taken where it lies: then place and
 * r->stays say so. 1, 0 it is in neither place, -1. */
static int take_out(struct env *v, struct input_row *r, const char *inbox, char place[LIMIT_PATH],
	struct stat *st, struct err *e)
{
	int rc = place_stat(v, place, st, e);

	if (rc == 0 && !str_is(r->place, place)) { /* it was in use already: written on */
		rc = place_move(v, r->place.p, place, e);
		rc = rc == 1 ? place_stat(v, place, st, e) : rc;
	}
	if (rc != 0)
		return rc;
	rc = place_stat(v, inbox, st, e);
	if (rc != 1 || (int64_t)st->st_ino != r->ino)
		return rc == -1 ? -1 : 0;
	if (place_move(v, inbox, place, e) != -1)
		return 1;
	if (!r->tree || e->code != ERR_DENIED ||
		inbox_ready_changed(v->dir, inbox, st, &r->stays, e) == -1)
		return -1;
	(void)snprintf(place, LIMIT_PATH, "%s", inbox);
	return 1;
}

static int store_taken(struct env *v, const struct input_row *r, const struct config_source *s,
	const char *place, struct err *e)
{
	const char *reason = NULL;
	int rc = 0;

	if (!r->tree)
		return store_file(v, r, s, e);
	rc = store_tree(v, r, place, e);
	if (rc == 0 || (e->code != ERR_INPUT && e->code != ERR_LIMIT))
		return rc;
	reason = e->reason[0] ? e->reason : "TREE";
	return r->stays > 0 ? collect_away_there(v, r, place, reason, e->text, e)
			    : collect_away_now(v, r->id, reason, e->text, e);
}

/* Whoever took it away knows; whoever waits for it should, too. */
static int vanished(struct env *v, const struct input_row *r, const char *place, struct err *e)
{
	static const char note[] = "it left the inbox before it was picked up";
	struct arena a;
	char id[40];

	arena_init(&a);
	(void)snprintf(id, sizeof(id), "in-%06" PRId64, r->id);
	env_log(v, LOG_WARN, "abandoned", id, "VANISHED: %s", collect_row_named(r, note, &a).p);
	arena_done(&a);
	return collect_row_settle(v, r, "abandoned", place, "VANISHED", note, "abandoned", e);
}

/* Brings one row from claiming to claimed, quarantined or abandoned. */
int collect_store_row(struct env *v, const struct input_row *row, struct err *e)
{
	const struct config_source *s = config_source_find(v->config, row->source);
	struct input_row r = *row;
	char inbox[LIMIT_PATH];
	char place[LIMIT_PATH];
	const char *note = NULL;
	const char *reason = NULL;
	struct stat st;
	int rc = 0;

	if (!s)
		return collect_row_settle(v, &r, "abandoned", r.place.p, "SOURCE-GONE",
			"its source is no longer configured", "abandoned", e);
	collect_row_work(&r, r.tree ? ".tree" : "", place);
	(void)snprintf(inbox, sizeof(inbox), "inbox/" STR_FMT "/" STR_FMT, STR_ARG(r.source),
		STR_ARG(r.name));
	rc = take_out(v, &r, inbox, place, &st, e);
	if (rc == 0)
		return vanished(v, &r, place, e);
	if (rc == -1)
		return -1;
	/* The marker has done its work; left behind, it would call the next file of that name ready. */
	if (r.sha.n == 0 && remove_companion(v, &r, ".ready", e) == -1)
		return -1;
	reason = refusal(s, &st, s->max_size ? s->max_size : UINT64_MAX, &note);
	if (reason) {
		if (remove_companion(v, &r, ".manifest", e) == -1)
			return -1;
		return collect_away_now(v, r.id, reason, note, e);
	}
	rc = store_taken(v, &r, s, place, e);
	if (rc == 0 && r.sha.n == 0)
		rc = remove_companion(v, &r, ".manifest", e);
	return rc == 1 ? 0 : rc;
}
