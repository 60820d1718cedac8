/* Receive; see receive.h. */
#include "stage/receive.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/fsx.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "secure/hash.h"
#include "stage/channel.h"
#include "stage/transfer.h"
#include "store/ledger_received.h"

struct letter {
	char name[LIMIT_NAME + 1];
	int64_t size;
	int64_t mtime;
};

struct mailbox {
	struct letter *letters;
	size_t n;
	size_t cap;
};

static void add_letter(void *ctx, struct str name, int64_t size, int64_t mtime)
{
	struct mailbox *m = ctx;

	mem_grow(&m->letters, &m->cap, m->n + 1, sizeof(*m->letters));
	(void)snprintf(
		m->letters[m->n].name, sizeof(m->letters[m->n].name), STR_FMT, STR_ARG(name));
	m->letters[m->n].size = size;
	m->letters[m->n].mtime = mtime;
	m->n++;
}

static int commit_fetching(
	struct env *v, const struct channel *c, const struct letter *x, int64_t *id, struct err *e)
{
	struct ledger *l = &v->ledger;
	struct buf shown;
	char subject[40];
	int rc = -1;

	if (ledger_begin(l, e) == -1)
		return -1;
	buf_init(&shown, 1024);
	utf8_quote(&shown, str_c(x->name), 200);
	rc = ledger_received_add(
		l, c->partner->name, c->endpoint->name, str_c(x->name), x->size, x->mtime, id, e);
	(void)snprintf(subject, sizeof(subject), "received %" PRId64, *id);
	if (rc == 0)
		rc = ledger_event(l, "fetching", subject, e,
			"partner=" STR_FMT " name=\"%s\" size=%" PRId64, STR_ARG(c->partner->name),
			buf_cstr(&shown), x->size);
	buf_done(&shown);
	if (rc == -1) {
		ledger_rollback(l);
		return -1;
	}
	return ledger_commit(l, e);
}

static int commit_stored(struct env *v, int64_t id, const char *sha, uint64_t size, struct err *e)
{
	struct ledger *l = &v->ledger;
	char subject[40];

	(void)snprintf(subject, sizeof(subject), "received %" PRId64, id);
	if (ledger_begin(l, e) == -1)
		return -1;
	if (ledger_received_stored(l, id, sha, (int64_t)size, e) == -1 ||
		ledger_event(l, "stored", subject, e, "sha256=%s size=%" PRIu64, sha, size) == -1) {
		ledger_rollback(l);
		return -1;
	}
	return ledger_commit(l, e);
}

static int commit_abandoned(struct env *v, int64_t id, const char *note, struct err *e)
{
	struct ledger *l = &v->ledger;
	char subject[40];

	(void)snprintf(subject, sizeof(subject), "received %" PRId64, id);
	if (ledger_begin(l, e) == -1)
		return -1;
	if (ledger_received_state(l, id, "abandoned", "", "VANISHED", note, e) == -1 ||
		ledger_event(l, "abandoned", subject, e, "%s", note) == -1) {
		ledger_rollback(l);
		return -1;
	}
	return ledger_commit(l, e);
}

/* Is it this one letter that cannot be had or removed, or the listing, and not the connection? */
static bool of_mailbox(const struct err *e)
{
	return e->code == ERR_REMOTE || e->code == ERR_INPUT || e->code == ERR_LIMIT;
}

/* The letters behind it are not to wait for it. */
static void letter_fails(
	const struct channel *c, const struct letter *x, const char *what, const struct err *why)
{
	struct buf shown;

	buf_init(&shown, 1024);
	utf8_quote(&shown, str_c(x->name), 200);
	env_log(c->env, LOG_ERROR, what, c->partner->name.p, "%s: %s", buf_cstr(&shown), why->text);
	c->env->news++;
	buf_done(&shown);
}

