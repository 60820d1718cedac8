/* What EDIFACT makes of elements (ISO 9735): character sets, numbers. For edi/element.h. */
#ifndef EDI_EDIFACT_RULES_H
#define EDI_EDIFACT_RULES_H

#include "edi/edifact_write.h"
#include "edi/element.h"

/* To write with a profile, or to read numbers with these decimal marks (".", "," or ".,"; static).
 * Freed by element_rules_free. */
struct element_rules *edifact_rules_write(const struct edifact_profile *p);
struct element_rules *edifact_rules_read(const char *marks);

#endif
