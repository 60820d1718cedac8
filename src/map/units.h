/* Units of measure for convert-unit(): maps/tables/units.csv, by the codes of UN/ECE Rec. 20 and of X12 355. */
#ifndef MAP_UNITS_H
#define MAP_UNITS_H

#include "map/compiled.h"
#include "map/expr.h"

struct load;

struct unit {
	struct str kind;   /* "mass": only units of one kind can be converted */
	struct dec factor; /* how many of the kind's first unit one of these is */
};

/* Loads the table, once for a map. False with a fault when it is not there or wrong. */
bool units_load(struct load *l, struct expr_fault *f);
/* NULL when the code is unknown. */
const struct unit *units_find(const struct map *m, struct str code);
/* Is the code known? Else the fault says so, with the nearest one. */
bool units_check(const struct load *l, const struct expr *code, struct expr_fault *f);

#endif
