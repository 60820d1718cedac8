/* Verbs on one item: on the open findings that set it aside. */
#include "stage/verbs_act.h"

#include <inttypes.h>

#include "store/ledger_operator.h"

int verbs_item_close(struct verbs_act *x, struct err *e)
{
	int64_t n = 0;
	int rc = -1;

	if (ledger_begin(x->l, e) == -1)
		return -1;
	rc = ledger_operator_aside_open(x->l, x->s->name, &n, e);
	if (rc == 0)
		rc = verbs_may(x, n > 0 ? STR("open") : STR(""), STR(""), e);
	if (rc == 0)
		rc = ledger_operator_aside_close(x->l, x->s->name, e);
	if (rc == 0)
		rc = ledger_event(
			x->l, "closed", x->s->event, e, "set-aside=%" PRId64 " %s", n, x->why);
	if (verbs_act_end(x, rc, e) == -1)
		return -1;
	x->out->count = n;
	verbs_act_say(x,
		"%" PRId64
		" open findings are closed; the item is set aside again if they are still there",
		n);
	return 0;
}
