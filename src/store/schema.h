/* The ledger's tables. A change makes a new version, with the step that leads to it from the one before:
 * ledger_migrate_up takes it. ledger_open refuses what it does not know. */
#ifndef STORE_SCHEMA_H
#define STORE_SCHEMA_H

#include "base/str.h"

struct schema_step {
	const char *from, *to;
	const char *const *statements; /* ended by NULL */
};

const char *schema_version(void);
const char *const *schema_statements(void); /* ended by NULL */

/* NULL: the newest, or one that is not known. */
const struct schema_step *schema_step_from(struct str version);

#endif
