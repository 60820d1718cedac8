/*
 * Any packets as the answers of a worker, to each of the supervisor's readers: understood within its
 * rules, or refused with a reason; and never an error that would stop the whole run. The first byte
 * says which reader; each packet is a length of two bytes, low first, and its bytes.
 */
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/beneath.h"
#include "base/mem.h"
#include "config/config.h"
#include "stage/channel.h"
#include "stage/convert_answer.h"
#include "stage/ingest_worker.h"
#include "stage/trace.h"
#include "stage/whole.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool good)
{
	if (!good)
		abort();
}

/* Time stands still: nobody is impatient. */
static const struct proc_patience *patience(void)
{
	static struct clock clock;
	static struct proc_patience w;

	clock = clock_fixed(1795399200);
	w = (struct proc_patience){.clock = &clock, .quiet_ms = 1000};
	return &w;
}

/* An environment whose log goes nowhere. */
static struct env *silent(void)
{
	struct env *env = mem_alloc(sizeof(*env));

	env->clock = *patience()->clock;
	log_init(&env->log, &env->clock);
	return env;
}

static void no_partner_stops_the_run(const struct err *e)
{
	must(e->text[0] != '\0' && !env_stops(e) && e->code != ERR_IO);
}

static int may(void *ctx, struct err *e)
{
	(void)e;
	++*(int *)ctx;
	return 0;
}

static void each(void *ctx, struct str name, int64_t size, int64_t mtime)
{
	(void)size;
	(void)mtime;
	must(beneath_name_ok(name));
	++*(int *)ctx;
}

static void channel(int fd, unsigned what)
{
	static const struct interchange_row row = {
		.name = STR("n.x12"), .sha = STR("sha"), .size = 4};
	const struct config_partner partner = {.name = STR("acme")};
	const struct config_endpoint endpoint = {.host = {"", 0}};
	struct config *config = mem_alloc(sizeof(*config));
	struct env *env = mem_alloc(sizeof(*env));
	struct channel *c = mem_alloc(sizeof(*c));
	enum channel_sent outcome = CHANNEL_SENT;
	char evidence[400] = "";
	struct err e;
	int64_t n = 0;
	int seen = 0;
	int rc = 0;

	config->quiet_seconds = 1000;
	env->config = config;
	env->clock = *patience()->clock;
	c->env = env;
	c->partner = &partner;
	c->endpoint = &endpoint;
	c->proc.fd = fd;
	err_clear(&e);
	if (what == 0)
		rc = channel_send(c, &row, false, may, &seen, &outcome, evidence, &e);
	else if (what == 1)
		rc = channel_list(c, each, &seen, &n, &e);
	else if (what == 2)
		rc = channel_fetch(c, "name", "tmp", &n, &e);
	else
		rc = channel_remove(c, "name", &e);
	if (rc == -1)
		no_partner_stops_the_run(&e);
	else
		must(outcome < CHANNEL_OUTCOMES && memchr(evidence, 0, sizeof(evidence)) &&
			(what != 0 || outcome != CHANNEL_SENT || seen == 1));
	mem_free(c);
	mem_free(env);
	mem_free(config);
}

static void ingest(int fd)
{
	struct env *env = silent();
	struct proc p = {.fd = fd};
	struct ack *first = NULL;
	struct str others = {"", 0};
	struct arena a;
	struct err e;

	arena_init(&a);
	err_clear(&e);
	if (ingest_worker_take(env, &p, patience(), &first, &others, &a, &e) == -1) {
		must(!first && (e.code == ERR_INPUT || e.code == ERR_LIMIT) && e.text[0]);
	} else {
		for (const struct ack *x = first; x; x = x->next) {
			must(x->verdict <= ACK_REJECTED && x->kind.n <= FRAME_TEXT);
			for (const struct ack_set *s = x->sets; s; s = s->next)
				must(s->verdict <= ACK_REJECTED);
		}
	}
	arena_done(&a);
	mem_free(env);
}

static void whole(int fd)
{
	struct proc p = {.fd = fd};
	struct env *v = mem_alloc(sizeof(*v));
	struct err e;

	v->clock = *patience()->clock;
	log_init(&v->log, &v->clock);
	err_clear(&e);
	if (whole_take(v, &p, patience(), &e) != 0)
		must(e.text[0] != '\0' && !env_stops(&e));
	mem_free(v);
}

static void trace(int fd)
{
	struct env *env = silent();
	struct proc p = {.fd = fd};
	struct trace_point points[3] = {{.segment_at = 2}};
	struct arena a;
	struct err e;

	arena_init(&a);
	err_clear(&e);
	if (trace_take(env, &p, patience(), points, 3, &a, &e) == -1)
		must(e.code == ERR_INPUT && e.text[0] != '\0');
	for (size_t i = 0; i < 3; i++)
		must(points[i].segment.n <= FRAME_TEXT && points[i].found.n <= FRAME_TEXT);
	must(points[0].segment_at == 2);
	arena_done(&a);
	mem_free(env);
}

static void convert(int fd)
{
	struct frame *f = mem_alloc(sizeof(*f));
	struct convert_done d;
	struct err e;
	int64_t items = 0;

	while (frame_receive(fd, f, &e) == 1) {
		const struct unit_counts *c = &d.counts;
		if (f->type == FRAME_DONE && convert_answer_done(f, &d, &e) == 0)
			must(c->items ==
					c->out + c->unselected + c->aside + c->unchanged +
						c->waiting &&
				c->out >= 0 && c->out <= c->items && d.isa >= 0 && d.gs >= 0);
		else if (f->type == FRAME_PROGRESS)
			must(convert_answer_percent(f, &items) <= 100 && items >= 0);
		else if (f->type == FRAME_FAIL) {
			convert_answer_fail(f, &e);
			must(e.code > ERR_NONE && e.code < ERR_CODES && e.text[0] &&
				memchr(e.reason, 0, sizeof(e.reason)));
		}
	}
	mem_free(f);
}

static void feed(int fd, const uint8_t *data, size_t size)
{
	while (size > 2) {
		size_t n = data[0] + 256U * data[1];
		data += 2;
		size -= 2;
		if (n > size)
			n = size;
		if (n > 0 && send(fd, data, n, MSG_DONTWAIT) == -1)
			return; /* more than the pair holds */
		data += n;
		size -= n;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd[2];

	if (size == 0 || socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fd) == -1)
		return 0;
	feed(fd[0], data + 1, size - 1);
	must(shutdown(fd[0], SHUT_WR) == 0);
	switch (data[0] % 8) {
	case 4:
		ingest(fd[1]);
		break;
	case 5:
		trace(fd[1]);
		break;
	case 6:
		convert(fd[1]);
		break;
	case 7:
		whole(fd[1]);
		break;
	default:
		channel(fd[1], data[0] % 8);
	}
	(void)close(fd[0]);
	if (fcntl(fd[1], F_GETFD) != -1) /* a reader that saw its end has closed it */
		(void)close(fd[1]);
	return 0;
}
