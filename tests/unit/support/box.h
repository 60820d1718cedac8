/* An empty folder for one test, below the current one. */
#ifndef UNIT_SUPPORT_BOX_H
#define UNIT_SUPPORT_BOX_H

#include "base/str.h"
#include "secure/hash.h"

struct box {
	char path[64];
	int dir;
};

/* For cmocka: *state is a struct box until it is torn down with all that is in it. */
int box_setup(void **state);
int box_teardown(void **state);

#define IN_BOX(f) cmocka_unit_test_setup_teardown(f, box_setup, box_teardown)

/* A file with text appears in dir. */
void box_put(int dir, const char *name, const char *text);
/* Fails unless name in dir holds text. */
void box_holds(int dir, const char *name, const char *text);
/* The SHA-256 that a file of these bytes has. */
void box_hash(struct str bytes, char out[HASH_HEX]);

#endif
