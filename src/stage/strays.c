/* What somebody put into the spool by hand; see strays.h. */
#include "stage/strays.h"

#include <string.h>

#include "stage/alarms.h"
#include "stage/fsck.h"
#include "stage/place.h"

/* At the end of a run nothing is on its way: what lies where no row has it was put there, also the copy of a file
 * that lies elsewhere. Names with a dot are what editors make. */
static void tell(void *ctx, const struct fsck_found *x)
{
	struct alarms *told = ctx;

	if (place_name(x->place.p)[0] == '.')
		return;
	if (strcmp(x->code, "UNKNOWN-FILE") == 0)
		alarms_add(told, x->place,
			"the ledger does not know this file, so it is never sent; move it away. "
			"What is to be sent belongs into inbox/SOURCE");
	else if (strcmp(x->code, "MISPLACED-FILE") == 0)
		alarms_add(told, x->place,
			"the ledger has this file in another place, so what lies here is never sent; "
			"gridspool fsck says where, and whether a file lies there: a mere copy, move away");
}

int strays_run(struct env *v, struct err *e)
{
	struct alarms told;
	const struct fsck_options o = {.level = 1, .tell = tell, .ctx = &told};

	alarms_init(&told, v, "UNKNOWN-FILE", "unknown-file");
	if (fsck_spool(v, &o, e) == 0)
		return alarms_commit(&told, e);
	alarms_done(&told);
	return err_wrap(e, "look for unknown files");
}
