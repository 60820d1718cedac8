/* The ledger's tables. A change makes a new version; ledger_open refuses what it does not know. */
#ifndef STORE_SCHEMA_H
#define STORE_SCHEMA_H

const char *schema_version(void);
const char *const *schema_statements(void); /* ended by NULL */

#endif
