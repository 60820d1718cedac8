/* gzip over zlib; see gz.h. */
#include "format/gz.h"

#include <string.h>

#include <zlib.h>

#include "base/fsx.h"
#include "base/mem.h"

enum { BLOCK = 1 << 16, GZIP_WINDOW = 15 + 16, LEVEL = 6 };

struct gz {
	z_stream z;
	unsigned char in[BLOCK];
	unsigned char out[BLOCK];
	uint64_t at;
	uint64_t written;
};

static void *gz_alloc(void *ctx, unsigned n, unsigned size)
{
	(void)ctx;
	return mem_array(n, size);
}

static void gz_free(void *ctx, void *p)
{
	(void)ctx;
	mem_free(p);
}

static struct gz *gz_new(void)
{
	struct gz *g = mem_alloc(sizeof(*g));

	g->z.zalloc = gz_alloc;
	g->z.zfree = gz_free;
	return g;
}

static int put(struct gz *g, int out, struct err *e)
{
	const size_t n = sizeof(g->out) - g->z.avail_out;

	g->written += n;
	g->z.next_out = g->out;
	g->z.avail_out = sizeof(g->out);
	return n > 0 ? fsx_write_all(out, g->out, n, e) : 0;
}

static int fill(struct gz *g, int in, size_t *got, struct err *e)
{
	if (fsx_pread(in, g->in, sizeof(g->in), g->at, got, e) == -1)
		return -1;
	g->at += *got;
	g->z.next_in = g->in;
	g->z.avail_in = (unsigned)*got;
	return 0;
}

static int pack_all(struct gz *g, int in, int out, struct err *e)
{
	size_t got = 0;

	do {
		int flush = Z_NO_FLUSH;
		if (fill(g, in, &got, e) == -1)
			return -1;
		flush = got < sizeof(g->in) ? Z_FINISH : Z_NO_FLUSH;
		do {
			const int rc = deflate(&g->z, flush);
			BUG_IF(rc == Z_STREAM_ERROR);
			if (put(g, out, e) == -1)
				return -1;
			if (rc == Z_STREAM_END)
				return 0;
		} while (g->z.avail_in > 0 || flush == Z_FINISH);
	} while (got > 0);
	return 0;
}

int gz_pack(int in, int out, struct err *e)
{
	struct gz *g = gz_new();
	int rc = -1;

	BUG_IF(deflateInit2(&g->z, LEVEL, Z_DEFLATED, GZIP_WINDOW, 8, Z_DEFAULT_STRATEGY) != Z_OK);
	g->z.next_out = g->out;
	g->z.avail_out = sizeof(g->out);
	rc = pack_all(g, in, out, e);
	(void)deflateEnd(&g->z);
	mem_free(g);
	return rc;
}

/* 1 more to come, 0 the end, -1. */
static int unpack_some(struct gz *g, int in, int out, uint64_t limit, struct err *e)
{
	size_t got = 0;
	int rc = Z_OK;

	if (g->z.avail_in == 0 && fill(g, in, &got, e) == -1)
		return -1;
	if (g->z.avail_in == 0)
		return err_set(e, ERR_INPUT, "the compressed file ends too early, after %llu bytes",
			(unsigned long long)g->at);
	rc = inflate(&g->z, Z_NO_FLUSH);
	if (rc != Z_OK && rc != Z_STREAM_END && rc != Z_BUF_ERROR)
		return err_set(e, ERR_INPUT, "the compressed file is damaged near byte %llu: %s",
			(unsigned long long)(g->at - g->z.avail_in),
			g->z.msg ? g->z.msg : "not gzip");
	if (put(g, out, e) == -1)
		return -1;
	if (g->written > limit)
		return err_set(e, ERR_LIMIT, "the compressed file unpacks to more than %llu bytes",
			(unsigned long long)limit);
	if (rc != Z_STREAM_END)
		return 1;
	if (g->z.avail_in == 0 && fill(g, in, &got, e) == -1)
		return -1;
	return g->z.avail_in == 0
		? 0
		: err_set(e, ERR_INPUT, "the compressed file has bytes behind its end");
}

int gz_unpack(int in, int out, uint64_t limit, struct err *e)
{
	struct gz *g = gz_new();
	int rc = 1;

	BUG_IF(inflateInit2(&g->z, GZIP_WINDOW) != Z_OK);
	g->z.next_out = g->out;
	g->z.avail_out = sizeof(g->out);
	while (rc == 1)
		rc = unpack_some(g, in, out, limit, e);
	(void)inflateEnd(&g->z);
	mem_free(g);
	return rc;
}
