/* Random bytes that nobody can guess: identifiers and, later, keys. */
#ifndef SECURE_RANDOM_H
#define SECURE_RANDOM_H

#include <stddef.h>

#include "base/err.h"

/* digits hexadecimal digits, lower case, and a terminator; at most 128. */
int random_hex(char *out, size_t digits, struct err *e) ATTR_CHECK;

#endif
