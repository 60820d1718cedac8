/* SHA-256 (FIPS 180-4) over OpenSSL's EVP; see hash.h. */
#include "secure/hash.h"

#include <openssl/evp.h>

#include "base/fsx.h"
#include "base/mem.h"

enum { CHUNK = 256 << 10 };

struct hash_ctx {
	EVP_MD_CTX *md;
};

struct hash_ctx *hash_new(void)
{
	struct hash_ctx *h = mem_alloc(sizeof(*h));

	h->md = EVP_MD_CTX_new();
	/* SHA-256 is in every provider that OpenSSL can start with; only memory can
   * be missing. */
	if (!h->md || EVP_DigestInit_ex2(h->md, EVP_sha256(), NULL) != 1)
		mem_exhausted();
	return h;
}

void hash_free(struct hash_ctx *h)
{
	if (!h)
		return;
	EVP_MD_CTX_free(h->md);
	mem_free(h);
}

void hash_add(struct hash_ctx *h, const void *p, size_t n)
{
	if (n > 0)
		BUG_IF(EVP_DigestUpdate(h->md, p, n) != 1);
}

void hash_end(struct hash_ctx *h, uint8_t out[HASH_SIZE])
{
	unsigned n = 0;

	BUG_IF(EVP_DigestFinal_ex(h->md, out, &n) != 1 || n != HASH_SIZE);
	BUG_IF(EVP_DigestInit_ex2(h->md, NULL, NULL) != 1);
}

void hash_hex(const uint8_t hash[HASH_SIZE], char out[HASH_HEX])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < HASH_SIZE; i++) {
		out[2 * i] = digits[hash[i] >> 4];
		out[2 * i + 1] = digits[hash[i] & 15];
	}
	out[HASH_HEX - 1] = '\0';
}

static int hash_upto(int fd, uint64_t n, char out[HASH_HEX], uint64_t *size, struct err *e)
{
	struct hash_ctx *h = hash_new();
	uint8_t *chunk = mem_alloc(CHUNK);
	uint8_t hash[HASH_SIZE];
	uint64_t at = 0;
	size_t want = 0;
	size_t got = 0;
	int rc = -1;

	do {
		want = n - at < CHUNK ? (size_t)(n - at) : CHUNK;
		if (fsx_pread(fd, chunk, want, at, &got, e) != 0)
			goto out;
		hash_add(h, chunk, got);
		at += got;
	} while (got == CHUNK);
	hash_end(h, hash);
	hash_hex(hash, out);
	*size = at;
	rc = 0;
out:
	mem_free(chunk);
	hash_free(h);
	return rc;
}

int hash_file(int fd, char out[HASH_HEX], uint64_t *size, struct err *e)
{
	uint64_t all = 0;

	return hash_upto(fd, UINT64_MAX, out, size ? size : &all, e);
}

int hash_start(int fd, uint64_t n, char out[HASH_HEX], struct err *e)
{
	uint64_t all = 0;

	return hash_upto(fd, n, out, &all, e);
}
