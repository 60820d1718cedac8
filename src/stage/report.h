/* Report, the last stage: overdue answers, feedback files, the archive. */
#ifndef STAGE_REPORT_H
#define STAGE_REPORT_H

#include "stage/env.h"

int report_run(struct env *v, struct err *e) ATTR_CHECK;

#endif
