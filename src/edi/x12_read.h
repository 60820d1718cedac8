/* The reader of X12 (X12.5, X12.6), for edi/edi_read.h. */
#ifndef EDI_X12_READ_H
#define EDI_X12_READ_H

#include "edi/edi_read.h"

extern const struct edi_read_ops x12_read_ops;

#endif
