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

enum { EARLIEST = 946684800 }; /* 2000: a clock that was never set says 1970 */

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

/* As transfer_partner_ functions know it, which back off from it apart: "acme/main". */
static struct str mailbox_name(
	const struct config_partner *p, const struct config_endpoint *ep, char out[200])
{
	(void)snprintf(out, 200, STR_FMT "/" STR_FMT, STR_ARG(p->name), STR_ARG(ep->name));
	return str_c(out);
}

enum { LETTER_KEY = 202 + LIMIT_NAME };

static struct str letter_key(const struct channel *c, const char *name, char out[LETTER_KEY])
{
	char mailbox[200];

	(void)snprintf(
		out, LETTER_KEY, "%s/%s", mailbox_name(c->partner, c->endpoint, mailbox).p, name);
	return str_c(out);
}

/* What later rounds of this run need to know of a letter. */
struct letter_fate {
	bool removed; /* else it was left */
	int64_t size, mtime;
};

/* False: a round before has. "": of the mailbox as a whole. */
static bool remember(const struct channel *c, const char *name, struct letter_fate fate)
{
	struct env *v = c->env;
	struct letter_fate *kept = ARENA_NEW(&v->arena, struct letter_fate);
	char key[LETTER_KEY];

	*kept = fate;
	return table_add(&v->letters, arena_str(&v->arena, letter_key(c, name, key)), kept);
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

static int commit_abandoned(
	struct env *v, int64_t id, const char *reason, const char *note, struct err *e)
{
	struct ledger *l = &v->ledger;
	char subject[40];

	(void)snprintf(subject, sizeof(subject), "received %" PRId64, id);
	if (ledger_begin(l, e) == -1)
		return -1;
	if (ledger_received_state(l, id, "abandoned", "", reason, note, e) == -1 ||
		ledger_event(l, "abandoned", subject, e, "reason=%s %s", reason, note) == -1) {
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

static const char *reason_of(const struct err *why)
{
	return why->reason[0] ? why->reason : "REMOTE-FAILURE";
}

/* The letters behind it are not to wait for it, and later rounds of this run leave it alone. */
static void letter_fails(
	const struct channel *c, const struct letter *x, const char *what, const struct err *why)
{
	struct env *v = c->env;
	struct buf shown;

	(void)remember(c, x->name, (struct letter_fate){.removed = false});
	buf_init(&shown, 1024);
	utf8_quote(&shown, str_c(x->name), 200);
	env_log(v, LOG_ERROR, what, c->partner->name.p, "%s: %s: %s", reason_of(why),
		buf_cstr(&shown), why->text);
	v->news++;
	buf_done(&shown);
}

/* It cannot be had as it is: the next run tries again. */
static int put_off(const struct channel *c, const struct letter *x, int64_t id,
	const struct err *why, struct err *e)
{
	letter_fails(c, x, "not-fetched", why);
	return commit_abandoned(c->env, id, reason_of(why), why->text, e);
}

/* Its size, which a server may say as it likes, must be one that is taken. */
static bool too_big(const struct channel *c, const struct letter *x)
{
	struct err why;

	if (x->size >= 0 && x->size <= (int64_t)LIMIT_ACK_FILE)
		return false;
	(void)err_set(&why, ERR_LIMIT,
		"the server says that it has %" PRIu64
		" bytes, at most %d are taken; it stays in the mailbox",
		(uint64_t)x->size, LIMIT_ACK_FILE);
	(void)err_reason(&why, "TOO-BIG");
	letter_fails(c, x, "not-fetched", &why);
	return true;
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
	(void)remember(c, x->name, (struct letter_fate){true, x->size, x->mtime});
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
	struct err why;
	int rc = -1;

	if (too_big(c, x))
		return 0;
	if (commit_fetching(v, c, x, &id, e) == -1 || fsx_tmp_open(c->received, &tmp, e) == -1)
		return -1;
	rc = channel_fetch(c, x->name, tmp.tmp, &got, e);
	if (rc == -1 && e->code == ERR_ABSENT) {
		fsx_tmp_drop(&tmp);
		return commit_abandoned(
			v, id, "VANISHED", "it left the mailbox before it was fetched", e);
	}
	if (rc == -1 && of_mailbox(e)) {
		fsx_tmp_drop(&tmp);
		why = *e;
		return put_off(c, x, id, &why, e);
	}
	if (rc == 0)
		rc = hash_file(tmp.fd, sha, &size, e);
	if (rc == 0 && (int64_t)size != x->size) { /* still being written over there, or a lie */
		fsx_tmp_drop(&tmp);
		(void)err_set(&why, ERR_REMOTE,
			"the listing says %" PRId64 " bytes, %" PRIu64 " came; taken next time",
			x->size, size);
		(void)err_reason(&why, "FILE-CHANGING");
		return put_off(c, x, id, &why, e);
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

/* The server's time for it says nothing: there is none, or its clock is wrong. So it must look the same as
 * it did long enough ago by our own clock. 1, 0 not yet, -1. */
static int ready_by_look(
	struct channel *c, const struct letter *x, int64_t now, int64_t wait, struct err *e)
{
	int64_t id = 0;
	int64_t at = 0;
	const int rc = ledger_received_looked(&c->env->ledger, c->partner->name, c->endpoint->name,
		str_c(x->name), x->size, x->mtime, &at, e);

	if (rc != 0)
		return rc == -1 ? -1 : now - at >= wait;
	if (commit_fetching(c->env, c, x, &id, e) == -1)
		return -1;
	return commit_abandoned(c->env, id, "FILE-CHANGING",
		"the server's time for it cannot be right; taken once it has looked the same for "
		"as long as ready= says",
		e);
}

/* Has it been there unchanged for as long as the endpoint wants? 1, 0, -1. */
static int is_ready(struct channel *c, const struct letter *x, struct err *e)
{
	const int64_t now = clock_now(&c->env->clock);
	const int64_t wait = c->endpoint->ready_seconds;

	if (wait == 0)
		return 1;
	if (x->mtime < EARLIEST || x->mtime > now)
		return ready_by_look(c, x, now, wait, e);
	return now - x->mtime >= wait;
}

/* A round before has dealt with it, or with another of its name: then it can wait. */
static void met_again(const struct channel *c, const struct letter *x, struct letter_fate *fate)
{
	const bool stays = fate->removed && fate->size == x->size && fate->mtime == x->mtime;
	struct err why;

	fate->removed = false;
	if (!stays)
		return;
	(void)err_set(&why, ERR_REMOTE,
		"the server said that it was removed, and lists it still; the next run takes it for a new one");
	(void)err_reason(&why, "PROTOCOL-ERROR");
	letter_fails(c, x, "not-removed", &why);
}

static int take_letter(struct channel *c, const struct letter *x, int64_t *worked, struct err *e)
{
	struct env *v = c->env;
	struct arena a;
	struct received_row before;
	char key[LETTER_KEY];
	struct letter_fate *fate = table_get(&v->letters, letter_key(c, x->name, key));
	int rc = -1;

	if (fate) {
		met_again(c, x, fate);
		return 0;
	}
	arena_init(&a);
	rc = ledger_received_seen(&v->ledger, c->partner->name, c->endpoint->name, str_c(x->name),
		x->size, x->mtime, &a, &before, e);
	arena_done(&a);
	if (rc == 1) /* here already; only its removal over there is missing */
		return c->endpoint->get_delete ? remove_there(c, x, before.id, e) : 0;
	if (rc == 0)
		rc = is_ready(c, x, e);
	return rc == 1 ? fetch(c, x, worked, e) : rc;
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
	if (rc == 0 && skipped > 0 && remember(c, "", (struct letter_fate){.removed = false}))
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
			rc = commit_abandoned(v, rows.row[i].id, "VANISHED",
				"a cut run did not finish it; fetched anew", e);
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
