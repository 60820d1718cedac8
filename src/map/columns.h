/* Which columns of CSV sources a map reads: of its items and of each join. A name that the header
 * does not have would be absent in every row, and nobody would be told. */
#ifndef MAP_COLUMNS_H
#define MAP_COLUMNS_H

#include "map/compiled.h"

/* ERR_INPUT when the reader lacks one of them; of is a join's number, or MAP_ITEMS. */
int columns_check(const struct map *m, int of, const struct reader *r, struct err *e) ATTR_CHECK;

/* Those that the layouts of fixed-width sources lack: they are known without a file. */
void columns_fixed_faults(const struct map *m, struct faults *f);

/* The same as faults of the map. */
void columns_faults(const struct map *m, int of, const struct reader *r, struct faults *f);

#endif
