/* Reading ZIP (APPNOTE 6.3) through libzip, over a source of our own that uses pread; see
 * zip_read.h. */
#include "format/zip_read.h"

#include <errno.h>
#include <string.h>

#include <zip.h>
#include <zlib.h>

#include "base/fsx.h"
#include "base/limits.h"
#include "base/mem.h"

struct zip_read {
	zip_t *zip;
	int fd;
	uint64_t size;
	uint64_t at;	   /* of the source */
	zip_error_t error; /* of the source */
	uint64_t count;
};

static zip_int64_t source_read(struct zip_read *z, void *data, zip_uint64_t n)
{
	struct err e;
	size_t got = 0;

	if (fsx_pread(z->fd, data, (size_t)n, z->at, &got, &e) == -1) {
		zip_error_set(&z->error, ZIP_ER_READ, EIO);
		return -1;
	}
	z->at += got;
	return (zip_int64_t)got;
}

static zip_int64_t source_seek(struct zip_read *z, void *data, zip_uint64_t n)
{
	const zip_int64_t to = zip_source_seek_compute_offset(z->at, z->size, data, n, &z->error);

	if (to < 0)
		return -1;
	z->at = (uint64_t)to;
	return 0;
}

static zip_int64_t source_stat(const struct zip_read *z, void *data)
{
	zip_stat_t *st = data;

	zip_stat_init(st);
	st->valid = ZIP_STAT_SIZE;
	st->size = z->size;
	return (zip_int64_t)sizeof(*st);
}

static zip_int64_t source(void *user, void *data, zip_uint64_t n, zip_source_cmd_t cmd)
{
	struct zip_read *z = user;

	switch (cmd) {
	case ZIP_SOURCE_OPEN:
		z->at = 0;
		return 0;
	case ZIP_SOURCE_READ:
		return source_read(z, data, n);
	case ZIP_SOURCE_SEEK:
		return source_seek(z, data, n);
	case ZIP_SOURCE_TELL:
		return (zip_int64_t)z->at;
	case ZIP_SOURCE_STAT:
		return source_stat(z, data);
	case ZIP_SOURCE_ERROR:
		return zip_error_to_data(&z->error, data, n);
	case ZIP_SOURCE_SUPPORTS:
		return zip_source_make_command_bitmap(ZIP_SOURCE_OPEN, ZIP_SOURCE_READ,
			ZIP_SOURCE_CLOSE, ZIP_SOURCE_STAT, ZIP_SOURCE_ERROR, ZIP_SOURCE_FREE,
			ZIP_SOURCE_SEEK, ZIP_SOURCE_TELL, -1);
	default:
		return 0;
	}
}

static int fail(zip_error_t *z, const char *what, struct err *e)
{
	const int code = zip_error_code_zip(z);

	if (code == ZIP_ER_MEMORY ||
		(code == ZIP_ER_ZLIB && zip_error_code_system(z) == Z_MEM_ERROR))
		mem_exhausted();
	if (code == ZIP_ER_READ || code == ZIP_ER_SEEK)
		return err_set(e, ERR_IO, "%s: %s", what, zip_error_strerror(z));
	(void)err_set(e, ERR_INPUT, "%s: %s", what, zip_error_strerror(z));
	return err_reason(e, "ZIP-DAMAGED");
}

static int lie(struct err *e, const char *what, const char *name)
{
	(void)err_set(e, ERR_INPUT, "the archive %s%s%s", what, *name ? ": " : "", name);
	return err_reason(e, "ZIP-DAMAGED");
}

/* Names are unique, and members do not share bytes (which is how small files hold endless text). */
static int trust(const struct zip_read *z, struct err *e)
{
	uint64_t sum = 0;

	if (z->count > LIMIT_TREE_FILES)
		return err_set(
			e, ERR_LIMIT, "the archive has more than %d members", LIMIT_TREE_FILES);
	for (uint64_t i = 0; i < z->count; i++) {
		zip_stat_t st;
		const zip_uint64_t want = ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE;
		if (zip_stat_index(z->zip, i, ZIP_FL_ENC_RAW, &st) == -1 ||
			(st.valid & want) != want)
			return lie(e, "has a member without a name or a size", "");
		if (zip_name_locate(z->zip, st.name, ZIP_FL_ENC_RAW) != (zip_int64_t)i)
			return lie(e, "has two members of one name", st.name);
		if (st.comp_size > z->size - sum)
			return lie(e, "has members that lie over each other", st.name);
		sum += st.comp_size;
	}
	return 0;
}

