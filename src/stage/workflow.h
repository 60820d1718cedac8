/* Labels of workflow states, out of the hub settings that dc-cli exports. */
#ifndef STAGE_WORKFLOW_H
#define STAGE_WORKFLOW_H

#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "map/map.h"

/* id -> label of each entry of workflowStates[]; the list lives in a. fd is borrowed. */
int workflow_load(int fd, struct str file, struct names *names, struct arena *a,
	const struct map_var **list, size_t *n, struct err *e) ATTR_CHECK;

#endif
