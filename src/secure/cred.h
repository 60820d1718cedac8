/*
 * Credentials by name. For now each is a 0400 file in keys/ (the encrypted store comes with the
 * channels); callers only know this header. Secrets live in locked memory left out of cores, are
 * never formatted or logged, and are wiped on free.
 */
#ifndef SECURE_CRED_H
#define SECURE_CRED_H

#include <stddef.h>

#include "base/err.h"
#include "base/str.h"

struct cred;

/* Reads keys/<name>: must be a regular file of ours, mode 0400 or 0600, at most 64 KiB.
 * name is [A-Za-z0-9._-]. Errors name the file and the remedy, never the content. */
int cred_load(int keys_dir, const char *name, struct cred **out, struct err *e) ATTR_CHECK;
/* The secret, byte for byte as in the file (a line end at its end is the caller's to ignore);
 * borrowed, terminated behind its end. */
struct str cred_secret(const struct cred *c);
void cred_free(struct cred *c);

#endif
