/* Packed trees: written by zip_pack, read by zip_read. */
#ifndef FORMAT_ZIP_H
#define FORMAT_ZIP_H

#include "format/zip_pack.h"
#include "format/zip_read.h"

#endif
