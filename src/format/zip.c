/* Walks a tree and packs it; see zip.h. Every name is opened relative to its folder and no link is
 * followed, so that nothing outside the tree can get in. */
#include "format/zip.h"

#include <string.h>

#include "base/fsx.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "format/zip_out.h"

enum { BLOCK = 256 << 10 };

struct pack {
	struct zip_out *zip;
	struct hash_ctx *file;
	struct hash_ctx *all;
	struct zip_packed sum;
	struct diag *d;
	char *block;
	struct buf path; /* of what is being packed, from the top */
};

static void left_out(
	struct pack *p, struct str path, const char *code, const char *rule, const char *remedy)
{
	const struct finding f = {
		.code = str_c(code),
		.severity = SEV_ERROR,
		.file = path,
		.rule = str_c(rule),
		.remedy = str_c(remedy),
	};

	diag_add(p->d, &f);
}

static int changed(const struct pack *p, struct err *e)
{
	(void)err_set(e, ERR_INPUT,
		STR_FMT ": changed while it was packed; the export is still being written",
		STR_ARG(buf_view(&p->path)));
	return err_reason(e, "CHANGED");
}

static bool same(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_dev == b->st_dev && a->st_size == b->st_size &&
		a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* Stops soon behind expected: a file that grows as fast as it is packed must not fill the disk. */
static int pack_bytes(struct pack *p, int fd, uint64_t expected, uint64_t *size, struct err *e)
{
	uint64_t at = 0;
	size_t got = BLOCK;

	while (got == BLOCK && at <= expected) {
		if (fsx_pread(fd, p->block, BLOCK, at, &got, e) == -1 ||
			zip_out_bytes(p->zip, p->block, got, e) == -1)
			return -1;
		hash_add(p->file, p->block, got);
		at += got;
	}
	*size = at;
	return 0;
}

/* p->path is the file; before is what it was when its folder was read. */
static int pack_file(
	struct pack *p, int dir, const char *name, const struct stat *before, struct err *e)
{
	const struct str path = buf_view(&p->path);
	uint8_t hash[HASH_SIZE];
	struct stat after;
	uint64_t size = 0;
	int rc = -1;
	const int fd = fsx_open(dir, name, e);

	if (fd == -1)
		return e->code == ERR_ABSENT ? changed(p, e) : err_wrap(e, STR_FMT, STR_ARG(path));
	if (zip_out_begin(p->zip, path, e) == -1 ||
		pack_bytes(p, fd, (uint64_t)before->st_size, &size, e) == -1 ||
		zip_out_end(p->zip, e) == -1) {
		(void)err_wrap(e, STR_FMT, STR_ARG(path));
		goto out;
	}
	if (fstat(fd, &after) == -1) {
		rc = err_errno(e, ERR_IO, STR_FMT, STR_ARG(path));
		goto out;
	}
	if (!same(before, &after) || size != (uint64_t)after.st_size) {
		rc = changed(p, e);
		goto out;
	}
	hash_end(p->file, hash);
	hash_add(p->all, hash, sizeof(hash));
	hash_add(p->all, path.p, path.n);
	hash_add(p->all, "", 1);
	p->sum.members++;
	p->sum.unpacked += size;
	rc = 0;
out:
	fsx_close(fd);
	return rc;
}

static int pack_folder(struct pack *p, int dir, unsigned depth, struct err *e);

static int pack_subfolder(struct pack *p, int dir, const char *name, unsigned depth, struct err *e)
{
	const int sub = fsx_subdir(dir, name, e);
	int rc = 0;

	if (sub == -1)
		return e->code == ERR_ABSENT ? changed(p, e)
					     : err_wrap(e, STR_FMT, STR_ARG(buf_view(&p->path)));
	buf_ch(&p->path, '/');
	rc = pack_folder(p, sub, depth + 1, e);
	fsx_close(sub);
	return rc;
}

/* One name of a folder; p->path is the folder with a '/', and is so again afterwards. */
static int pack_name(struct pack *p, int dir, const char *name, unsigned depth, struct err *e)
{
	struct stat st;
	const size_t base = p->path.n;
	int rc = 0;

	buf_c(&p->path, name);
	if (buf_check(&p->path, "a path in the tree", e) == -1)
		return -1;
	if (utf8_bad(str_c(name)) != SIZE_MAX) {
		left_out(p, buf_view(&p->path), "TREE-NAME",
			"the name of a file is not UTF-8; it was not packed",
			"rename the file, or export on a system that writes names as UTF-8");
	} else {
		rc = fsx_stat(dir, name, &st, e);
		if (rc == 0)
			rc = changed(p, e);
		else if (rc == 1 && S_ISDIR(st.st_mode))
			rc = depth == LIMIT_NESTING
				? err_set(e, ERR_LIMIT,
					  STR_FMT ": folders are nested more than "
						  "%d deep",
					  STR_ARG(buf_view(&p->path)), LIMIT_NESTING)
				: pack_subfolder(p, dir, name, depth, e);
		else if (rc == 1 && S_ISREG(st.st_mode))
			rc = pack_file(p, dir, name, &st, e);
		else if (rc == 1)
			left_out(p, buf_view(&p->path), "TREE-SPECIAL-FILE",
				"a link, a pipe or a device lies in the tree; it was not packed",
				"put the file itself in its place");
	}
	p->path.n = base;
	return rc == -1 ? -1 : 0;
}

static int pack_folder(struct pack *p, int dir, unsigned depth, struct err *e)
{
	struct fsx_list list = {NULL, 0, 0};
	struct stat before;
	struct stat after;
	int rc = 0;

	if (fstat(dir, &before) == -1)
		return err_errno(e, ERR_IO, "the folder of the tree");
	if (fsx_list(dir, &list, e) == -1)
		return -1;
	for (size_t i = 0; i < list.n && rc == 0; i++)
		rc = pack_name(p, dir, list.names[i], depth, e);
	fsx_list_done(&list);
	if (rc == 0 && (fstat(dir, &after) == -1 || !same(&before, &after)))
		rc = changed(p, e);
	return rc;
}

static int pack_all(struct pack *p, int dir, struct zip_packed *result, struct err *e)
{
	uint8_t hash[HASH_SIZE];

	if (pack_folder(p, dir, 1, e) == -1)
		return -1;
	if (p->sum.members == 0) {
		(void)err_set(e, ERR_INPUT, "the tree has no file in it");
		return err_reason(e, "EMPTY");
	}
	if (zip_out_finish(p->zip, &p->sum.bytes, e) == -1)
		return -1;
	hash_end(p->all, hash);
	hash_hex(hash, p->sum.content);
	*result = p->sum;
	return 0;
}

int zip_pack(int dir, int out, struct zip_packed *result, struct diag *d, struct err *e)
{
	struct pack p = {.d = d};
	int rc = 0;

	p.zip = zip_out_new(out);
	p.file = hash_new();
	p.all = hash_new();
	p.block = mem_alloc(BLOCK);
	buf_init(&p.path, LIMIT_PATH);
	rc = pack_all(&p, dir, result, e);
	buf_done(&p.path);
	mem_free(p.block);
	hash_free(p.all);
	hash_free(p.file);
	zip_out_free(p.zip);
	return rc;
}
