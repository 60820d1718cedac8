/*
 * C1, the intent: the unit and its interchange are committed with their numbers and times, then the
 * worker gets its descriptors.
 */
#include "stage/convert_unit.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/fsx.h"
#include "stage/lines.h"
#include "stage/spool.h"
#include "stage/target.h"
#include "store/ledger_interchange.h"
#include "store/ledger_item.h"

/* Items that were taken out of the ledger would go out as new ones, of which the partner knows. */
static int check_items(struct env *v, const struct convert_unit *j, struct err *e)
{
	struct ledger *l = &v->ledger;
	const char *name = arena_cstr(&v->arena, j->unit.agreement);
	int64_t missing = 0;
	int64_t told = 0;

	if (j->work.route->source->kind == SOURCE_EVENTS)
		return 0;
	if (ledger_item_missing(l, j->unit.agreement, &missing, e) == -1 ||
		db_one_int(l->db, &told, e,
			"SELECT COUNT(*) FROM meta WHERE key = '" SPOOL_RESTORED "' || ?1", "c",
			name) == -1)
		return -1;
	if (missing == 0 || told > 0)
		return 0;
	env_log(v, LOG_ERROR, "items-missing", name,
		"HISTORY-DIFFERS: ledger.db lacks %" PRId64
		" items of this agreement that its events tell of: what is made is held; put a backup of "
		"ledger.db back, or compare with what the partner has and release it",
		missing);
	v->news++;
	if (ledger_begin(l, e) == -1)
		return -1;
	if (ledger_run(l, e,
		    "INSERT INTO meta(key, value) VALUES('" SPOOL_RESTORED "' || ?1, '" SPOOL_ITEMS
		    "')",
		    "c", name) == -1 ||
		ledger_event(l, "items-missing", name, e, "n=%" PRId64, missing) == -1) {
		ledger_rollback(l);
		return -1;
	}
	return ledger_commit(l, e);
}

static void stamp_of(int64_t at, char out[32])
{
	const struct date d = date_from_unix(at);

	(void)snprintf(out, 32, "%04d%02u%02uT%02u%02uZ", d.year, d.month, d.day, d.hour, d.minute);
}

static int commit_intent(struct env *v, struct convert_unit *j, struct arena *a, struct err *e)
{
	struct ledger *l = &v->ledger;
	const struct config_agreement *g = j->work.route->agreement;
	char stamp[32];
	char subject[40];
	int64_t id = j->unit.interchange;

	stamp_of(j->unit.fixed_at, stamp);
	convert_unit_subject(j, subject);
	if (ledger_begin(l, e) == -1)
		return -1;
	if (id == 0 &&
		ledger_interchange_add(l, j->unit.id, g->name, g->partner->name, g->message,
			str_c(stamp), target_find(g->format)->ending, &id, e) == -1)
		goto fail;
	if (ledger_unit_start(l, j->unit.id, j->unit.fence, id, v->bundle, e) == -1 ||
		ledger_item_offer(l, g->name, j->unit.id, e) == -1 ||
		ledger_event(l, "converting", subject, e,
			"agreement=" STR_FMT " interchange=%06" PRId64 " attempt=%" PRId64,
			STR_ARG(g->name), id, j->unit.attempts + 1) == -1)
		goto fail;
	if (ledger_commit(l, e) == -1)
		return -1;
	j->unit.fence++;
	j->unit.interchange = id;
	return ledger_interchange_find(l, id, a, &j->interchange, e) == 1 ? 0 : -1;
fail:
	ledger_rollback(l);
	return -1;
}

struct extract {
	int fd;
	struct buf buf;
	struct err *e;
	bool failed;
};

static int extract_one(
	void *ctx, struct str key, struct str state, struct str hash, struct str settled)
{
	struct extract *x = ctx;

	lines_field(&x->buf, key);
	buf_ch(&x->buf, '\t');
	buf_str(&x->buf, state);
	buf_ch(&x->buf, '\t');
	buf_str(&x->buf, hash);
	buf_ch(&x->buf, '\t');
	buf_str(&x->buf, settled);
	buf_ch(&x->buf, '\n');
	if (x->buf.n > (1 << 16)) {
		x->failed = fsx_write_all(x->fd, x->buf.p, x->buf.n, x->e) == -1;
		buf_clear(&x->buf);
	}
	return x->failed;
}