static zip_t *open_once(struct zip_read *z, zip_error_t *error)
{
	zip_source_t *src = zip_source_function_create(source, z, error);
	zip_t *zip = NULL;

	if (!src)
		mem_exhausted();
	zip = zip_open_from_source(src, ZIP_RDONLY | ZIP_CHECKCONS, error);
	if (!zip)
		zip_source_free(src);
	return zip;
}

struct zip_read *zip_read_open(int fd, uint64_t size, struct err *e)
{
	struct zip_read *z = mem_alloc(sizeof(*z));
	zip_error_t error;

	zip_error_init(&error);
	zip_error_init(&z->error);
	if (size == 0) { /* libzip would take it for an archive without members */
		(void)lie(e, "is an empty file", "");
		goto bad;
	}
	z->fd = fd;
	z->size = size;
	z->zip = open_once(z, &error);
	if (!z->zip) /* libzip says so, too, when memory ended while it looked for the directory */
		z->zip = open_once(z, &error);
	if (!z->zip) {
		(void)fail(&error, "this is no whole ZIP archive", e);
		goto bad;
	}
	z->count = (uint64_t)zip_get_num_entries(z->zip, 0);
	if (trust(z, e) == -1)
		goto bad;
	zip_error_fini(&error);
	return z;
bad:
	zip_error_fini(&error);
	zip_read_close(z);
	return NULL;
}

void zip_read_close(struct zip_read *z)
{
	if (!z)
		return;
	if (z->zip)
		zip_discard(z->zip);
	zip_error_fini(&z->error);
	mem_free(z);
}

uint64_t zip_read_count(const struct zip_read *z)
{
	return z->count;
}

struct str zip_read_name(const struct zip_read *z, uint64_t i)
{
	return str_c(zip_get_name(z->zip, i, ZIP_FL_ENC_RAW));
}

/* May this member be read? */
static int admit(struct zip_read *z, uint64_t i, size_t limit, zip_stat_t *st, struct err *e)
{
	if (zip_stat_index(z->zip, i, 0, st) == -1)
		return fail(zip_get_error(z->zip), "no such member", e);
	if ((st->valid & ZIP_STAT_ENCRYPTION_METHOD) && st->encryption_method != ZIP_EM_NONE)
		return lie(e, "has an encrypted member", st->name);
	if (st->size > limit)
		return err_set(e, ERR_LIMIT, "the member has %llu bytes; at most %zu are allowed",
			(unsigned long long)st->size, limit);
	if (st->size > 65536 && st->size / ZIP_READ_RATIO > st->comp_size)
		return err_set(e, ERR_LIMIT,
			"the member swells from %llu to %llu bytes; at most %d fold is "
			"allowed",
			(unsigned long long)st->comp_size, (unsigned long long)st->size,
			ZIP_READ_RATIO);
	return 0;
}

/* Reads size bytes and then the end, where libzip compares the CRC. */
static int read_all(zip_file_t *f, char *p, size_t size, struct err *e)
{
	size_t n = 0;
	zip_int64_t got = 1;

	while (got > 0) {
		char more;
		got = n < size ? zip_fread(f, p + n, size - n) : zip_fread(f, &more, 1);
		if (got < 0)
			return fail(zip_file_get_error(f), "the member is damaged", e);
		if (got > 0 && n == size)
			return lie(e, "has a member that is longer than it says", "");
		n += (size_t)got;
	}
	return n == size ? 0 : lie(e, "has a member that is shorter than it says", "");
}

int zip_read_member(struct zip_read *z, uint64_t i, size_t limit, size_t pad, char **p, size_t *cap,
	size_t *n, struct err *e)
{
	zip_stat_t st;
	zip_file_t *f = NULL;
	int rc = 0;

	if (admit(z, i, limit, &st, e) == -1)
		return -1;
	mem_grow(p, cap, mem_add((size_t)st.size, pad), 1);
	f = zip_fopen_index(z->zip, i, 0);
	if (!f)
		return fail(zip_get_error(z->zip), "the member cannot be opened", e);
	rc = read_all(f, *p, (size_t)st.size, e);
	(void)zip_fclose(f);
	if (rc == -1)
		return -1;
	memset(*p + st.size, 0, pad);
	*n = (size_t)st.size;
	return 0;
}
