/* Steps that verbs share; see verbs_act.h. */
#include "stage/verbs_act.h"

#include <stdarg.h>
#include <stdio.h>

#include "stage/place.h"

void verbs_act_say(struct verbs_act *x, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(x->out->said, sizeof(x->out->said), fmt, ap);
	va_end(ap);
}

int verbs_act_end(struct verbs_act *x, int rc, struct err *e)
{
	if (rc == -1 || x->r->dry_run) {
		ledger_rollback(x->l);
		return rc == -1 ? -1 : 0;
	}
	return ledger_commit(x->l, e) == -1 ? -1 : 1;
}

void verbs_act_forget(struct env *v, struct str place)
{
	char folder[LIMIT_PATH];
	const char *name = place_split(place.p, folder);

	if (name)
		env_drop_reason(v, folder, name);
}
