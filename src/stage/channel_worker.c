/* The transfer worker; see channel_worker.h. */
#include "stage/channel_worker.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fsx.h"
#include "base/limits.h"
#include "base/mem.h"
#include "secure/cred.h"
#include "secure/hash.h"
#include "secure/sandbox.h"
#include "stage/channel.h"
#include "stage/frame.h"
#include "transport/transport.h"

enum { TELL_MS = 250 };

struct worker {
	const struct channel_job *job;
	struct transport t;
	int64_t told; /* when progress was told last */
	struct cred *cred;
	struct frame frame;
	int fd;
};

static void text_of(struct str s, char *out, size_t size)
{
	(void)snprintf(out, size, STR_FMT, STR_ARG(s));
}

static int answer(
	struct worker *w, int64_t code, const char *reason, const char *text, struct err *e)
{
	frame_start(&w->frame, FRAME_RESULT);
	frame_int(&w->frame, code);
	frame_str(&w->frame, str_c(reason));
	frame_str(&w->frame, str_c(text));
	return frame_send(w->fd, &w->frame, e);
}

static int refuse(struct worker *w, const struct err *why, struct err *e)
{
	frame_fail(&w->frame, why);
	return frame_send(w->fd, &w->frame, e);
}

/* Bytes move: the supervisor need not give us up. */
static void tell_moved(void *ctx, uint64_t at, uint64_t size)
{
	struct worker *w = ctx;
	struct err ignored;
	const int64_t now = clock_ms(&w->job->env->clock);

	if (now - w->told < TELL_MS)
		return;
	w->told = now;
	frame_start(&w->frame, FRAME_PROGRESS);
	frame_int(&w->frame, (int64_t)at);
	frame_int(&w->frame, (int64_t)size);
	if (frame_send(w->fd, &w->frame, &ignored) == -1)
		return; /* it is gone, and so are we as soon as we ask */
}

/* --- send --- */

struct parcel {
	char name[LIMIT_NAME + 1];
	char temp[LIMIT_NAME + 8];
	char sha[HASH_HEX];
	uint64_t size;
	bool renaming;
	bool again; /* a resend: our own file may still be there */
};

/* Asks the supervisor to commit the intent to rename. */
static int ask_may(struct worker *w, struct err *e)
{
	int rc = 0;

	frame_start(&w->frame, FRAME_MAY);
	if (frame_send(w->fd, &w->frame, e) == -1)
		return -1;
	rc = frame_receive(w->fd, &w->frame, e);
	if (rc == 1 && w->frame.type == FRAME_MAY && frame_ok(&w->frame))
		return 0;
	return rc == -1 ? -1 : err_set(e, ERR_STOP, "held meanwhile");
}

/* A file of our size is there under our name: is it ours? Its bytes decide. Where they cannot be
 * had and a rename was asked for, our temporary name does: a rename that happened took it away.
 * -1: the connection is lost. */
static int is_ours(struct worker *w, const struct parcel *p, enum channel_sent *outcome, char *text,
	size_t size, struct err *e)
{
	const bool asked = p->renaming || p->again;
	const char *what = p->again ? "still there, not sent once more"
		: p->renaming	    ? "found on reconnect"
				    : "the same bytes were there before";
	struct transport_entry temp;
	char sha[HASH_HEX];
	int rc = -1;

	(void)err_set(e, ERR_REMOTE, "read-back=\"no\"");
	if (w->job->endpoint->read_back)
		rc = w->t.ops->hash(&w->t, p->name, p->size, sha, e);
	if (rc == 0 && strcmp(sha, p->sha) == 0) {
		*outcome = CHANNEL_FOUND;
		(void)snprintf(text, size, "%s, %llu bytes, read back: same SHA-256; %s", what,
			(unsigned long long)p->size, w->t.peer);
		return 0;
	}
	if (rc == -1 && e->code == ERR_NET)
		return -1;
	char why[200];
	(void)snprintf(why, sizeof(why), "%.199s", e->text);
	const bool differs = rc == 0;
	rc = differs || !asked ? 0 : w->t.ops->stat(&w->t, p->temp, &temp, e);
	if (rc == -1)
		return -1;
	*outcome = differs || !asked || rc == 1 ? CHANNEL_COLLISION : CHANNEL_LIKELY;
	if (differs)
		(void)snprintf(text, size,
			"the partner has another file named %s, as long as ours (%llu bytes); read back, its SHA-256 is %s",
			p->name, (unsigned long long)p->size, sha);
	else if (!asked)
		(void)snprintf(text, size,
			"the partner has a file named %s, as long as ours (%llu bytes); whether it is ours could not be compared (%s)",
			p->name, (unsigned long long)p->size, why);
	else if (rc == 1)
		(void)snprintf(text, size,
			"the partner has another file named %s, as long as ours (%llu bytes), which is there too, as %s",
			p->name, (unsigned long long)p->size, p->temp);
	else
		(void)snprintf(text, size, "%s, %llu bytes, size only, not read back (%s); %s",
			what, (unsigned long long)p->size, why, w->t.peer);
	return 0;
}

