/*
 * Items that the map withdraws: a partner that holds one is told to delete it, once. That is done behind all
 * others, since what is for sale may have the key of what is withdrawn, an archived copy.
 */
#include "base/mem.h"
#include "stage/produce_parts.h"

void produce_gone_start(struct produce_making *m)
{
	if (m->p->only_changes && map_tells_deletes(m->p->map))
		m->settled = mem_array(known_count(m->p->known) + 1, sizeof(*m->settled));
}

void produce_gone_met(struct produce_making *m, struct str key, bool withdrawn)
{
	size_t at = SIZE_MAX;

	if (!m->settled || key.n == 0)
		return;
	at = known_at(m->p->known, key);
	if (at == SIZE_MAX)
		return;
	if (withdrawn)
		m->withdrawn = m->withdrawn || known_holds(m->p->known, key);
	else
		m->settled[at] = true;
}

/* Is it to be told? What the partner refused to delete waits. */
static bool is_due(struct produce_making *m, struct str key)
{
	const size_t at = known_at(m->p->known, key);
	enum known_state state = KNOWN_NOT;
	bool same = false;

	if (at == SIZE_MAX || m->settled[at] || !known_holds(m->p->known, key))
		return false;
	state = known_find(m->p->known, key, STR(KNOWN_GONE), &same);
	if (m->p->only_due && state != KNOWN_DUE)
		return false;
	m->settled[at] = true;
	m->c->unselected--; /* as it was counted first */
	if (!same || state == KNOWN_DUE)
		return true;
	m->c->waiting++;
	return false;
}

static int look_at(struct produce_making *m, const struct item *it, struct diag *d, struct err *e)
{
	struct map_result r = {.verdict = MAP_ASIDE};

	if (map_key(m->run, it, &r, d, &m->item, e) == -1)
		return -1;
	return r.verdict == MAP_WITHDRAWN && is_due(m, r.key) ? produce_item_delete(m, it, d, e)
							      : 0;
}

int produce_gone_run(struct produce_making *m, struct err *e)
{
	struct reader *again = m->withdrawn ? produce_once_more(m, e) : NULL;
	int rc = m->withdrawn ? -1 : 0;

	if (again)
		rc = 1;
	while (rc == 1) {
		struct item it = {.root = NULL};
		struct diag d;
		arena_reset(&m->item);
		diag_init(&d, &m->item);
		produce_item_action(m, m->p->input.action);
		rc = reader_next(again, &it, &d, e);
		if (rc == 1 && it.root && look_at(m, &it, &d, e) == -1)
			rc = err_wrap(e, STR_FMT ":%u", STR_ARG(it.file), (unsigned)it.line);
	}
	reader_close(again);
	return rc;
}
