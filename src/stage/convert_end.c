/*
 * How an attempt ends, in one transaction: done with its interchange (C5, the evidence), failed with its
 * input put away, or an attempt counted.
 */
#include "stage/convert_unit.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/fsx.h"
#include "base/limits.h"
#include "base/mem.h"
#include "secure/hash.h"
#include "stage/exhausted.h"
#include "stage/lines.h"
#include "stage/outcome.h"
#include "store/ledger_input.h"
#include "store/ledger_interchange.h"
#include "store/ledger_item.h"
#include "store/ledger_operator.h"

static void interchange_subject(const struct convert_unit *j, char out[40])
{
	(void)snprintf(out, 40, "interchange %06" PRId64, j->interchange.id);
}

static int out_of_memory(struct env *v, struct convert_unit *j, struct err *e)
{
	static const char why[] = "the converter ran out of memory";
	char subject[40];
	bool last = false;

	convert_unit_subject(j, subject);
	if (exhausted_record(v, subject, why, &last, e) == -1)
		return -1;
	j->interrupted = !last;
	v->news += last ? 1 : 0;
	return last ? convert_unit_end(v, j, "quarantined", "CONVERTER-MEMORY", why, e) : 0;
}

static int crashed(struct env *v, struct convert_unit *j, const struct proc_end *end, struct err *e)
{
	const int64_t attempt = j->unit.attempts + 1;
	char note[200];

	if (!end->crashed && !end->hung && end->status == PROC_EXIT_MEMORY)
		return out_of_memory(v, j, e);
	if (end->hung) {
		(void)snprintf(note, sizeof(note),
			"the converter made no progress for %" PRIu64 " s on attempt %" PRId64
			" of %d and was ended",
			v->config->quiet_seconds, attempt, LIMIT_ATTEMPTS);
		return convert_unit_died(v, j, "hung", "CONVERTER-HUNG", note, e);
	}
	(void)snprintf(note, sizeof(note),
		"the converter died (%s %d) on attempt %" PRId64 " of %d",
		end->crashed ? "signal" : "status", end->crashed ? end->signal : end->status,
		attempt, LIMIT_ATTEMPTS);
	return convert_unit_died(v, j, "crashed", "CONVERTER-CRASH", note, e);
}

static int64_t source_input(const struct convert_unit *j)
{
	struct str inputs = j->unit.inputs;
	struct str part;
	struct str name;
	int64_t id = 0;

	if (str_split(&inputs, ',', &part) && str_split(&part, '=', &name) && part.p &&
		str_to_i64(part, &id))
		return id;
	return 0;
}

/* Is the disk for us what it was for the worker? Its last write found no room for a block either. */
static bool disk_refuses(const struct convert_unit *j)
{
	const int fds[] = {j->out.fd, j->lineage.fd, j->aside.fd, j->result.fd, j->scratch.fd};
	char *block = mem_alloc(OUTCOME_FLUSH);
	struct err ignored;
	bool refused = false;

	for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]) && !refused; i++)
		refused = fds[i] != -1 &&
			fsx_write_all(fds[i], block, OUTCOME_FLUSH, &ignored) == -1;
	mem_free(block);
	return refused;
}

/* The worker ended for a reason that we do not see: as if it had died. */
static int gave_up(struct env *v, struct convert_unit *j, struct err *e)
{
	char note[ERR_TEXT_MAX + 100];

	(void)snprintf(note, sizeof(note), "the converter gave up on attempt %" PRId64 " of %d: %s",
		j->unit.attempts + 1, LIMIT_ATTEMPTS, j->fault.text);
	return convert_unit_died(v, j, "crashed", "CONVERTER-CRASH", note, e);
}

/* The worker found the input, the map or the disk at fault. */
static int failed(struct env *v, struct convert_unit *j, struct err *e)
{
	char subject[40];
	const enum err_code code = j->fault.code;
	const char *reason = j->fault.reason[0] ? j->fault.reason : "CONVERSION";
	const bool of_disk = code == ERR_IO || code == ERR_FULL;
	const bool of_input = (code == ERR_INPUT || code == ERR_LIMIT) &&
		strcmp(reason, "REFERENCE-DAMAGED") != 0;
	const char *told = of_disk ? j->fault.reason : of_input ? "INPUT-DAMAGED" : reason;

	if (code == ERR_NET || (of_disk && !disk_refuses(j)))
		return gave_up(v, j, e);
	convert_unit_subject(j, subject);
	env_log(v, LOG_ERROR, "conversion-failed", subject, "%s%s%s", told, *told ? ": " : "",
		j->fault.text);
	v->news++;
	if (of_disk)
		return convert_unit_interrupted(v, j, j->fault.text, e);
	if (of_input) {
		return convert_unit_put_away(
			v, j, source_input(j), "INPUT-DAMAGED", j->fault.text, e);
	}
	return convert_unit_end(v, j, "failed", reason, j->fault.text, e);
}

