/*
 * ZIP records (APPNOTE 6.3): each member is deflated as it comes, its sizes and CRC follow it in
 * a data descriptor, and names are read back for the directory at the end, so that what is kept
 * of a member is 32 bytes. Times are fixed: equal trees give equal bytes.
 */
#include "format/zip_out.h"

#include <string.h>

#include <zlib.h>

#include "base/fsx.h"
#include "base/limits.h"
#include "base/mem.h"

enum {
	BUFFER = 256 << 10,
	LEVEL = 1, /* text shrinks to a fifth at the speed of the disk; 6 gains little */
	LOCAL = 30,
	CENTRAL = 46,
	VERSION = 20,
	VERSION_64 = 45,
	FLAGS = 0x0808, /* data descriptor, name is UTF-8 */
	DEFLATE = 8,
	DATE = 0x0021, /* 1980-01-01, the first there is */
	UNIX = 3 << 8,
	MANY = 0xffff
};

static const uint32_t most = 0xffffffff;
static const uint32_t mode = 0100640u << 16; /* what unzip gives the file */

struct member {
	uint64_t offset;
	uint32_t crc;
	uint32_t packed;
	uint32_t size;
	uint32_t name; /* its length */
};

struct zip_out {
	int fd;
	uint64_t at; /* of the next byte of buf in the archive */
	size_t n;
	unsigned char *buf;
	z_stream deflate;
	struct member *members;
	size_t count;
	size_t cap;
	uint64_t packed; /* of the member that is open */
	uint64_t size;
};

static voidpf take(voidpf user, uInt count, uInt size)
{
	(void)user;
	return mem_array(count, size);
}

static void give(voidpf user, voidpf p)
{
	(void)user;
	mem_free(p);
}

struct zip_out *zip_out_new(int out)
{
	struct zip_out *z = mem_alloc(sizeof(*z));

	z->fd = out;
	z->buf = mem_alloc(BUFFER);
	z->deflate.zalloc = take;
	z->deflate.zfree = give;
	BUG_IF(deflateInit2(&z->deflate, LEVEL, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) !=
		Z_OK);
	return z;
}

void zip_out_free(struct zip_out *z)
{
	if (!z)
		return;
	(void)deflateEnd(&z->deflate);
	mem_free(z->buf);
	mem_free(z->members);
	mem_free(z);
}

static int flush(struct zip_out *z, struct err *e)
{
	if (fsx_write_all(z->fd, z->buf, z->n, e) == -1)
		return -1;
	z->at += z->n;
	z->n = 0;
	return 0;
}

static int put(struct zip_out *z, const void *p, size_t n, struct err *e)
{
	const unsigned char *from = p;

	while (n > 0) {
		const size_t room = BUFFER - z->n;
		const size_t part = n < room ? n : room;
		memcpy(z->buf + z->n, from, part);
		z->n += part;
		from += part;
		n -= part;
		if (z->n == BUFFER && flush(z, e) == -1)
			return -1;
	}
	return 0;
}

/* A record being built, little endian. */
struct record {
	unsigned char p[128];
	size_t n;
};

static void le(struct record *r, uint64_t v, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		r->p[r->n++] = (unsigned char)(v >> (8 * i));
}

static uint64_t here(const struct zip_out *z)
{
	return z->at + z->n;
}

int zip_out_begin(struct zip_out *z, struct str name, struct err *e)
{
	struct record r = {.n = 0};

	if (z->count == LIMIT_TREE_FILES)
		return err_set(e, ERR_LIMIT, "the tree has more than %d files", LIMIT_TREE_FILES);
	BUG_IF(name.n == 0 || name.n > LIMIT_PATH);
	mem_grow(&z->members, &z->cap, z->count + 1, sizeof(*z->members));
	z->members[z->count] = (struct member){
		.offset = here(z), .name = (uint32_t)name.n, .crc = (uint32_t)crc32(0, NULL, 0)};
	z->packed = 0;
	z->size = 0;
	le(&r, 0x04034b50, 4);
	le(&r, VERSION, 2);
	le(&r, FLAGS, 2);
	le(&r, DEFLATE, 2);
	le(&r, 0, 2);
	le(&r, DATE, 2);
	le(&r, 0, 4);
	le(&r, 0, 4);
	le(&r, 0, 4);
	le(&r, name.n, 2);
	le(&r, 0, 2);
	BUG_IF(deflateReset(&z->deflate) != Z_OK);
	return put(z, r.p, r.n, e) == -1 ? -1 : put(z, name.p, name.n, e);
}

/* Deflates what is in next_in straight into the buffer. */
static int squeeze(struct zip_out *z, int how, struct err *e)
{
	int rc = Z_OK;

	do {
		const size_t room = BUFFER - z->n;
		z->deflate.next_out = z->buf + z->n;
		z->deflate.avail_out = (uInt)room;
		rc = deflate(&z->deflate, how);
		BUG_IF(rc == Z_STREAM_ERROR);
		z->n += room - z->deflate.avail_out;
		z->packed += room - z->deflate.avail_out;
		if (z->n == BUFFER && flush(z, e) == -1)
			return -1;
	} while (z->deflate.avail_in > 0 || (how == Z_FINISH && rc != Z_STREAM_END));
	return 0;
}

