/* What X12 makes of elements (X12.6): character sets, separators, numbers. For edi/element.h. */
#ifndef EDI_X12_RULES_H
#define EDI_X12_RULES_H

#include "edi/element.h"
#include "edi/x12_write.h"

/* To write with a profile, or to read (p is NULL). Freed by element_rules_free. */
struct element_rules *x12_rules_new(const struct x12_profile *p);

#endif