static int write_extract(struct env *v, const struct convert_unit *j, struct err *e)
{
	struct extract x = {.fd = j->known.fd, .e = e};
	int rc = -1;

	buf_init(&x.buf, 1 << 20);
	rc = ledger_item_each(&v->ledger, j->unit.agreement, extract_one, &x, e);
	if (rc == 0 && !x.failed && x.buf.n > 0)
		x.failed = fsx_write_all(x.fd, x.buf.p, x.buf.n, e) == -1;
	buf_done(&x.buf);
	return rc == -1 || x.failed ? -1 : 0;
}

static int open_outputs(struct env *v, struct convert_unit *j, struct err *e)
{
	j->outbox = env_folder(v, j->interchange.place.p, e);
	j->quarantine = env_folder(v, "quarantine", e);
	j->workdir = env_folder(v, "work", e);
	if (j->outbox == -1 || j->quarantine == -1 || j->workdir == -1 ||
		fsx_tmp_open(j->outbox, &j->out, e) == -1 ||
		fsx_tmp_open(j->outbox, &j->lineage, e) == -1 ||
		fsx_tmp_open(j->quarantine, &j->aside, e) == -1 ||
		fsx_tmp_open(j->workdir, &j->result, e) == -1 ||
		fsx_tmp_open(j->workdir, &j->known, e) == -1 ||
		(map_uses_scratch(j->work.route->map) &&
			fsx_tmp_open(j->workdir, &j->scratch, e) == -1))
		return -1;
	return write_extract(v, j, e);
}

static int start_worker(struct env *v, struct convert_unit *j, struct proc *p, struct err *e)
{
	struct convert_job *w = &j->work;
	int keep[INPUTS_JOINS + 9];
	size_t n = 0;

	w->env = v;
	w->fixed_at = j->unit.fixed_at;
	(void)snprintf(w->run, sizeof(w->run), STR_FMT, STR_ARG(j->unit.run));
	w->only_due = str_is(j->unit.mode, "due");
	w->out = j->out.fd;
	w->lineage = j->lineage.fd;
	w->aside = j->aside.fd;
	w->result = j->result.fd;
	w->known = j->known.fd;
	keep[n++] = w->out;
	keep[n++] = w->lineage;
	keep[n++] = w->aside;
	keep[n++] = w->result;
	keep[n++] = w->known;
	w->scratch = j->scratch.fd;
	if (w->scratch != -1)
		keep[n++] = w->scratch;
	keep[n++] = w->in.source;
	if (w->in.workflow != -1)
		keep[n++] = w->in.workflow;
	for (size_t i = 0; i < w->in.njoins; i++)
		keep[n++] = w->in.joins[i];
	return proc_start(p, convert_worker_main, w, keep, n, e);
}

/* What somebody took away or edited is not used. */
static int input_fault(struct env *v, struct convert_unit *j, struct err *e)
{
	const struct err why = *e;

	return convert_unit_input_fault(v, j, j->work.in.fault, why.reason, why.text, e);
}

int convert_begin_unit(struct env *v, struct convert_unit *j, const struct unit_row *u,
	struct proc *p, struct arena *a, struct err *e)
{
	memset(j, 0, sizeof(*j));
	j->unit = *u;
	j->out.fd = j->lineage.fd = j->aside.fd = j->result.fd = j->known.fd = j->scratch.fd = -1;
	j->outbox = j->quarantine = j->workdir = j->work.in.source = j->work.in.workflow = -1;
	*p = (struct proc){.fd = -1};
	j->work.route = env_route_of(v, u->agreement);
	if (!j->work.route)
		return convert_unit_end(v, j, "failed", "AGREEMENT-GONE",
			"its agreement is no longer in the bundle", e);
	if (inputs_open(v, j->work.route, u->inputs, &j->work.in, e) == -1) {
		char note[ERR_TEXT_MAX];
		if (j->work.in.fault != 0)
			return input_fault(v, j, e);
		(void)snprintf(note, sizeof(note), "%s", e->text);
		v->news++;
		/* The map asks for other references than when the unit was made: a new one is due. */
		return e->code == ERR_CORRUPT
			? convert_unit_end(v, j, "failed", "CONVERSION", note, e)
			: -1;
	}
	if (check_items(v, j, e) == -1 || commit_intent(v, j, a, e) == -1 ||
		open_outputs(v, j, e) == -1)
		return -1;
	return start_worker(v, j, p, e);
}
