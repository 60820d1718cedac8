/* Bundle versions; see bundle.h. */
#include "stage/bundle.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fsx.h"
#include "base/fsx_tree.h"
#include "base/limits.h"
#include "base/mem.h"
#include "format/zip_out.h"
#include "format/zip_read.h"
#include "secure/hash.h"

enum { DEPTH = 8, BLOCK = 64 << 10, FILE_MAX_BYTES = 256 << 20 };

/* --- which files --- */

struct walk {
	const struct bundle_part *part; /* NULL: everything counts */
	bool ours;			/* the program's own maps/, not bundle/ */
	struct hash_ctx *hash;
	struct hash_ctx *file;
	struct zip_out *zip; /* or NULL */
};

/* Is that a version whose dictionaries the message takes from: its own, or the one that all share? */
static bool is_version_of(const struct def_message *m, struct str version)
{
	const char *service = defs_format(m->format)->service;

	return str_eq(version, m->version) || (service && str_is(version, service));
}

/* A definition counts when it is of the message, with its guides beside it (PRICAT.EAN009.xml), or a
 * dictionary that the message takes from: FORMAT/VERSION/NAME.xml. */
static bool is_definition_of(const struct def_message *m, struct str format, struct str rest)
{
	struct str version;
	struct str stem;
	struct str id;
	char name[LIMIT_NAME];

	if (!m || !str_eq(format, m->format))
		return false;
	if (layout_format(format)) /* FORMAT/NAME.xml */
		return str_split(&rest, '.', &stem) && str_eq(stem, m->id);
	if (!str_split(&rest, '/', &version) || !is_version_of(m, version))
		return false;
	(void)str_split(&rest, '.', &stem);
	(void)snprintf(name, sizeof(name), STR_FMT ".xml", STR_ARG(stem));
	return !defs_is_message_file(name, &id) || str_eq(id, m->id);
}

/* fixed/NAME.xml of a source. */
static bool is_layout_read(const struct map *m, struct str format, struct str rest)
{
	struct str stem;

	return m && str_is(format, "fixed") && str_split(&rest, '.', &stem) &&
		map_reads_layout(m, stem);
}

static bool is_other_definition(const struct walk *w, const char *path)
{
	struct str rest = str_c(path);
	struct str format;

	if (str_starts(rest, STR("definitions/")))
		rest = str_from(rest, strlen("definitions/"));
	return str_split(&rest, '/', &format) && (defs_format(format) || layout_format(format)) &&
		!is_definition_of(w->part->made, format, rest) &&
		!is_definition_of(w->part->read, format, rest) &&
		!is_layout_read(w->part->reader, format, rest);
}

/* Texts and examples of the program are no part of any map. */
static bool is_for_people(const char *path)
{
	return str_ends(str_c(path), STR(".md")) || strncmp(path, "examples/", 9) == 0;
}

static bool counts(const struct walk *w, const char *path)
{
	if (w->ours && is_for_people(path))
		return false;
	if (!w->part)
		return true;
	if (w->ours && !strchr(path, '/'))
		return strncmp(w->part->map, "maps/", 5) == 0 &&
			strcmp(path, w->part->map + 5) == 0;
	if (!w->ours && strncmp(path, "agreements/", 11) == 0)
		return strcmp(path, w->part->agreement) == 0;
	if (!w->ours && strncmp(path, "maps/", 5) == 0)
		return strcmp(path, w->part->map) == 0;
	return !is_other_definition(w, path) && (w->ours || strcmp(path, "routes.xml") != 0);
}

/* --- the walk --- */

static int add_bytes(struct walk *w, int fd, struct err *e)
{
	char *block = mem_alloc(BLOCK);
	uint64_t at = 0;
	size_t got = BLOCK;
	int rc = 0;

	while (rc == 0 && got == BLOCK) {
		rc = fsx_pread(fd, block, BLOCK, at, &got, e);
		if (rc == 0 && w->zip)
			rc = zip_out_bytes(w->zip, block, got, e);
		if (rc == 0)
			hash_add(w->file, block, got);
		at += got;
	}
	mem_free(block);
	return rc;
}

/* member: "bundle/tables/uom.csv", name for people and in the archive. */
static int add_file(struct walk *w, int dir, const char *name, const char *member, struct err *e)
{
	uint8_t digest[HASH_SIZE];
	const int fd = fsx_open(dir, name, e);
	int rc = fd == -1 ? -1 : 0;

	if (rc == 0 && w->zip)
		rc = zip_out_begin(w->zip, str_c(member), e);
	if (rc == 0)
		rc = add_bytes(w, fd, e);
	if (rc == 0 && w->zip)
		rc = zip_out_end(w->zip, e);
	fsx_close(fd);
	if (rc == -1)
		return err_wrap(e, "%s", member);
	hash_end(w->file, digest);
	hash_add(w->hash, member, strlen(member) + 1);
	hash_add(w->hash, digest, sizeof(digest));
	return 0;
}

