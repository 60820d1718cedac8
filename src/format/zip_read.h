/* A ZIP archive read by position and never trusted: CRC, sizes, ratios and names are checked. */
#ifndef FORMAT_ZIP_READ_H
#define FORMAT_ZIP_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

enum {
	ZIP_READ_RATIO = 200
}; /* most that a member may grow; text of content items shrinks to a tenth */

struct zip_read;

/* fd is borrowed and read by pread. NULL: not a whole archive, or one that lies about itself. */
struct zip_read *zip_read_open(int fd, uint64_t size, struct err *e);
void zip_read_close(struct zip_read *z);
uint64_t zip_read_count(const struct zip_read *z);
/* Name as stored, "" for none; borrowed until close. A name that ends in / is a folder. */
struct str zip_read_name(const struct zip_read *z, uint64_t i);
/* The whole member into *p, made larger if need be (*cap), with pad zero bytes behind it. -1:
 * ERR_LIMIT over limit or swelling too much, ERR_INPUT damaged, ERR_IO the disk failed. */
int zip_read_member(struct zip_read *z, uint64_t i, size_t limit, size_t pad, char **p, size_t *cap,
	size_t *n, struct err *e) ATTR_CHECK;

#endif
