/* Reads an XML file of any size through libxml2, to see whether it is one and how many elements it has. */
#ifndef MODEL_XML_COUNT_H
#define MODEL_XML_COUNT_H

#include <stdint.h>

#include "base/err.h"

/* From the start of fd, by position. ERR_CORRUPT: not well-formed, namespaces included. */
int xml_count_file(int fd, uint64_t *elements, struct err *e) ATTR_CHECK;

#endif
