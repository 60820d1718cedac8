/* For tests of readers: files of given bytes, trees as text. */
#ifndef UNIT_SUPPORT_FORMAT_SUPPORT_H
#define UNIT_SUPPORT_FORMAT_SUPPORT_H

#include "base/buf.h"
#include "format/reader.h"

/* A descriptor of a nameless file with these bytes. */
int format_support_file(struct str bytes);
/* The tree as one line: {a="text" b=12 c=true d=null e={...}}; places as @offset when asked for. */
void format_support_tree(
	struct buf *b, const struct node *n, const struct names *names, bool places);
/* All items of bytes, each as its tree or !CODE of its first error and a line feed; at the end
 * "REFUSED reason" and a line feed when the file was refused. The text lives in b. */
void format_support_read(struct buf *b, struct str bytes, const struct reader_spec *spec);

#endif