static int result_line(struct env *v, const struct convert_unit *j, struct str line,
	const char *items_name, struct arena *a, struct err *e)
{
	struct ledger *l = &v->ledger;
	struct convert_result r;
	int rc = -1;

	if (convert_answer_result(line, a, &r, e) == -1)
		return -1;
	if (r.kind == 'O')
		rc = ledger_item_out(
			l, j->unit.agreement, r.key, r.hash, j->interchange.id, r.st, e);
	else if (r.kind == 'L')
		rc = ledger_item_left(l, j->unit.agreement, r.key, e);
	else if (r.kind == 'S')
		rc = ledger_item_set(l, j->interchange.id, r.st, r.items, e);
	else
		rc = ledger_item_aside(l, j->unit.agreement, r.key, r.file, j->unit.id,
			str_c(items_name), r.codes, r.sentence, e);
	if (rc == -1 && e->code == ERR_EXISTS)
		e->code = ERR_INPUT; /* a set told twice is the worker's fault, not the disk's */
	return rc;
}

/* Called inside the transaction: as many lines as there are items cannot be kept in memory. The file was
 * read through before it, is still in the page cache, and its writer is gone. */
static int apply_results(
	struct env *v, const struct convert_unit *j, const char *items_name, struct err *e)
{
	struct lines in;
	struct str line;
	struct arena a;
	int rc = 0;

	arena_init(&a);
	lines_open(&in, j->result.fd);
	while ((rc = lines_next(&in, &line, e)) == 1) {
		rc = result_line(v, j, line, items_name, &a, e);
		if (rc == -1)
			break;
		arena_reset(&a);
	}
	lines_close(&in);
	arena_done(&a);
	return rc;
}

/* Items set aside now that were not so before: somebody has to look. */
static int count_news(struct env *v, const struct convert_unit *j, int64_t *news, struct err *e)
{
	int64_t n = 0;

	if (db_one_int(v->ledger.db, &n, e,
		    "SELECT COUNT(*) FROM aside a WHERE a.unit = ?1 AND NOT EXISTS (SELECT 1 FROM "
		    "aside b WHERE b.agreement = a.agreement AND b.key = a.key AND b.codes = a.codes AND b.closed = 0 AND "
		    "b.unit <> a.unit)",
		    "i", j->unit.id) != 1)
		return -1;
	*news = n;
	return 0;
}

static int event_input_done(struct env *v, const struct convert_unit *j, struct err *e)
{
	return ledger_run(&v->ledger, e,
		"UPDATE input SET state = 'done' WHERE id = ?1 AND state = 'taken' AND NOT EXISTS "
		"(SELECT 1 FROM unit WHERE state IN ('due', 'converting') AND id <> ?2 AND inputs LIKE 'source=' || ?1 || ',%')",
		"ii", source_input(j), j->unit.id);
}

/* A unit of its own makes the next interchange, of what was left, from the same inputs. */
static int rest_due(struct env *v, const struct convert_unit *j, struct err *e)
{
	char subject[40];
	int64_t id = 0;

	if (ledger_operator_unit_again(
		    &v->ledger, j->unit.id, j->unit.fixed_at, v->bundle, &id, e) == -1)
		return -1;
	(void)snprintf(subject, sizeof(subject), "unit %" PRId64, id);
	return ledger_event(&v->ledger, "due", subject, e,
		"agreement=" STR_FMT " mode=due rest-of=%06" PRId64 " items=%" PRId64,
		STR_ARG(j->unit.agreement), j->interchange.id, j->told.left);
}

struct evidence {
	char sha[HASH_HEX], lineage_sha[HASH_HEX];
	uint64_t size;
	char items_name[220];
	int64_t news; /* set aside or reported, and not so before */
};

/* The interchange goes into the queue, or ends where there is nothing to send. */
static int record_interchange(struct env *v, struct convert_unit *j, const struct evidence *x,
	int64_t before, struct err *e)
{
	struct ledger *l = &v->ledger;
	const struct unit_counts *c = &j->told.counts;
	int rc = 0;

	if (c->out > 0)
		rc = ledger_interchange_queue(l, j->interchange.id, x->sha, x->lineage_sha,
			(int64_t)x->size, c->out, j->told.isa, j->told.gs, e);
	else
		rc = ledger_interchange_state(l, j->interchange.id, "making", "closed", "", "EMPTY",
			"nothing to send", e);
	if (rc == 0 && c->out > 0)
		rc = ledger_item_note(l, j->unit.agreement, before, e);
	return rc == 0 ? ledger_interchange_reissued(l, j->interchange.id, e) : rc;
}

