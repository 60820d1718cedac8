/* Comparison of values: as decimals when both are numbers, as dates when both are dates, else as
 * text. Sets compare by any of their nodes, as in XPath. */
#ifndef MAP_COMPARE_H
#define MAP_COMPARE_H

#include "map/eval.h"
#include "map/expr.h"

bool compare(struct ev *ev, enum expr_op op, const struct val *a, const struct val *b);
/* Is it a number, a date? Without findings. */
bool compare_number(const struct val *v, struct dec *out);
bool compare_date(const struct val *v, struct date *out);

#endif
