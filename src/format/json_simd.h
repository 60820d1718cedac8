/*
 * simdjson behind a C interface: one document in, the tree of an item out. Nothing unread is trusted:
 * every value is walked, numbers are kept as their token, names that repeat are refused.
 */
#ifndef FORMAT_JSON_SIMD_H
#define FORMAT_JSON_SIMD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"
#include "format/json_fault.h"
#include "model/names.h"
#include "model/node.h"

enum { JSON_SIMD_PAD = 64 };	/* bytes behind a document that may be read; the first is no bracket */

struct json_simd;

struct json_simd *json_simd_new(struct names *names);	/* names is borrowed */
void json_simd_free(struct json_simd *s);

/* The tree of doc, an object: nodes in a, values in a or views of doc, places counted from offset.
 * False and *f when it is not well-formed, not an object or over a limit; *f then has the code, and
 * the place except for JSON-SYNTAX, where json_fault_scan finds it. */
bool json_simd_parse(struct json_simd *s, struct str doc, uint64_t offset, struct arena *a,
		     struct node **root, struct json_fault *f);

#endif
