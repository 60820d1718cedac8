/* Inside of an environment: its bundle and its maps. */
#ifndef STAGE_ENV_MAPS_H
#define STAGE_ENV_MAPS_H

#include "stage/env.h"

/* Where the program's own maps are: next to the program, or its installed place. */
int env_maps_dir(struct err *e) ATTR_CHECK;
/* Opens the folders of maps and names the bundle's version. copy: of one that was kept, with the program's
 * maps of that time beside it. */
int env_maps_open(struct env *v, bool copy, struct err *e) ATTR_CHECK;
/* The map of each route, checked against its agreement, its source and the others. */
void env_maps_routes(struct env *v, struct faults *f);
/* Nobody knows which maps are meant when the configuration has faults: then each of the bundle's is checked, so
 * that all that is wrong is told at once. */
void env_maps_check(struct env *v, struct faults *f);

#endif