/* Empties its place in the mailbox; then a letter that looks the same is another one. */
static int remove_there(struct channel *c, const struct letter *x, int64_t id, struct err *e)
{
	struct ledger *l = &c->env->ledger;
	char subject[40];

	if (channel_remove(c, x->name, e) == -1) {
		if (!of_mailbox(e))
			return -1;
		letter_fails(c, x, "not-removed", e);
		return 0;
	}
	(void)snprintf(subject, sizeof(subject), "received %" PRId64, id);
	if (ledger_begin(l, e) == -1)
		return -1;
	if (ledger_received_gone(l, id, e) == -1 ||
		ledger_event(l, "removed", subject, e, "from the partner's mailbox") == -1) {
		ledger_rollback(l);
		return -1;
	}
	return ledger_commit(l, e);
}

/* Fetches one letter: written under .tmp by the worker, hashed and published by us. */
static int fetch(struct channel *c, const struct letter *x, int64_t *worked, struct err *e)
{
	struct env *v = c->env;
	struct fsx_tmp tmp = {.fd = -1};
	char name[40];
	char sha[HASH_HEX];
	uint64_t size = 0;
	int64_t got = 0;
	int64_t id = 0;
	int rc = -1;

	if (x->size > (int64_t)LIMIT_ACK_FILE) {
		env_log(v, LOG_ERROR, "too-big", c->partner->name.p,
			"a file of %" PRId64 " bytes stays in the mailbox", x->size);
		v->news++;
		return 0;
	}
	if (commit_fetching(v, c, x, &id, e) == -1 || fsx_tmp_open(c->received, &tmp, e) == -1)
		return -1;
	rc = channel_fetch(c, x->name, tmp.tmp, &got, e);
	if (rc == -1 && e->code == ERR_ABSENT) {
		fsx_tmp_drop(&tmp);
		return commit_abandoned(v, id, "it left the mailbox before it was fetched", e);
	}
	if (rc == -1 && of_mailbox(e)) {
		fsx_tmp_drop(&tmp);
		letter_fails(c, x, "not-fetched", e);
		return commit_abandoned(
			v, id, "it could not be fetched; tried again by the next run", e);
	}
	if (rc == 0)
		rc = hash_file(tmp.fd, sha, &size, e);
	if (rc == 0 && (int64_t)size != x->size) { /* still being written over there: next time */
		fsx_tmp_drop(&tmp);
		return commit_abandoned(
			v, id, "its size changed while it was fetched; taken next time", e);
	}
	(void)snprintf(name, sizeof(name), "r-%06" PRId64, id);
	if (rc == 0)
		rc = fsx_publish(&tmp, name, e);
	fsx_tmp_drop(&tmp);
	if (rc == -1 || commit_stored(v, id, sha, size, e) == -1)
		return -1;
	env_log(v, LOG_INFO, "received", name, "%" PRIu64 " bytes from " STR_FMT, size,
		STR_ARG(c->partner->name));
	(*worked)++;
	return c->endpoint->get_delete ? remove_there(c, x, id, e) : 0;
}

static int take_letter(struct channel *c, const struct letter *x, int64_t *worked, struct err *e)
{
	struct env *v = c->env;
	struct arena a;
	struct received_row before;
	int rc = -1;

	if (c->endpoint->ready_seconds > 0 &&
		clock_now(&v->clock) - x->mtime < (int64_t)c->endpoint->ready_seconds)
		return 0;
	arena_init(&a);
	rc = ledger_received_seen(&v->ledger, c->partner->name, c->endpoint->name, str_c(x->name),
		x->size, x->mtime, &a, &before, e);
	arena_done(&a);
	if (rc == 1) /* here already; only its removal over there is missing */
		return c->endpoint->get_delete ? remove_there(c, x, before.id, e) : 0;
	return rc == -1 ? -1 : fetch(c, x, worked, e);
}

