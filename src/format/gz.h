/* gzip (RFC 1952) between two descriptors, in constant memory, for the archive. */
#ifndef FORMAT_GZ_H
#define FORMAT_GZ_H

#include <stdint.h>

#include "base/err.h"

/* The whole of in (by position) compressed to out. */
int gz_pack(int in, int out, struct err *e) ATTR_CHECK;
/* The whole of in unpacked to out: ERR_INPUT when it is damaged or has more behind its end,
 * ERR_LIMIT when it is more than limit bytes. */
int gz_unpack(int in, int out, uint64_t limit, struct err *e) ATTR_CHECK;

#endif
