/*
 * X12 and EDIFACT as bytes: cuts a file into segments and values by the separators of the interchange
 * in hand. Constant memory: one block and one segment.
 */
#ifndef EDI_LEXER_H
#define EDI_LEXER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "defs/defs.h"
#include "format/segment.h"

/* What stood between segments: how often, and where first. */
struct lexer_noise {
	uint64_t times;
	uint64_t first;
};

struct lexer {
	int fd;	   /* -1: bytes in memory */
	char *own; /* buffer when reading from fd */
	const char *p;
	size_t at; /* next byte */
	size_t end;
	uint64_t base; /* offset in the file of p[0] */
	bool eof;
	char element;
	char component;
	char terminator;
	char repetition;
	char release;	      /* takes its meaning from the separator behind it; 0 none */
	bool repeats;	      /* repetition is a separator in this interchange */
	bool binary;	      /* BIN and BDS give the length of their data */
	bool wrapped;	      /* line ends inside of segments are none of their bytes */
	struct buf unwrapped; /* such a segment */
	struct lexer_noise gaps, filler, bom; /* line ends and blanks; NUL and Control-Z */
	uint64_t gap_end;		      /* offset behind the last of the gaps */
	struct lexer_noise wraps;	      /* line ends that were taken out of segments */
};

/* A segment as bytes, borrowed until the next call. */
struct lexer_raw {
	struct str bytes;  /* without its terminator */
	const char *limit; /* end of readable memory, at or behind the end of bytes */
	uint64_t offset;
	size_t binary;	   /* BIN, BDS: how long the segment is by its length element; else 0 */
	bool unterminated; /* the file ends here without a terminator */
	struct str
		wrapped; /* the same bytes with the line ends that were taken out; empty if none were */
};

/* Reads fd by position, or bytes where it is -1: both are borrowed until the lexer is closed. */
int lexer_open(struct lexer *l, int fd, struct str bytes, struct err *e) ATTR_CHECK;
void lexer_close(struct lexer *l);

/* Goes to the next byte that is no line end, blank, byte order mark, NUL or
 * Control-Z. 1 there is one, 0 the file ends, -1. */
int lexer_skip(struct lexer *l, struct err *e) ATTR_CHECK;
/* Makes up to n bytes visible from the cursor (fewer at the end of the file): *s is borrowed until the next
 * call. 0 or -1. */
int lexer_peek(struct lexer *l, size_t n, struct str *s, struct err *e) ATTR_CHECK;
/* Next segment with the separators in force: 1, 0 at the end of the file, -1; ERR_LIMIT when it is longer
 * than a segment may be. */
int lexer_next(struct lexer *l, struct lexer_raw *raw, struct err *e) ATTR_CHECK;

/* Does a segment begin here that needs no look? Four bytes are readable at p. */
typedef bool (*lexer_plain_fn)(const char *p, char element);
/* Goes over whole segments that need no look, as far as they are in memory. Returns how many. */
uint64_t lexer_pass(struct lexer *l, lexer_plain_fn is_plain);

/* What lexer_split saw on its way. */
enum {
	LEXER_HIGH = 1,	     /* bytes that are no ASCII */
	LEXER_CONTROL = 2,   /* control characters */
	LEXER_COMPONENT = 4, /* a component separator in a simple element */
	LEXER_MANY = 8,	     /* more values than fit */
	LEXER_RELEASE = 16,  /* release characters; they are still in the values */
	LEXER_COMMA = 64,    /* a comma, which may be a decimal mark */
	LEXER_TRAILING = 32  /* a separator with nothing more behind it in its element or segment */
};

/* Values and where each starts in the segment as it is in the file; room for LIMIT_ELEMENTS. */
struct lexer_values {
	uint32_t *at;
	struct value *v;
	size_t n;
	unsigned seen;
	uint16_t elements; /* separators seen: empty trailing elements count too */
};

/* Makes n places, in order, among bytes without line ends to places among those with them. */
void lexer_places(struct str wrapped, uint32_t *at, size_t n);

/* Cuts bytes behind the tag into values; composites by the definition, or wherever a component
 * separator stands when there is none. A component separator in a simple element is data. */
void lexer_split(const struct lexer *l, const struct lexer_raw *raw, size_t from,
	const struct def_segment *def, struct lexer_values *out);

#endif
