/* A small environment's files for tests of the configuration: a good one, with one file replaced. */
#ifndef UNIT_SUPPORT_CONFIG_ENV_H
#define UNIT_SUPPORT_CONFIG_ENV_H

#include <stddef.h>

#include "config/config.h"

#define CONFIG_ENV_NS "xmlns='urn:gridspool:config:1'"

/* A row of a table of broken files: bytes instead of those of the good environment (NULL: the file
 * is not there), and all faults that are expected, one line each; a text that is libxml2's own is
 * left out as "*" at the end. */
struct config_env_case {
	const char *name;
	const char *file;
	const char *bytes;
	size_t n; /* of bytes, when they hold a NUL; else 0 */
	const char *faults;
};

/* Makes the good environment in the current folder, one file replaced. */
void config_env_make(const char *file, const char *bytes, size_t n);
void config_env_remove(void);
/* Runs every row; fails the test with the name of the row. */
void config_env_run(const struct config_env_case *rows, size_t n);
/* The text of all faults, warnings marked; borrowed from the arena of f. */
const char *config_env_faults(const struct faults *f);

#endif