int zip_out_bytes(struct zip_out *z, const void *p, size_t n, struct err *e)
{
	struct member *m = &z->members[z->count];
	const unsigned char *from = p;

	while (n > 0) {
		const uInt part = n < BUFFER ? (uInt)n : BUFFER;
		m->crc = (uint32_t)crc32(m->crc, from, part);
		z->deflate.next_in = (z_const Bytef *)(uintptr_t)from;
		z->deflate.avail_in = part;
		if (squeeze(z, Z_NO_FLUSH, e) == -1)
			return -1;
		from += part;
		n -= part;
		z->size += part;
	}
	return 0;
}

int zip_out_end(struct zip_out *z, struct err *e)
{
	struct member *m = &z->members[z->count];
	struct record r = {.n = 0};

	z->deflate.next_in = NULL;
	z->deflate.avail_in = 0;
	if (squeeze(z, Z_FINISH, e) == -1)
		return -1;
	if (z->size >= most || z->packed >= most)
		return err_set(
			e, ERR_LIMIT, "the file has 4 GB or more; none in an export tree has");
	m->packed = (uint32_t)z->packed;
	m->size = (uint32_t)z->size;
	z->count++;
	le(&r, 0x08074b50, 4);
	le(&r, m->crc, 4);
	le(&r, m->packed, 4);
	le(&r, m->size, 4);
	return put(z, r.p, r.n, e);
}

static int central(struct zip_out *z, const struct member *m, struct err *e)
{
	char name[LIMIT_PATH];
	const bool far = m->offset >= most;
	struct record r = {.n = 0};
	struct record extra = {.n = 0};
	size_t got = 0;

	if (fsx_pread(z->fd, name, m->name, m->offset + LOCAL, &got, e) == -1)
		return -1;
	if (got != m->name)
		return err_set(e, ERR_IO, "the archive is shorter than what was written to it");
	if (far) {
		le(&extra, 1, 2);
		le(&extra, 8, 2);
		le(&extra, m->offset, 8);
	}
	le(&r, 0x02014b50, 4);
	le(&r, UNIX | VERSION_64, 2);
	le(&r, far ? VERSION_64 : VERSION, 2);
	le(&r, FLAGS, 2);
	le(&r, DEFLATE, 2);
	le(&r, 0, 2);
	le(&r, DATE, 2);
	le(&r, m->crc, 4);
	le(&r, m->packed, 4);
	le(&r, m->size, 4);
	le(&r, m->name, 2);
	le(&r, extra.n, 2);
	le(&r, 0, 2);
	le(&r, 0, 2);
	le(&r, 0, 2);
	le(&r, mode, 4);
	le(&r, far ? most : m->offset, 4);
	BUG_IF(r.n != CENTRAL);
	if (put(z, r.p, r.n, e) == -1 || put(z, name, m->name, e) == -1)
		return -1;
	return put(z, extra.p, extra.n, e);
}

/* The end records; those of ZIP64 only where a number does not fit. */
static int end(struct zip_out *z, uint64_t start, struct err *e)
{
	const uint64_t size = here(z) - start;
	const bool big = z->count >= MANY || start >= most || size >= most;
	struct record r = {.n = 0};

	if (big) {
		const uint64_t at = here(z);
		le(&r, 0x06064b50, 4);
		le(&r, 44, 8);
		le(&r, UNIX | VERSION_64, 2);
		le(&r, VERSION_64, 2);
		le(&r, 0, 4);
		le(&r, 0, 4);
		le(&r, z->count, 8);
		le(&r, z->count, 8);
		le(&r, size, 8);
		le(&r, start, 8);
		le(&r, 0x07064b50, 4);
		le(&r, 0, 4);
		le(&r, at, 8);
		le(&r, 1, 4);
	}
	le(&r, 0x06054b50, 4);
	le(&r, 0, 2);
	le(&r, 0, 2);
	le(&r, z->count >= MANY ? MANY : z->count, 2);
	le(&r, z->count >= MANY ? MANY : z->count, 2);
	le(&r, size >= most ? most : size, 4);
	le(&r, start >= most ? most : start, 4);
	le(&r, 0, 2);
	return put(z, r.p, r.n, e);
}

int zip_out_finish(struct zip_out *z, uint64_t *bytes, struct err *e)
{
	const uint64_t start = here(z);

	if (flush(z, e) == -1)
		return -1;
	for (size_t i = 0; i < z->count; i++)
		if (central(z, &z->members[i], e) == -1)
			return -1;
	if (end(z, start, e) == -1 || flush(z, e) == -1)
		return -1;
	*bytes = z->at;
	return 0;
}
