/*
 * The elements of an XML file at a path, as trees, through libxml2's SAX2 push parser: a slice is
 * parsed, the items that end in it are given, and only then the next one is read. Nothing is fetched,
 * DOCTYPE is refused.
 */
#ifndef FORMAT_XML_STREAM_H
#define FORMAT_XML_STREAM_H

#include "format/charset.h"
#include "format/path.h"
#include "format/reader.h"

struct xml_stream;

/* Library start-up is model/xml.h's. The file begins at offset first, in this character set, and is read
 * block bytes at once. r and path are borrowed. */
struct xml_stream *xml_stream_new(
	struct reader *r, const struct path *path, enum charset set, uint64_t first, size_t block);
void xml_stream_free(struct xml_stream *s);
/* Plain items may be read without libxml2. What is given is the same, but for its time. */
void xml_stream_use_plain(struct xml_stream *s);
/* Begins at an offset where an item begins that stands inside the start tags of open. line: of it, 0 not
 * known. */
void xml_stream_restart(struct xml_stream *s, uint64_t offset, struct str open, uint32_t line);
/* As the reader's next; *open is what stood around the item. */
int xml_stream_next(struct xml_stream *s, struct item *it, struct str *open, struct diag *d,
	struct err *e) ATTR_CHECK;
/* Bytes of the file that are done with. */
uint64_t xml_stream_bytes(const struct xml_stream *s);

#endif