static int walk_folder(struct walk *w, int dir, const char *prefix, int depth, struct err *e);

static int walk_entry(
	struct walk *w, int dir, const char *name, const char *path, int depth, struct err *e)
{
	char member[LIMIT_PATH + 10];
	struct stat st;
	int fd = -1;
	int rc = fsx_stat(dir, name, &st, e);

	if (rc != 1)
		return rc == 0 ? 0 : -1;
	if (S_ISREG(st.st_mode) && counts(w, path)) {
		(void)snprintf(member, sizeof(member), "%s/%s", w->ours ? "maps" : "bundle", path);
		return add_file(w, dir, name, member, e);
	}
	if (!S_ISDIR(st.st_mode))
		return 0;
	fd = fsx_subdir(dir, name, e);
	rc = fd == -1 ? -1 : walk_folder(w, fd, path, depth + 1, e);
	fsx_close(fd);
	return rc;
}

/* By name order; hidden names are not ours to judge. */
static int walk_folder(struct walk *w, int dir, const char *prefix, int depth, struct err *e)
{
	struct fsx_list list = {0};
	int rc = 0;

	if (depth > DEPTH)
		return err_set(e, ERR_CONFIG, "%s/%s: folders nest deeper than %d",
			w->ours ? "maps" : "bundle", prefix, DEPTH);
	if (fsx_list(dir, &list, e) == -1)
		return -1;
	for (size_t i = 0; i < list.n && rc == 0; i++) {
		char path[LIMIT_PATH];
		if (list.names[i][0] == '.')
			continue;
		(void)snprintf(
			path, sizeof(path), "%s%s%s", prefix, *prefix ? "/" : "", list.names[i]);
		rc = walk_entry(w, dir, list.names[i], path, depth, e);
	}
	fsx_list_done(&list);
	return rc;
}

static int walk_both(const struct env *v, const struct bundle_part *part, struct zip_out *zip,
	char out[HASH_HEX], struct err *e)
{
	struct walk w = {.part = part, .hash = hash_new(), .file = hash_new(), .zip = zip};
	uint8_t digest[HASH_SIZE];
	int rc = walk_folder(&w, v->map_dirs[0], "", 0, e);

	w.ours = true;
	if (rc == 0)
		rc = walk_folder(&w, v->map_dirs[2], "", 0, e);
	hash_end(w.hash, digest);
	hash_hex(digest, out);
	hash_free(w.file);
	hash_free(w.hash);
	return rc;
}

int bundle_hash(
	const struct env *v, const struct bundle_part *part, char out[HASH_HEX], struct err *e)
{
	return walk_both(v, part, NULL, out, e);
}

/* --- kept --- */

static int pack(struct env *v, int out, struct err *e)
{
	struct zip_out *zip = zip_out_new(out);
	char now[HASH_HEX];
	uint64_t bytes = 0;
	int rc = walk_both(v, NULL, zip, now, e);

	if (rc == 0)
		rc = zip_out_finish(zip, &bytes, e);
	zip_out_free(zip);
	if (rc == 0 && strcmp(now, v->bundle) != 0)
		rc = err_set(e, ERR_CONFIG,
			"bundle/ or the program's maps/ changed while the run started; start it again");
	return rc;
}

int bundle_keep(struct env *v, struct err *e)
{
	struct fsx_tmp tmp = {.fd = -1};
	struct stat st;
	char name[80];
	const int dir = env_folder(v, "archive/bundles", e);
	int rc = -1;

	if (dir == -1)
		return -1;
	(void)snprintf(name, sizeof(name), "%s.zip", v->bundle);
	rc = fsx_stat(dir, name, &st, e);
	if (rc == 0) {
		rc = fsx_tmp_open(dir, &tmp, e);
		if (rc == 0)
			rc = pack(v, tmp.fd, e);
		if (rc == 0)
			rc = fsx_publish(&tmp, name, e);
		fsx_tmp_drop(&tmp);
	}
	fsx_close(dir);
	return rc == -1 ? err_wrap(e, "keep the bundle") : 0;
}

/* --- and opened again --- */

