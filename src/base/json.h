/* Writes JSON (RFC 8259) into a buf: commas, indentation, escapes and valid UTF-8 are its business. */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/limits.h"

enum {
	JSON_DEPTH = LIMIT_NESTING + 16
}; /* the deepest item we read, and our own levels around it */

struct json {
	struct buf *out;
	int depth;
	bool pretty;		/* two blanks a level, one member a line */
	bool first[JSON_DEPTH]; /* nothing written at this level yet */
	bool named;		/* a name has been written, its value is due */
	bool broken;		/* the next value begins a new line */
};

void json_init(struct json *j, struct buf *out, bool pretty);
void json_object(struct json *j);
void json_array(struct json *j);
void json_end(struct json *j, char bracket); /* '}' or ']' */
void json_name(struct json *j, const char *name);
void json_name_str(struct json *j, struct str name);
void json_name_raw(struct json *j, struct str quoted); /* as json_quote has written it */
/* The next value begins a new line, whether its own inside does or not. */
void json_line(struct json *j);
void json_str(struct json *j, struct str s); /* bad UTF-8 becomes U+FFFD */
void json_int(struct json *j, int64_t v);
void json_raw(struct json *j, struct str token); /* a number already in JSON form */
void json_bool(struct json *j, bool v);
void json_null(struct json *j);

/* A text as it stands in JSON, with its quotes; bad UTF-8 becomes U+FFFD. */
void json_quote(struct buf *out, struct str s);
/* How many bytes from the start are text of JSON as it stands: no quote, backslash, control character. */
size_t json_plain(struct str s);

/* name and value at once; *_opt leave empty ones out */
void json_member(struct json *j, const char *name, struct str value);
void json_member_c(struct json *j, const char *name, const char *value);
void json_member_int(struct json *j, const char *name, int64_t value);
void json_member_opt(struct json *j, const char *name, struct str value);

#endif
