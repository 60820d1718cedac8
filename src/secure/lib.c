/* OpenSSL's start and end; see lib.h. */
#include "secure/lib.h"

#include <stddef.h>
#include <stdint.h>

#include <openssl/crypto.h>

#include "base/err.h"
#include "base/mem.h"

static void *take(size_t n, const char *file, int line)
{
	(void)file;
	(void)line;
	return mem_alloc(n);
}

/* OpenSSL expects that a size of zero frees. */
static void *resize(void *p, size_t n, const char *file, int line)
{
	(void)file;
	(void)line;
	if (n > 0)
		return mem_resize(p, n, 1);
	mem_free(p);
	return NULL;
}

static void give_back(void *p, const char *file, int line)
{
	(void)file;
	(void)line;
	mem_free(p);
}

void lib_start(void)
{
	const uint64_t flags = OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_ATEXIT |
		OPENSSL_INIT_ADD_ALL_CIPHERS | OPENSSL_INIT_ADD_ALL_DIGESTS;

	/* Refused only when OpenSSL has allocated already: then main called us too
   * late. */
	BUG_IF(CRYPTO_set_mem_functions(take, resize, give_back) != 1);
	BUG_IF(OPENSSL_init_crypto(flags, NULL) != 1);
}

void lib_stop(void)
{
	OPENSSL_cleanup();
}
