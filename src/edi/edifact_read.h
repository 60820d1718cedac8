/* The reader of EDIFACT (ISO 9735, versions 1 to 4), for edi/edi_read.h. */
#ifndef EDI_EDIFACT_READ_H
#define EDI_EDIFACT_READ_H

#include "edi/edi_read.h"

extern const struct edi_read_ops edifact_read_ops;

#endif
