/* The supervisor's side of a connection; see channel.h. */
#include "stage/channel.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/beneath.h"
#include "base/fault.h"
#include "base/fsx.h"
#include "base/limits.h"
#include "stage/channel_worker.h"

enum { RENAME_GRACE_MS = 10000 };

/* The worker's own deadlines end its calls; ours is longer, and for a worker that hangs. After the
 * rename was allowed, its answer is worth waiting for: neither the run's end nor a signal cuts it. */
static struct proc_patience patience(const struct channel *c, bool renaming)
{
	struct proc_patience w = env_patience(c->env, !renaming);

	if (c->endpoint->host.n > 0) /* not a folder of this machine */
		w.quiet_ms += 1000 *
			(3 * (int64_t)c->endpoint->connect_timeout +
				(int64_t)c->endpoint->idle_timeout);
	w.grace_ms = renaming ? RENAME_GRACE_MS : 0;
	return w;
}

static void doing(struct channel *c, const char *what, const char *name)
{
	(void)snprintf(c->doing, sizeof(c->doing), "%s %.255s", what, name);
	c->moved = c->size = 0;
}

static int take_progress(struct channel *c, struct err *e)
{
	c->moved = frame_get_int(&c->frame);
	c->size = frame_get_int(&c->frame);
	if (!frame_ok(&c->frame))
		return err_set(e, ERR_INPUT, "the transfer worker's progress is not whole");
	if (c->env->progress && c->size > 0)
		(void)fprintf(stderr, "\r" STR_FMT ": %s, %d%%   ", STR_ARG(c->partner->name),
			c->doing, (int)(c->moved / (c->size / 100 + 1)));
	return 0;
}

/* The next frame that is not about progress. */
static int next_frame(struct channel *c, bool renaming, struct err *e)
{
	const struct proc_patience w = patience(c, renaming);
	int rc = 0;

	do
		rc = proc_receive(&c->proc, &w, &c->frame, e);
	while (rc == 1 && c->frame.type == FRAME_PROGRESS && (rc = take_progress(c, e)) == 0);
	if (rc == 1)
		return 0;
	if (rc == 0) {
		if (proc_ended(&c->proc, "transfer", ERR_NET, "TRANSFER", &w, e) == -1)
			e->code = ERR_NET; /* out of memory too: later */
	} else if (strcmp(e->reason, "RUN-TIME") == 0) {
		env_log(c->env, LOG_ERROR, "run-time", c->partner->name.p,
			"%s: %s after %" PRId64 " bytes; the next run starts it again", c->doing,
			e->text, c->moved);
		c->env->news++;
	}
	return err_wrap(e, "partner " STR_FMT, STR_ARG(c->partner->name));
}

/* A FAIL frame as an error. What a worker says is about its partner. */
static int fault_of(struct channel *c, struct err *e)
{
	static const enum err_code of_a_partner[] = {ERR_ABSENT, ERR_AUTH, ERR_CONFIG, ERR_DOUBT,
		ERR_EXISTS, ERR_INPUT, ERR_LIMIT, ERR_REMOTE, ERR_NONE};

	frame_get_fail(&c->frame, of_a_partner, ERR_NET, e);
	return err_wrap(e, "partner " STR_FMT, STR_ARG(c->partner->name));
}

/* The RESULT that ends a piece of work. */
static int result(struct channel *c, int64_t *code, char *text, size_t size, struct err *e)
{
	struct str words = {"", 0};

	if (next_frame(c, false, e) == -1)
		return -1;
	if (c->frame.type == FRAME_FAIL)
		return fault_of(c, e);
	if (c->frame.type != FRAME_RESULT)
		return err_set(
			e, ERR_INPUT, "the transfer worker sent a frame of type %u", c->frame.type);
	*code = frame_get_int(&c->frame);
	(void)frame_get_str(&c->frame);
	words = frame_get_str(&c->frame);
	if (size > 0)
		(void)snprintf(text, size, STR_FMT, STR_ARG(words));
	return frame_ok(&c->frame)
		? 0
		: err_set(e, ERR_INPUT, "the transfer worker's answer is not whole");
}

static int partner_folder(
	struct env *v, const char *base, const struct config_partner *p, struct err *e)
{
	char name[120];

	(void)snprintf(name, sizeof(name), "%s/" STR_FMT, base, STR_ARG(p->name));
	return env_folder(v, name, e);
}

int channel_open(struct env *v, const struct config_partner *p, const struct config_endpoint *ep,
	struct channel *c, struct err *e)
{
	struct channel_job job = {.env = v, .endpoint = ep, .keys = -1};
	struct fsx_tmp probe = {.fd = -1};
	int64_t code = 0;
	int keep[4];
	int rc = -1;

	memset(c, 0, sizeof(*c));
	c->env = v;
	c->partner = p;
	c->endpoint = ep;
	c->proc.fd = c->outbox = c->received = -1;
	c->outbox = partner_folder(v, "outbox", p, e);
	c->received = partner_folder(v, "received", p, e);
	job.keys = fsx_subdir(v->dir, "keys", e);
	if (c->outbox == -1 || c->received == -1 || job.keys == -1)
		goto out;
	if (fsx_tmp_open(c->received, &probe, e) ==
		-1) /* .tmp is there before the worker is closed in */
		goto out;
	fsx_tmp_drop(&probe);
	job.outbox = c->outbox;
	job.received = c->received;
	keep[0] = job.keys;
	keep[1] = c->outbox;
	keep[2] = c->received;
	keep[3] = v->log.fd == -1 ? c->received : v->log.fd;
	doing(c, "connect", "");
	rc = proc_start(&c->proc, channel_worker_main, &job, keep, 4, e);
	if (rc == 0)
		rc = result(c, &code, c->peer, sizeof(c->peer), e);
out:
	fsx_close(job.keys);
	return rc;
}

