/* XML: one item each element at a path; without a path, each element inside the root. */
#ifndef FORMAT_XML_READER_H
#define FORMAT_XML_READER_H

#include "format/reader.h"

extern const struct reader_ops xml_reader_ops;

#endif