/* As transfer_partner_ functions know it, which back off from it apart: "acme/main". */
static struct str mailbox_name(
	const struct config_partner *p, const struct config_endpoint *ep, char out[200])
{
	(void)snprintf(out, 200, STR_FMT "/" STR_FMT, STR_ARG(p->name), STR_ARG(ep->name));
	return str_c(out);
}

/* One that cannot be listed keeps nobody from sending. */
static int empty_mailbox(struct channel *c, int64_t *worked, struct err *e)
{
	struct mailbox m = {0};
	char name[200];
	const struct str self = mailbox_name(c->partner, c->endpoint, name);
	struct err why;
	int64_t skipped = 0;
	int rc = channel_list(c, add_letter, &m, &skipped, e);

	if (rc == -1 && of_mailbox(e)) {
		mem_free(m.letters);
		why = *e;
		return transfer_partner_failed(c->env, self, &why, e);
	}
	if (rc == 0)
		rc = transfer_partner_works(c->env, self, e);
	if (rc == 0 && skipped > 0)
		env_log(c->env, LOG_WARN, "bad-names", c->partner->name.p,
			"%" PRId64 " names in the mailbox are no plain file names; left alone",
			skipped);
	for (size_t i = 0; i < m.n && rc == 0 && !proc_told_to_stop(); i++)
		rc = take_letter(c, &m.letters[i], worked, e);
	mem_free(m.letters);
	return rc;
}

/* What an earlier run meant to fetch and did not: the listing brings it again. */
static int forget_unfinished(struct env *v, struct err *e)
{
	struct arena a;
	struct received_rows rows = {0};
	int rc = -1;

	arena_init(&a);
	rc = ledger_received_by_state(&v->ledger, "fetching", &a, &rows, e);
	for (size_t i = 0; i < rows.n && rc == 0; i++) {
		struct stat st;
		rc = fsx_stat(v->dir, rows.row[i].place.p, &st, e);
		if (rc == 1) { /* published, but cut before the evidence */
			char sha[HASH_HEX];
			uint64_t size = 0;
			const int fd = fsx_open(v->dir, rows.row[i].place.p, e);
			rc = fd == -1 ? -1 : hash_file(fd, sha, &size, e);
			fsx_close(fd);
			if (rc == 0)
				rc = commit_stored(v, rows.row[i].id, sha, size, e);
		} else if (rc == 0) {
			rc = commit_abandoned(
				v, rows.row[i].id, "a cut run did not finish it; fetched anew", e);
		}
	}
	arena_done(&a);
	return rc;
}

static int receive_from(struct env *v, const struct config_partner *p,
	const struct config_endpoint *ep, int64_t *worked, struct err *e)
{
	struct channel *c = NULL;
	struct err why;
	char name[200];
	int rc = transfer_partner_usable(v, p->name, e);

	if (rc == 1)
		rc = transfer_partner_usable(v, mailbox_name(p, ep, name), e);
	if (rc != 1)
		return rc;
	c = mem_alloc(sizeof(*c));
	rc = channel_open(v, p, ep, c, e);
	if (rc == 0)
		rc = empty_mailbox(c, worked, e);
	channel_close(c);
	mem_free(c);
	if (rc == 0)
		return transfer_partner_works(v, p->name, e);
	if (e->code == ERR_STOP)
		return 0;
	if (e->code == ERR_IO || env_stops(e))
		return -1;
	why = *e;
	return transfer_partner_failed(v, p->name, &why, e);
}

int receive_run(struct env *v, int64_t *worked, struct err *e)
{
	*worked = 0;
	if (forget_unfinished(v, e) == -1)
		return err_wrap(e, "receive");
	for (const struct config_partner *p = v->config->partners; p; p = p->next) {
		for (const struct config_endpoint *ep = p->endpoints; ep; ep = ep->next) {
			if (ep->get.n == 0 || proc_told_to_stop())
				continue;
			if (receive_from(v, p, ep, worked, e) == -1)
				return err_wrap(e, "receive");
		}
	}
	return 0;
}
