/* What libxml2 hands over, as our text: names of elements and attributes, start tags to be read again, its messages. */
#ifndef FORMAT_XML_TEXT_H
#define FORMAT_XML_TEXT_H

#include "base/buf.h"
#include "format/reader.h"

/* "name", "p:name" with the prefix of the map, "{uri}name" where it has none; "@" before an attribute. 0 when there
 * are more different names than are read. prefix and uri MAY be NULL. */
uint32_t xml_text_name(const struct reader *r, const char *local, const char *prefix,
	const char *uri, bool attribute);
/* The start tag of an element with the n_ns namespaces that it declares, prefix and URI in turn. */
void xml_text_tag(struct buf *b, const char *local, const char *prefix, size_t n_ns,
	const unsigned char **ns);
/* A message of the parser without the line end behind it, in at most size bytes. */
void xml_text_message(const char *message, char *out, size_t size);
/* An item that cannot be given, and why. */
void xml_text_spoiled(const struct item *it, const char *code, const char *rule, struct diag *d);

#endif
