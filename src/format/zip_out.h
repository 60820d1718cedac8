/* Writes the records of a ZIP archive front to back; zip.h decides what goes in. */
#ifndef FORMAT_ZIP_OUT_H
#define FORMAT_ZIP_OUT_H

#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

struct zip_out;

/* out is borrowed and empty; it is read back by position for the directory at the end. */
struct zip_out *zip_out_new(int out);
void zip_out_free(struct zip_out *z);
/* One member: begin, its bytes in any number of pieces, end. */
int zip_out_begin(struct zip_out *z, struct str name, struct err *e) ATTR_CHECK;
int zip_out_bytes(struct zip_out *z, const void *p, size_t n, struct err *e) ATTR_CHECK;
int zip_out_end(struct zip_out *z, struct err *e) ATTR_CHECK;
/* The central directory and the end records; *bytes is the size of the archive. */
int zip_out_finish(struct zip_out *z, uint64_t *bytes, struct err *e) ATTR_CHECK;

#endif
