/* What is taken up once more; see collect_again.h. */
#include "stage/collect_again.h"

#include <inttypes.h>
#include <stdio.h>

#include "stage/collect_parts.h"
#include "stage/place.h"
#include "store/ledger_input.h"

static int claim_again(struct env *v, const struct input_row *r, const char *note, struct err *e)
{
	const struct config_source *s = config_source_find(v->config, r->source);
	int rc = 0;

	if (str_is(r->state, "claiming")) /* another agreement met it first */
		return 1;
	if (!s || s->ready == READY_MANIFEST)
		return 0;
	rc = ledger_input_converted(&v->ledger, r->id, e);
	if (rc != 0)
		return rc == 1 ? 0 : -1;
	return collect_row_written_on(v, r, note, e) == -1 ? -1 : 1;
}

int collect_again_row(struct env *v, int64_t input, const char *note, struct err *e)
{
	struct arena a;
	struct input_row r;
	int rc = -1;

	arena_init(&a);
	rc = ledger_input_find(&v->ledger, input, &a, &r, e);
	if (rc == 1)
		rc = claim_again(v, &r, note, e);
	arena_done(&a);
	return rc;
}

static const char again[] = "it is in use again, since what came after it was put away";

static int version_of(struct env *v, const struct config_source *s, struct err *e)
{
	struct arena a;
	struct input_row r;
	struct stat st;
	char id[40];
	int rc = -1;

	arena_init(&a);
	rc = ledger_input_replaced(&v->ledger, s->name, &a, &r, e);
	if (rc == 1) /* a cut run may have it half in the archive: the next one knows where */
		rc = place_stat(v, r.place.p, &st, e);
	if (rc == 1) {
		rc = collect_row_current(v, &r, s, NULL, e);
		(void)snprintf(id, sizeof(id), "in-%06" PRId64, r.id);
		if (rc == 0)
			env_log(v, LOG_WARN, "in-use-again", id, "%s",
				collect_row_named(&r, again, &a).p);
	}
	arena_done(&a);
	return rc;
}

int collect_again_versions(struct env *v, struct err *e)
{
	for (const struct config_source *s = v->config->sources; s; s = s->next) {
		if (s->kind != SOURCE_EVENTS && version_of(v, s, e) == -1)
			return err_wrap(e, "source " STR_FMT, STR_ARG(s->name));
	}
	return 0;
}
