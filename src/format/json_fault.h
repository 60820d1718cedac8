/*
 * What is wrong with a JSON document, and where: a strict walk by RFC 8259 that shares nothing with
 * the fast parser. It runs only on documents that the fast parser refused, and as its judge in tests.
 */
#ifndef FORMAT_JSON_FAULT_H
#define FORMAT_JSON_FAULT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "format/reader.h"
#include "model/diag.h"

struct json_fault {
	const char *code;	/* JSON-SYNTAX, JSON-DUPLICATE-KEY ...; NULL: no fault */
	size_t at;		/* offset in the document */
	size_t n;		/* bytes concerned; 0 at the end of the document */
	const char *rule;
	const char *expected;	/* or NULL */
	bool cut;		/* all is well up to the end, but the rest is missing */
};

/* Finds the first fault of grammar or encoding in doc, also nesting over LIMIT_NESTING; false when
 * there is none. Duplicate keys are not looked for. */
bool json_fault_scan(struct str doc, struct json_fault *f);
/* The fault as a finding about it; as an error about the file, with the place in its text. */
void json_fault_add(const struct json_fault *f, const struct item *it, struct diag *d);
int json_fault_err(const struct json_fault *f, const struct item *it, struct err *e);

#endif