static int record_events(
	struct env *v, struct convert_unit *j, const struct evidence *x, struct err *e)
{
	struct ledger *l = &v->ledger;
	const struct unit_counts *c = &j->told.counts;
	char unit[40];
	char interchange[40];

	convert_unit_subject(j, unit);
	interchange_subject(j, interchange);
	if (ledger_event(l, "converted", unit, e,
		    "agreement=" STR_FMT " items=%" PRId64 " out=%" PRId64 " not-selected=%" PRId64
		    " set-aside=%" PRId64 " unchanged=%" PRId64 " waiting=%" PRId64,
		    STR_ARG(j->unit.agreement), c->items, c->out, c->unselected, c->aside,
		    c->unchanged, c->waiting) == -1)
		return -1;
	if (c->out == 0)
		return 0;
	return ledger_event(l, "queued", interchange, e,
		"name=" STR_FMT " sha256=%s items=%" PRId64 " isa=%" PRId64 " gs=%" PRId64,
		STR_ARG(j->interchange.name), x->sha, c->out, j->told.isa, j->told.gs);
}

static int record(struct env *v, struct convert_unit *j, struct evidence *x, struct err *e)
{
	struct ledger *l = &v->ledger;
	int64_t before = 0;
	int rc = 0;

	if (ledger_item_known(l, j->unit.agreement, &before, e) == -1 ||
		apply_results(v, j, x->items_name, e) == -1 || count_news(v, j, &x->news, e) == -1)
		return -1;
	if (j->work.route->source->kind ==
		SOURCE_EVENTS) /* a file of events says nothing of other items */
		rc = ledger_item_aside_mended(
			l, j->unit.agreement, j->unit.id, j->interchange.id, e);
	else if (str_is(j->unit.mode, "all"))
		rc = ledger_item_aside_close(l, j->unit.agreement, j->unit.id, e);
	if (rc == 0)
		rc = record_interchange(v, j, x, before, e);
	if (rc == 0)
		rc = ledger_unit_end(
			l, j->unit.id, j->unit.fence, "done", &j->told.counts, "", "", e);
	if (rc == 0 && j->told.left > 0)
		rc = rest_due(v, j, e);
	if (rc == 0)
		rc = event_input_done(v, j, e);
	return rc == 0 ? record_events(v, j, x, e) : rc;
}

/* What is to appear. The unit keeps the descriptors, and closes them, until all of it may. */
struct outputs {
	struct fsx_pending files[3];
	struct fsx_tmp *from[3];
	size_t n;
};

static int outputs_add(struct outputs *o, struct fsx_tmp *t, const char *name, struct err *e)
{
	if (fsx_remove(t->dir, name, e) ==
		-1) /* left by an attempt that was cut before its evidence */
		return -1;
	o->from[o->n] = t;
	(void)snprintf(o->files[o->n].name, sizeof(o->files[o->n].name), "%s", name);
	o->n++;
	return 0;
}

static int outputs_publish(struct outputs *o, struct err *e)
{
	for (size_t i = 0; i < o->n; i++) {
		o->files[i].tmp = *o->from[i];
		o->from[i]->fd = -1;
	}
	return o->n > 0 ? fsx_publish_many(o->files, o->n, e) : 0;
}

static int publish(struct env *v, struct convert_unit *j, struct evidence *x, struct err *e)
{
	struct outputs outputs = {.n = 0};
	char name[260];
	char note[LIMIT_NAME * 4 + 200];
	const char *base = j->interchange.name.p;

	if (j->told.counts.out > 0) {
		if (hash_file(j->out.fd, x->sha, &x->size, e) == -1 ||
			hash_file(j->lineage.fd, x->lineage_sha, NULL, e) == -1)
			return -1;
		(void)snprintf(name, sizeof(name), "%s.lineage", base);
		if (outputs_add(&outputs, &j->lineage, name, e) == -1 ||
			outputs_add(&outputs, &j->out, base, e) == -1)
			return -1;
	}
	if (j->told.counts.aside > 0) {
		(void)snprintf(x->items_name, sizeof(x->items_name), STR_FMT ".items",
			STR_ARG(ledger_interchange_stem(j->interchange.name)));
		(void)snprintf(note, sizeof(note),
			"%" PRId64 " of %" PRId64 " items of " STR_FMT " (in-%06" PRId64
			") were set aside; each line of the file is one "
			"item with its findings and its bytes",
			j->told.counts.aside, j->told.counts.items, STR_ARG(j->work.in.source_file),
			source_input(j));
		if (outputs_add(&outputs, &j->aside, x->items_name, e) == -1 ||
			env_write_reason(v, "quarantine", x->items_name, "ITEMS-SET-ASIDE", note,
				"correct the items at the source; a later good version closes them",
				e) == -1)
			return -1;
	}
	return outputs_publish(&outputs, e);
}