/* The decision table at reconnect (reliability 2.5). 1: go on and upload. */
static int look_first(struct worker *w, const struct parcel *p, enum channel_sent *outcome,
	char *text, size_t size, struct err *e)
{
	struct transport_entry there;
	int rc = w->t.ops->stat(&w->t, p->name, &there, e);

	if (rc == -1)
		return -1;
	if (rc == 1 && there.plain && there.size == p->size)
		return is_ours(w, p, outcome, text, size, e);
	if (rc == 1) {
		*outcome = CHANNEL_COLLISION;
		(void)snprintf(text, size,
			"the partner has another file named %s (%llu bytes, ours has %llu)",
			p->name, (unsigned long long)there.size, (unsigned long long)p->size);
		return 0;
	}
	if (!p->renaming)
		return 1;
	rc = w->t.ops->stat(&w->t, p->temp, &there, e);
	if (rc == -1)
		return -1;
	if (rc == 1)
		return 1;
	*outcome = CHANNEL_DOUBT;
	(void)snprintf(text, size,
		"an earlier attempt asked for the rename; now neither the file nor its temporary name is "
		"there: the partner may have collected it");
	return 0;
}

/* The server said yes to the rename, which counts, unless it is seen not to have done it: then the file is
 * there under its temporary name alone. *now is what to say of it. */
static int look_after(struct worker *w, const struct parcel *p, const char **now, struct err *e)
{
	struct transport_entry there;
	struct err ignored;
	int rc = w->t.ops->stat(&w->t, p->name, &there, &ignored);

	*now = "";
	if (rc != 0)
		return 0;
	*now = ", gone at once: the partner took it";
	rc = w->t.ops->stat(&w->t, p->temp, &there, &ignored);
	if (rc != 1)
		return 0;
	(void)err_set(e, ERR_REMOTE,
		"the server says that it renamed %s to %s, but has it under the old name only",
		p->temp, p->name);
	return err_reason(e, "REMOTE-FAILURE");
}

static int upload(struct worker *w, const struct parcel *p, int fd, enum channel_sent *outcome,
	char *text, size_t size, struct err *e)
{
	const char *now = "";
	int rc = look_first(w, p, outcome, text, size, e);

	if (rc != 1)
		return rc;
	if (w->t.ops->upload(&w->t, fd, p->size, p->temp, e) == -1 || ask_may(w, e) == -1)
		return -1;
	rc = w->t.ops->commit(&w->t, p->temp, p->name, e);
	if (rc == 0) {
		*outcome = CHANNEL_SENT;
		rc = look_after(w, p, &now, e);
		(void)snprintf(text, size, "written as %s, size checked%s, renamed to %s%s; %s",
			p->temp, w->t.unsynced ? ", not fsynced: the server cannot" : "", p->name,
			now, w->t.peer);
		return rc;
	}
	if (e->code == ERR_ABSENT) { /* somebody over there cleans up; it is written again */
		e->code = ERR_REMOTE;
		(void)err_reason(e, "REMOTE-FAILURE");
	}
	if (e->code == ERR_EXISTS) {
		*outcome = CHANNEL_COLLISION;
		(void)snprintf(text, size, "the partner has another file named %s", p->name);
		return 0;
	}
	return -1;
}

static int do_send(struct worker *w, struct err *e)
{
	struct parcel p;
	char text[1200] = "";
	char sha[HASH_HEX];
	uint64_t size = 0;
	enum channel_sent outcome = CHANNEL_DOUBT;
	struct err why;
	int fd = -1;
	int rc = -1;

	memset(&p, 0, sizeof(p));
	text_of(frame_get_str(&w->frame), p.name, sizeof(p.name));
	p.size = (uint64_t)frame_get_int(&w->frame);
	text_of(frame_get_str(&w->frame), p.sha, sizeof(p.sha));
	const int64_t before = frame_get_int(&w->frame);
	p.renaming = before == 1;
	p.again = before == 2;
	(void)snprintf(p.temp, sizeof(p.temp), ".%s.tmp", p.name);
	err_clear(&why);
	fd = fsx_open(w->job->outbox, p.name, &why);
	rc = fd == -1 ? -1 : hash_file(fd, sha, &size, &why);
	if (rc == -1 || size != p.size || strcmp(sha, p.sha) != 0) {
		outcome = rc == -1 && err_retry(&why) ? CHANNEL_UNREADABLE : CHANNEL_CORRUPT;
		(void)snprintf(text, sizeof(text), "%s",
			rc == -1 ? why.text
				 : "the file in the outbox was changed after it was made");
		rc = 0;
	} else {
		rc = upload(w, &p, fd, &outcome, text, sizeof(text), &why);
	}
	fsx_close(fd);
	return rc == -1 ? refuse(w, &why, e) : answer(w, outcome, "", text, e);
}

/* --- receive --- */

struct listing {
	struct worker *w;
	struct err *e;
};

