/* Steps that verbs share; see verbs_act.h. */
#include "stage/verbs_act.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/fsx.h"
#include "base/limits.h"

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

int verbs_act_move(struct env *v, const char *from, const char *to, struct err *e)
{
	char folder[LIMIT_PATH];
	const char *a = strrchr(from, '/');
	const char *b = strrchr(to, '/');
	struct stat st;
	int source = -1;
	int target = -1;
	int rc = fsx_stat(v->dir, to, &st, e);

	if (rc != 0 || strcmp(from, to) == 0)
		return rc == -1 ? -1 : 0;
	BUG_IF(!a || !b);
	(void)snprintf(folder, sizeof(folder), "%.*s", (int)(a - from), from);
	source = env_folder(v, folder, e);
	(void)snprintf(folder, sizeof(folder), "%.*s", (int)(b - to), to);
	target = source == -1 ? -1 : env_folder(v, folder, e);
	rc = target == -1 ? -1 : fsx_move(source, a + 1, target, b + 1, e);
	fsx_close(source);
	fsx_close(target);
	return rc;
}

void verbs_act_forget(struct env *v, struct str place)
{
	char folder[LIMIT_PATH];
	const char *slash = strrchr(place.p, '/');

	if (!slash)
		return;
	(void)snprintf(folder, sizeof(folder), "%.*s", (int)(slash - place.p), place.p);
	env_drop_reason(v, folder, slash + 1);
}
