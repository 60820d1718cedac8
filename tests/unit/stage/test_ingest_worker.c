/* What an ingest worker tells: lists built again, and numbers that are none refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "stage/ingest_worker.h"

enum { ACK = 1, SET, FAULT };

/* Numbers of one acknowledgment, its set and its fault, in the order of their frames. */
struct numbers {
	int64_t edifact, depth, about_either, control, usage, about_isa, about_group, claimed,
		received, accepted, verdict;
	int64_t set_verdict, segment_at, element, component;
};

static const struct numbers good = {1, ACK_DEPTH_APPLICATION, 1, 999999999, 'T', 999999999,
	999999999, UINT32_MAX, UINT32_MAX, UINT32_MAX, ACK_REJECTED, ACK_PARTIAL, UINT32_MAX,
	UINT16_MAX, UINT16_MAX};

static void put(int fd, const struct frame *f)
{
	struct err e;

	assert_int_equal(frame_send(fd, f, &e), 0);
}

static void put_ack(int fd, struct frame *f, const struct numbers *n)
{
	frame_start(f, FRAME_FOUND);
	frame_int(f, ACK);
	frame_str(f, STR("997"));
	frame_int(f, n->edifact);
	frame_int(f, n->depth);
	for (const char *const *s = (const char *const[]){"ZZ", "ACME", "14", "US", NULL}; *s; s++)
		frame_str(f, str_c(*s));
	frame_int(f, n->control);
	frame_int(f, n->usage);
	frame_int(f, n->about_isa);
	for (const char *const *s = (const char *const[]){"57", "14", "US", "ZZ", "ACME", NULL}; *s;
		s++)
		frame_str(f, str_c(*s));
	frame_int(f, n->about_either);
	frame_str(f, STR("SC"));
	frame_int(f, n->about_group);
	frame_int(f, n->claimed);
	frame_int(f, n->received);
	frame_int(f, n->accepted);
	frame_int(f, n->verdict);
	frame_str(f, STR("5"));
	frame_str(f, STR("refused"));
	frame_str(f, STR("doubtful"));
	frame_str(f, STR("unpadded-isa 1"));
	put(fd, f);
}

static void put_rest(int fd, struct frame *f, const struct numbers *n)
{
	frame_start(f, FRAME_FOUND);
	frame_int(f, SET);
	frame_str(f, STR("832"));
	frame_str(f, STR("0001"));
	frame_int(f, n->set_verdict);
	frame_str(f, STR("5"));
	frame_str(f, STR("why"));
	put(fd, f);
	frame_start(f, FRAME_FOUND);
	frame_int(f, FAULT);
	frame_str(f, STR("LIN"));
	frame_int(f, n->segment_at);
	frame_str(f, STR("LIN"));
	frame_str(f, STR("8"));
	frame_int(f, n->element);
	frame_int(f, n->component);
	for (int i = 0; i < 4; i++)
		frame_str(f, STR("x"));
	frame_str(f, STR("7"));
	frame_str(f, STR("x"));
	put(fd, f);
	frame_start(f, FRAME_DONE);
	frame_str(f, STR("832"));
	put(fd, f);
}

static int tell(const struct numbers *n, struct ack **first, struct arena *a, struct err *e)
{
	struct env *v = mem_alloc(sizeof(*v));
	struct frame *f = mem_alloc(sizeof(*f));
	struct str others = {"", 0};
	struct proc p = {.fd = -1};
	int pair[2];
	int rc = -1;

	v->clock = clock_fixed(1795399200);
	log_init(&v->log, &v->clock);
	const struct proc_patience w = {.clock = &v->clock, .quiet_ms = 1000};
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	frame_start(f, FRAME_LOG);
	frame_str(f, STR("not closed in"));
	put(pair[0], f);
	put_ack(pair[0], f, n);
	put_rest(pair[0], f, n);
	p.fd = pair[1];
	rc = ingest_worker_take(v, &p, &w, first, &others, a, e);
	(void)close(pair[0]);
	(void)close(pair[1]);
	mem_free(f);
	mem_free(v);
	return rc;
}

static void all_arrives(void **state)
{
	struct arena a;
	struct ack *x = NULL;
	struct err e;

	(void)state;
	arena_init(&a);
	if (tell(&good, &x, &a, &e) == -1)
		fail_msg("%s", e.text);
	assert_true(x->control == 999999999 && x->about_group == 999999999);
	assert_true(x->sets_claimed == UINT32_MAX && x->sets_received == UINT32_MAX &&
		x->sets_accepted == UINT32_MAX);
	assert_int_equal(x->verdict, ACK_REJECTED);
	assert_true(str_is(x->doubt, "doubtful"));
	assert_true(x->edifact && x->about_either && x->depth == ACK_DEPTH_APPLICATION);
	assert_true(str_is(x->about_reference, "57") && str_is(x->about_sender.id, "US") &&
		str_is(x->about_receiver.qualifier, "ZZ"));
	assert_true(str_is(x->sets->faults->references, "x"));
	assert_true(str_is(x->sets->faults->line, "7"));
	assert_true(str_is(x->tolerated, "unpadded-isa 1"));
	assert_int_equal(x->sets->verdict, ACK_PARTIAL);
	assert_int_equal(x->sets->faults->segment_at, UINT32_MAX);
	assert_int_equal(x->sets->faults->component, UINT16_MAX);
	arena_done(&a);
}

/* Cut to its type each of these would be another number. */
static void numbers_out_of_range_are_refused(void **state)
{
	static const size_t fields[] = {offsetof(struct numbers, edifact),
		offsetof(struct numbers, depth), offsetof(struct numbers, about_either),
		offsetof(struct numbers, control), offsetof(struct numbers, usage),
		offsetof(struct numbers, about_isa), offsetof(struct numbers, about_group),
		offsetof(struct numbers, claimed), offsetof(struct numbers, received),
		offsetof(struct numbers, accepted), offsetof(struct numbers, verdict),
		offsetof(struct numbers, set_verdict), offsetof(struct numbers, segment_at),
		offsetof(struct numbers, element), offsetof(struct numbers, component)};
	static const int64_t wrong[] = {
		-1, INT64_MIN, INT64_MAX, (int64_t)UINT32_MAX + 2, (int64_t)1 << 40};

	(void)state;
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		for (size_t k = 0; k < sizeof(wrong) / sizeof(wrong[0]); k++) {
			struct numbers n = good;
			struct ack *x = NULL;
			struct arena a;
			struct err e;
			memcpy((char *)&n + fields[i], &wrong[k], sizeof(wrong[k]));
			arena_init(&a);
			if (tell(&n, &x, &a, &e) != -1)
				fail_msg("number %zu may be %lld", i, (long long)wrong[k]);
			assert_null(x);
			assert_string_equal(e.reason, "INGEST-CRASH");
			arena_done(&a);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_arrives),
		cmocka_unit_test(numbers_out_of_range_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
