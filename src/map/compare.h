/* Comparison of values: as decimals when both are numbers, as dates when both are dates, else as
 * text. Sets compare by any of their nodes, as in XPath. */
#ifndef MAP_COMPARE_H
#define MAP_COMPARE_H

#include "map/eval.h"
#include "map/expr.h"

bool compare_values(struct ev *ev, enum expr_op op, const struct val *a, const struct val *b);
/* -1, 0, 1 by the rules of '<': as decimals, as dates, else as text. */
int compare_order(struct ev *ev, const struct val *a, const struct val *b);

#endif
