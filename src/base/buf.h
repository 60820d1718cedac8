/* Bytes that grow, up to the maximum they were created with. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/err.h"
#include "base/str.h"

struct buf {
	char *p;
	size_t n;
	size_t cap;
	size_t max;
	bool over; /* something did not fit; what fits is kept */
};

void buf_init(struct buf *b, size_t max);
void buf_done(struct buf *b);
void buf_clear(struct buf *b); /* empties; keeps the memory */

void buf_more(struct buf *b, const void *p, size_t n); /* buf_put where memory has to grow */
static inline void buf_put(struct buf *b, const void *p, size_t n)
{
	if (n > b->cap - b->n || n > b->max - b->n) {
		buf_more(b, p, n);
	} else if (n > 0) {
		memcpy(b->p + b->n, p, n);
		b->n += n;
	}
}
/* Where n bytes can be written; who does adds to b->n what they are. NULL: there is no room for them. */
char *buf_more_room(struct buf *b, size_t n);
static inline char *buf_room(struct buf *b, size_t n)
{
	return n <= b->cap - b->n && n <= b->max - b->n ? b->p + b->n : buf_more_room(b, n);
}
static inline void buf_ch(struct buf *b, char c)
{
	buf_put(b, &c, 1);
}
void buf_str(struct buf *b, struct str s);
void buf_c(struct buf *b, const char *s);
/* A number in at least so many digits. */
void buf_u64(struct buf *b, uint64_t v, unsigned digits);
void buf_printf(struct buf *b, const char *fmt, ...) ATTR_PRINTF(2, 3);

struct str buf_view(const struct buf *b); /* borrowed until the next change */
const char *buf_cstr(struct buf *b);	  /* terminated, borrowed likewise */
/* -1 with ERR_LIMIT when something did not fit; what names it in the message. */
int buf_check(const struct buf *b, const char *what, struct err *e) ATTR_CHECK;

#endif
