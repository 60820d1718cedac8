/*
 * Elements of XML in the forms that nearly all data have, read without libxml2: names of ASCII letters and
 * digits, texts and attributes with the usual references, elements either with text or with elements inside.
 * Whatever else there is, right or wrong, is left to libxml2, which alone says what is no XML.
 */
#ifndef FORMAT_XML_PLAIN_H
#define FORMAT_XML_PLAIN_H

#include "format/reader.h"

struct xml_plain;

enum xml_plain_got {
	XML_PLAIN_ITEM,
	XML_PLAIN_MORE, /* the bytes end before the item does */
	XML_PLAIN_OTHER /* it is for libxml2 to read */
};

/* An item that was read: from the start of its tag to behind its end tag. */
struct xml_plain_item {
	struct node *root; /* borrowed until the next item; values may lie in its bytes */
	size_t from;
	size_t to;
};

/* open: the start tags around the items, as xml_text_tag makes them. r is borrowed. */
struct xml_plain *xml_plain_new(struct reader *r);
void xml_plain_free(struct xml_plain *x);
/* False when it is not known what the names in there mean. */
bool xml_plain_start(struct xml_plain *x, struct str open);
/* The element behind blanks at the start of bytes, which lie at this offset of the file; WINDOW_PAD more may
 * be read. */
enum xml_plain_got xml_plain_next(
	struct xml_plain *x, struct str bytes, uint64_t offset, struct xml_plain_item *item);

#endif
