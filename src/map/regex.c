/* Regular expressions; see regex.h. */
#include "map/regex.h"

#include <stdint.h>
#include <stdio.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/limits.h"
#include "base/mem.h"

enum { HEAP_LIMIT_KIB = 20000 };

struct regex {
	pcre2_general_context *general;
	pcre2_match_context *context;
	pcre2_code *code;
	pcre2_match_data *data;
};

static void *take(PCRE2_SIZE n, void *ctx ATTR_UNUSED)
{
	return mem_alloc(n);
}

static void give(void *p, void *ctx ATTR_UNUSED)
{
	mem_free(p);
}

struct regex *regex_new(struct str pattern, char *why, size_t size)
{
	struct regex *r = mem_alloc(sizeof(*r));
	pcre2_compile_context *cc = NULL;
	int code = 0;
	PCRE2_SIZE at = 0;
	PCRE2_UCHAR text[120] = {0};

	r->general = pcre2_general_context_create(take, give, NULL);
	r->context = pcre2_match_context_create(r->general);
	pcre2_set_match_limit(r->context, REGEX_STEPS);
	pcre2_set_heap_limit(r->context, HEAP_LIMIT_KIB);
	cc = pcre2_compile_context_create(r->general);
	r->code = pcre2_compile((PCRE2_SPTR)pattern.p, pattern.n,
		PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C, &code, &at, cc);
	pcre2_compile_context_free(cc);
	if (!r->code) {
		pcre2_get_error_message(code, text, sizeof(text));
		snprintf(why, size, "at character %zu of the pattern: %s", (size_t)at + 1,
			(const char *)text);
		regex_free(r);
		return NULL;
	}
	r->data = pcre2_match_data_create_from_pattern(r->code, r->general);
	return r;
}

void regex_free(struct regex *r)
{
	if (!r)
		return;
	pcre2_match_data_free(r->data);
	pcre2_code_free(r->code);
	pcre2_match_context_free(r->context);
	pcre2_general_context_free(r->general);
	mem_free(r);
}

int regex_match(struct regex *r, struct str s)
{
	int rc = pcre2_match(r->code, (PCRE2_SPTR)(s.p ? s.p : ""), s.n, 0, 0, r->data, r->context);

	if (rc == PCRE2_ERROR_NOMATCH)
		return 0;
	return rc >= 0 ? 1 : -1;
}

bool regex_replacement_ok(struct regex *r, struct str with, char *why, size_t size)
{
	uint32_t groups = 0;

	(void)pcre2_pattern_info(r->code, PCRE2_INFO_CAPTURECOUNT, &groups);
	for (size_t i = 0; i < with.n; i++) {
		char next = i + 1 < with.n ? with.p[i + 1] : '\0';

		if (with.p[i] != '$')
			continue;
		if (str_is_digit(next) && (uint32_t)(next - '0') > groups) {
			snprintf(why, size, "$%c stands for a group, and the pattern has %u", next,
				(unsigned)groups);
			return false;
		}
		if (!str_is_digit(next) && !str_is_alpha(next) && next != '{' && next != '$' &&
			next != '_') {
			snprintf(why, size,
				"a $ stands before the number of a group; write $$ for itself");
			return false;
		}
		i += next == '$';
	}
	return true;
}

int regex_replace(struct regex *r, struct str s, struct str with, struct arena *a, struct str *out)
{
	size_t room = s.n * 2 + with.n + 64;

	for (;;) {
		char *p = arena_raw(a, room);
		PCRE2_SIZE n = room;
		int rc = pcre2_substitute(r->code, (PCRE2_SPTR)(s.p ? s.p : ""), s.n, 0,
			PCRE2_SUBSTITUTE_GLOBAL | PCRE2_SUBSTITUTE_OVERFLOW_LENGTH |
				PCRE2_SUBSTITUTE_UNSET_EMPTY,
			r->data, r->context, (PCRE2_SPTR)(with.p ? with.p : ""), with.n,
			(PCRE2_UCHAR *)p, &n);

		if (rc >= 0) {
			*out = (struct str){p, n};
			return 0;
		}
		if (rc != PCRE2_ERROR_NOMEMORY || n <= room || n > LIMIT_VALUE)
			return -1;
		room = n;
	}
}