void channel_close(struct channel *c)
{
	if (c->proc.pid > 0)
		proc_stop(&c->proc);
	fsx_close(c->outbox);
	fsx_close(c->received);
	c->outbox = c->received = -1;
}

static int work(
	struct channel *c, enum channel_verb verb, const char *a, const char *b, struct err *e)
{
	frame_start(&c->frame, FRAME_WORK);
	frame_int(&c->frame, verb);
	if (a)
		frame_str(&c->frame, str_c(a));
	if (b)
		frame_str(&c->frame, str_c(b));
	return frame_send(c->proc.fd, &c->frame, e);
}

/* MAY: the supervisor commits, then says yes; or closes the pair, which is a no. */
static int allow(struct channel *c, int (*may)(void *ctx, struct err *e), void *ctx, struct err *e)
{
	if (!FAULT(FAULT_LATE_INTENT) && may(ctx, e) == -1)
		return -1;
	frame_start(&c->frame, FRAME_MAY);
	return frame_send(c->proc.fd, &c->frame, e);
}

int channel_send(struct channel *c, const struct interchange_row *r, bool renaming,
	int (*may)(void *ctx, struct err *e), void *ctx, enum channel_sent *outcome,
	char evidence[400], struct err *e)
{
	struct str words = {"", 0};
	int64_t code = 0;
	bool allowed = false;

	doing(c, "send", r->name.p);
	frame_start(&c->frame, FRAME_WORK);
	frame_int(&c->frame, CHANNEL_DO_SEND);
	frame_str(&c->frame, r->name);
	frame_int(&c->frame, r->size);
	frame_str(&c->frame, r->sha);
	frame_int(&c->frame, renaming ? 1 : r->resent > 0 ? 2 : 0);
	if (frame_send(c->proc.fd, &c->frame, e) == -1 || next_frame(c, false, e) == -1)
		return -1;
	if (c->frame.type == FRAME_MAY) {
		if (allow(c, may, ctx, e) == -1 || next_frame(c, true, e) == -1 ||
			(FAULT(FAULT_LATE_INTENT) && may(ctx, e) == -1))
			return -1;
		allowed = true;
	}
	if (c->frame.type == FRAME_FAIL)
		return fault_of(c, e);
	if (c->frame.type != FRAME_RESULT)
		return err_set(
			e, ERR_INPUT, "the transfer worker sent a frame of type %u", c->frame.type);
	code = frame_get_int(&c->frame);
	(void)frame_get_str(&c->frame);
	words = frame_get_str(&c->frame);
	if (!frame_ok(&c->frame) || code < CHANNEL_SENT || code >= CHANNEL_OUTCOMES)
		return err_set(e, ERR_INPUT, "the transfer worker's answer is not whole");
	if (code == CHANNEL_SENT && !allowed) /* no evidence: that intent was never committed */
		return err_set(e, ERR_INPUT,
			"the transfer worker says it renamed %s and never asked whether it may",
			r->name.p);
	*outcome = (enum channel_sent)code;
	(void)snprintf(evidence, 400, STR_FMT, STR_ARG(words));
	return 0;
}

int channel_list(struct channel *c,
	void (*each)(void *ctx, struct str name, int64_t size, int64_t mtime), void *ctx,
	int64_t *skipped, struct err *e)
{
	int64_t n = 0;

	doing(c, "list", "the mailbox");
	if (work(c, CHANNEL_DO_LIST, NULL, NULL, e) == -1)
		return -1;
	for (;;) {
		struct str name = {"", 0};
		int64_t size = 0;
		int64_t mtime = 0;
		if (next_frame(c, false, e) == -1)
			return -1;
		if (c->frame.type == FRAME_FAIL)
			return fault_of(c, e);
		if (c->frame.type == FRAME_RESULT) {
			*skipped = frame_get_int(&c->frame);
			return 0;
		}
		name = frame_get_str(&c->frame);
		size = frame_get_int(&c->frame);
		mtime = frame_get_int(&c->frame);
		if (c->frame.type != FRAME_FOUND || !frame_ok(&c->frame) || !beneath_name_ok(name))
			return err_set(e, ERR_INPUT, "the transfer worker's listing is not whole");
		if (++n > LIMIT_LISTING) { /* the worker keeps to it too; it is not believed */
			(void)err_set(
				e, ERR_LIMIT, "more than %d files in the mailbox", LIMIT_LISTING);
			return err_reason(e, "LISTING-TOO-LONG");
		}
		each(ctx, name, size, mtime);
	}
}

int channel_fetch(
	struct channel *c, const char *name, const char *tmp, int64_t *size, struct err *e)
{
	doing(c, "fetch", tmp);
	return work(c, CHANNEL_DO_FETCH, name, tmp, e) == -1 ? -1 : result(c, size, NULL, 0, e);
}

int channel_remove(struct channel *c, const char *name, struct err *e)
{
	int64_t ignored = 0;

	doing(c, "remove", name);
	return work(c, CHANNEL_DO_REMOVE, name, NULL, e) == -1 ? -1
							       : result(c, &ignored, NULL, 0, e);
}