/* A file below folder `at`, with the folders it needs. */
static int put_file(int at, const char *path, struct str bytes, struct err *e)
{
	char folder[LIMIT_PATH];
	const char *slash = strrchr(path, '/');
	int dir = -1;
	int rc = -1;

	if (!slash)
		return fsx_put(at, path, bytes, e);
	(void)snprintf(folder, sizeof(folder), "%.*s", (int)(slash - path), path);
	if (fsx_mkdirs(at, folder, 0700, e) == 0)
		dir = fsx_subdir(at, folder, e);
	if (dir != -1)
		rc = fsx_put(dir, slash + 1, bytes, e);
	fsx_close(dir);
	return rc;
}

/* Below the folder at; -1: only looked at. */
static int unpack(int fd, int at, struct err *e)
{
	uint64_t size = 0;
	struct zip_read *zip = NULL;
	char *bytes = NULL;
	size_t cap = 0;
	size_t n = 0;
	int rc = fsx_size(fd, &size, e);

	if (rc == 0)
		zip = zip_read_open(fd, size, e);
	if (!zip)
		return -1;
	for (uint64_t i = 0; i < zip_read_count(zip) && rc == 0; i++) {
		char path[LIMIT_PATH];
		(void)snprintf(path, sizeof(path), STR_FMT, STR_ARG(zip_read_name(zip, i)));
		rc = zip_read_member(zip, i, FILE_MAX_BYTES, 0, &bytes, &cap, &n, e);
		if (rc == 0 && at != -1)
			rc = put_file(at, path, (struct str){bytes, n}, e);
	}
	mem_free(bytes);
	zip_read_close(zip);
	return rc;
}

int bundle_whole(int fd, struct err *e)
{
	return unpack(fd, -1, e);
}

static int copy_file(int from, int at, const char *path, struct err *e)
{
	struct buf b;
	const int fd = fsx_open(from, path, e);
	int rc = -1;

	buf_init(&b, LIMIT_CONFIG_FILE);
	if (fd != -1 && fsx_read(fd, &b, e) == 0)
		rc = put_file(at, path, buf_view(&b), e);
	buf_done(&b);
	fsx_close(fd);
	return rc;
}

/* What stays when bundles come and go: environment.xml and partners/. */
static int copy_rest(const struct env *v, int at, struct err *e)
{
	struct fsx_list list = {0};
	const int dir = fsx_subdir(v->dir, "partners", e);
	int rc = dir == -1 ? -1 : copy_file(v->dir, at, "environment.xml", e);

	if (rc == 0)
		rc = fsx_list(dir, &list, e);
	for (size_t i = 0; i < list.n && rc == 0; i++) {
		char path[LIMIT_NAME + 20];
		if (list.names[i][0] == '.')
			continue;
		(void)snprintf(path, sizeof(path), "partners/%s", list.names[i]);
		rc = copy_file(v->dir, at, path, e);
	}
	fsx_list_done(&list);
	fsx_close(dir);
	return rc;
}

static int open_copy(
	const struct env *v, struct str hash, const char *folder, struct env *old, struct err *e)
{
	struct arena a;
	struct faults f;
	char path[LIMIT_PATH];
	int rc = -1;

	arena_init(&a);
	faults_init(&f, &a);
	(void)snprintf(path, sizeof(path), "%s/%s", v->path, folder);
	rc = env_open_copy(old, path, &v->clock, &f, e);
	if (rc == 0 && !str_is(hash, old->bundle)) {
		rc = err_set(e, ERR_CORRUPT, "archive/bundles/" STR_FMT ".zip is not what it was",
			STR_ARG(hash));
		env_close(old);
	}
	arena_done(&a);
	return rc;
}

int bundle_open_kept(const struct env *v, struct str hash, struct env *old, struct err *e)
{
	char name[LIMIT_NAME];
	char folder[60];
	struct err left;
	int at = -1;
	int rc = -1;
	int fd = -1;

	(void)snprintf(name, sizeof(name), "archive/bundles/" STR_FMT ".zip", STR_ARG(hash));
	(void)snprintf(folder, sizeof(folder), "work/.tmp/%ld-bundle", (long)getpid());
	fd = fsx_open(v->dir, name, e);
	if (fd == -1)
		return -1;
	if (fsx_mkdirs(v->dir, folder, 0700, e) == 0)
		at = fsx_subdir(v->dir, folder, e);
	if (at != -1 && unpack(fd, at, e) == 0 && copy_rest(v, at, e) == 0)
		rc = open_copy(v, hash, folder, old, e);
	fsx_close(at);
	fsx_close(fd);
	if (fsx_tree_remove(v->dir, folder, &left) == -1)
		err_clear(&left); /* the next run cleans .tmp */
	return rc == -1 ? err_wrap(e, "%s", name) : 0;
}