static int succeed(struct env *v, struct convert_unit *j, struct err *e)
{
	struct evidence x;
	char subject[40];

	memset(&x, 0, sizeof(x));
	convert_unit_subject(j, subject);
	if (convert_answer_check(j->result.fd, &j->told, e) == -1 || publish(v, j, &x, e) == -1)
		return -1;
	if (ledger_begin(&v->ledger, e) == -1)
		return -1;
	if (record(v, j, &x, e) == -1) {
		ledger_rollback(&v->ledger);
		return -1;
	}
	if (ledger_commit(&v->ledger, e) == -1)
		return -1;
	env_log(v, LOG_INFO, "converted", subject,
		STR_FMT ": " STR_FMT ": %" PRId64 " items, %" PRId64 " out, %" PRId64
			" not selected, %" PRId64 " set aside, %" PRId64 " unchanged, %" PRId64
			" waiting",
		STR_ARG(j->unit.agreement), STR_ARG(j->work.in.source_file), j->told.counts.items,
		j->told.counts.out, j->told.counts.unselected, j->told.counts.aside,
		j->told.counts.unchanged, j->told.counts.waiting);
	if (j->told.noted > 0)
		env_log(v, LOG_INFO, "noted", subject,
			"%" PRId64 " of the items that go out have findings that stop nothing: "
			"gridspool show %06" PRId64,
			j->told.noted, j->interchange.id);
	if (j->told.left > 0)
		env_log(v, LOG_INFO, "full", subject,
			"%06" PRId64 " has as many items as <limits> of " STR_FMT
			" allows; the next one has the other %" PRId64,
			j->interchange.id, STR_ARG(j->unit.agreement), j->told.left);
	v->news += (uint64_t)x.news;
	if (x.news > 0)
		env_log(v, LOG_WARN, "set-aside", subject,
			STR_FMT ": " STR_FMT ": %" PRId64 " of %" PRId64
				" items are set aside and %" PRId64
				" rows of joins are broken or belong to no item; %" PRId64
				" of these are new: gridspool show u-%" PRId64,
			STR_ARG(j->unit.agreement), STR_ARG(j->work.in.source_file),
			j->told.counts.aside, j->told.counts.items, j->told.counts.orphans, x.news,
			j->unit.id);
	return 0;
}

/* An input that was written on while the worker read it: what came of it counts for nothing. 1, 0 there is none. */
static int grown(struct env *v, struct convert_unit *j, struct err *e)
{
	const int64_t id = inputs_grown(&j->work.in);
	struct arena a;
	struct input_row r;
	int rc = 0;
	int fd = -1;

	if (id == 0)
		return 0;
	arena_init(&a);
	rc = ledger_input_find(&v->ledger, id, &a, &r, e);
	if (rc == 1)
		fd = inputs_open_row(v, &r, e);
	arena_done(&a);
	fsx_close(fd);
	if (rc != 1 || fd != -1)
		return rc == -1 ? -1 : 0;
	const struct err why = *e;
	if (!why.reason[0])
		return -1;
	return convert_unit_input_fault(v, j, id, why.reason, why.text, e) == -1 ? -1 : 1;
}

int convert_end_unit(struct env *v, struct convert_unit *j, struct proc *p, struct err *e)
{
	struct proc_end end;
	int rc = 0;

	if (v->progress)
		(void)fprintf(stderr, "\r%60s\r", "");
	proc_wait(p, &end);
	rc = grown(v, j, e);
	if (rc != 0)
		return rc == 1 ? 0 : -1;
	if (j->refused)
		return failed(v, j, e);
	if (!j->answered || end.crashed || end.status != 0)
		return crashed(v, j, &end, e);
	return j->done ? succeed(v, j, e) : failed(v, j, e);
}

/* An attempt whose end could not be recorded. What the worker wrote is at fault, or something
 * local: the unit stays behind, the others go on. */
int convert_end_unrecorded(struct env *v, struct convert_unit *j, struct err *e)
{
	const struct err why = *e;
	char subject[40];

	if (env_stops(e))
		return -1;
	convert_unit_subject(j, subject);
	env_log(v, LOG_ERROR, "not-recorded", subject, "%s", why.text);
	v->news++;
	if (why.code == ERR_INPUT || why.code == ERR_LIMIT)
		return convert_unit_end(v, j, "failed", "CONVERSION", why.text, e);
	return convert_unit_interrupted(v, j, why.text, e);
}
