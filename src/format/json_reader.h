/* JSON: one object a line (NDJSON), one object a file, or a packed tree with one object a member. */
#ifndef FORMAT_JSON_READER_H
#define FORMAT_JSON_READER_H

#include "format/reader.h"

extern const struct reader_ops json_reader_ops;

#endif