static int found_one(void *ctx, const struct transport_entry *entry)
{
	struct listing *l = ctx;
	struct frame *f = &l->w->frame;

	frame_start(f, FRAME_FOUND);
	frame_str(f, entry->name);
	frame_int(f, (int64_t)entry->size);
	frame_int(f, entry->mtime);
	return frame_send(l->w->fd, f, l->e);
}

static int do_list(struct worker *w, struct err *e)
{
	struct listing l = {w, e};
	uint32_t skipped = 0;
	struct err why;

	if (w->t.ops->list(&w->t, found_one, &l, &skipped, &why) == -1)
		return refuse(w, &why, e);
	return answer(w, skipped, "", "", e);
}

static int do_fetch(struct worker *w, struct err *e)
{
	char name[LIMIT_NAME + 1];
	char tmp[100];
	char path[120];
	uint64_t size = 0;
	struct err why;
	int fd = -1;
	int rc = -1;

	text_of(frame_get_str(&w->frame), name, sizeof(name));
	text_of(frame_get_str(&w->frame), tmp, sizeof(tmp));
	(void)snprintf(path, sizeof(path), ".tmp/%s", tmp);
	fd = openat(w->job->received, path, O_WRONLY | O_TRUNC | O_NOFOLLOW | O_CLOEXEC);
	if (fd == -1)
		rc = err_errno(&why, ERR_IO, "received/.tmp/%s", tmp);
	else
		rc = w->t.ops->fetch(&w->t, name, fd, &size, &why);
	fsx_close(fd);
	return rc == -1 ? refuse(w, &why, e) : answer(w, (int64_t)size, "", "", e);
}

static int do_remove(struct worker *w, struct err *e)
{
	char name[LIMIT_NAME + 1];
	struct err why;

	text_of(frame_get_str(&w->frame), name, sizeof(name));
	if (w->t.ops->remove(&w->t, name, &why) == -1)
		return refuse(w, &why, e);
	return answer(w, 0, "", "", e);
}

static int serve(struct worker *w, struct err *e)
{
	for (;;) {
		int rc = frame_receive(w->fd, &w->frame, e);
		if (rc != 1)
			return rc;
		if (w->frame.type != FRAME_WORK)
			return err_set(e, ERR_INPUT, "frame of type %u", w->frame.type);
		switch (frame_get_int(&w->frame)) {
		case CHANNEL_DO_SEND:
			rc = do_send(w, e);
			break;
		case CHANNEL_DO_LIST:
			rc = do_list(w, e);
			break;
		case CHANNEL_DO_FETCH:
			rc = do_fetch(w, e);
			break;
		case CHANNEL_DO_REMOVE:
			rc = do_remove(w, e);
			break;
		default:
			rc = err_set(e, ERR_INPUT, "work of no known kind");
		}
		if (rc == -1)
			return -1;
	}
}

/* Credential and addresses first, then the door is shut, then the network. */
static int connect_closed(struct worker *w, struct err *e)
{
	const struct config_endpoint *ep = w->job->endpoint;
	const struct transport_ops *ops = transport_find(ep->protocol);
	char name[100];
	struct sandbox_path paths[3];
	struct sandbox box = {paths, 0, 0};
	struct err warn;
	int level = 0;

	if (!ops)
		return err_set(e, ERR_CONFIG, "protocol '" STR_FMT "' is not known",
			STR_ARG(ep->protocol));
	if (ops->network) {
		text_of(ep->credential, name, sizeof(name));
		if (cred_load(w->job->keys, name, &w->cred, e) == -1)
			return err_reason(e, "CREDENTIAL");
	}
	(void)close(w->job->keys);
	transport_init(&w->t, ops, ep, w->cred, &w->job->env->clock);
	w->t.moved = tell_moved;
	w->t.moved_ctx = w;
	if (transport_prepare(&w->t, e) == -1)
		return -1;
	paths[box.n++] = (struct sandbox_path){w->job->outbox, false};
	paths[box.n++] = (struct sandbox_path){w->job->received, true};
	if (w->t.root != -1)
		paths[box.n++] = (struct sandbox_path){w->t.root, true};
	box.port = ops->network ? ep->port : 0;
	if (sandbox_enter(SANDBOX_TRANSFER, &box, &level, &warn) == -1)
		env_log(w->job->env, LOG_WARN, "sandbox", ep->name.p, "%s", warn.text);
	return w->t.ops->open(&w->t, e);
}

int channel_worker_main(int fd, void *job)
{
	struct worker *w = mem_alloc(sizeof(*w));
	struct err e;
	int rc = -1;

	err_clear(&e);
	w->job = job;
	w->fd = fd;
	if (connect_closed(w, &e) == -1) {
		const struct err why = e;
		rc = refuse(w, &why, &e);
	} else {
		rc = answer(w, 0, "", w->t.peer, &e);
		if (rc == 0)
			rc = serve(w, &e);
	}
	transport_done(&w->t);
	cred_free(w->cred);
	mem_free(w);
	return rc == -1 ? 74 : 0;
}
