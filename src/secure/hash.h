/* SHA-256 over OpenSSL's EVP. Everything the ledger records about bytes is one of these. */
#ifndef SECURE_HASH_H
#define SECURE_HASH_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

enum { HASH_SIZE = 32, HASH_HEX = 65 };

struct hash_ctx;

struct hash_ctx *hash_new(void);
void hash_free(struct hash_ctx *h);
void hash_add(struct hash_ctx *h, const void *p, size_t n);
void hash_end(struct hash_ctx *h, uint8_t out[HASH_SIZE]);	  /* and starts anew */
void hash_hex(const uint8_t hash[HASH_SIZE], char out[HASH_HEX]); /* lower case, terminated */
/* The whole of an open file from its start, by pread; *size may be NULL. */
int hash_file(int fd, char out[HASH_HEX], uint64_t *size, struct err *e) ATTR_CHECK;
/* The same of its first n bytes; of all when there are fewer. */
int hash_start(int fd, uint64_t n, char out[HASH_HEX], struct err *e) ATTR_CHECK;

#endif
