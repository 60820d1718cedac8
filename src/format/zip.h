/*
 * Packs a folder tree into one ZIP (APPNOTE 6.3, ZIP64 where needed): names sorted by bytes,
 * fixed times, so that the same tree gives the same bytes. Written front to back in constant
 * memory, apart from the names of the folders on the way down.
 */
#ifndef FORMAT_ZIP_H
#define FORMAT_ZIP_H

#include <stdint.h>

#include "base/err.h"
#include "model/diag.h"
#include "secure/hash.h"

struct zip_packed {
	uint64_t members;
	uint64_t bytes;	   /* of the archive */
	uint64_t unpacked; /* bytes of the members before packing */
	char content
		[HASH_HEX]; /* SHA-256 over each member's SHA-256, its name and a NUL, in order */
};

/* Packs all regular files under dir (an open folder) into out, which is empty and can be read
 * back by position. Links, FIFOs, devices and names that are no UTF-8 are told in d and left
 * out. -1: ERR_INPUT reason EMPTY when there is nothing, CHANGED when a file or folder changed
 * meanwhile; ERR_LIMIT; ERR_IO. */
int zip_pack(int dir, int out, struct zip_packed *result, struct diag *d, struct err *e) ATTR_CHECK;

#endif
