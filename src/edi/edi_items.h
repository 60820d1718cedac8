/*
 * X12 and EDIFACT as sources of maps: one item each occurrence of a loop in a set. Its segments are
 * children named by tag, elements children of those named by reference designator (LIN03, PIA02-1), inner
 * loops children named as in the definition. What stands before the first item of a set is item.header.
 *
 * A set is checked whole before its first item is given; one with errors is one item without a tree that
 * has them as findings.
 */
#ifndef EDI_EDI_ITEMS_H
#define EDI_EDI_ITEMS_H

#include "format/reader.h"

/* The reader of a format of interchanges for reader_spec.ops, or NULL. */
const struct reader_ops *edi_items_find(struct str format);

#endif
