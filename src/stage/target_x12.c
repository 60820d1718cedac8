/* X12 as a target; see target.h and edi/x12_write.h. */
#include <inttypes.h>
#include <stdio.h>

#include "base/mem.h"
#include "edi/x12_rules.h"
#include "edi/x12_write.h"
#include "stage/read_back.h"
#include "stage/target.h"

struct x12_target {
	struct x12_profile profile;
	struct x12_writer writer;
	struct element_rules *rules;
	const struct def_message *message;
	struct target_at at;
};

static int repertoire_of(struct str name, enum x12_repertoire *out, struct err *e)
{
	static const char *const names[] = {[X12_BASIC] = "basic",
		[X12_EXTENDED] = "extended",
		[X12_LATIN1] = "latin1",
		[X12_UTF8] = "utf8"};

	*out = X12_EXTENDED;
	if (name.n == 0)
		return 0;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (str_is(name, names[i])) {
			*out = (enum x12_repertoire)i;
			return 0;
		}
	}
	return err_set(e, ERR_CONFIG,
		"repertoire " STR_FMT ": expected basic, extended, latin1 or utf8", STR_ARG(name));
}

static struct str group_of(const struct target_party *p)
{
	return p->group.n > 0 ? p->group : p->id;
}

static char or_else(char c, char otherwise)
{
	return c ? c : otherwise;
}

static struct x12_profile profile_of(const struct target_envelope *v, const struct def_message *m)
{
	return (struct x12_profile){
		.element = or_else(v->element, '*'),
		.component = or_else(v->component, '>'),
		.terminator = or_else(v->terminator, '~'),
		.repetition = v->repetition,
		.newline = v->newline,
		.sender_qual = v->sender.qualifier,
		.sender = v->sender.id,
		.receiver_qual = v->receiver.qualifier,
		.receiver = v->receiver.id,
		.group_sender = group_of(&v->sender),
		.group_receiver = group_of(&v->receiver),
		.isa_version = v->version.n > 0 ? v->version : str_sub(m->version, 0, 5),
		.group_version = m->version,
		.usage = v->test ? 'T' : 'P',
		.ack_requested = v->ack_requested,
		.when = v->when,
	};
}

/* X12 stands in groups in any case. */
static int refuse_others(const struct target_envelope *v, struct err *e)
{
	const char *what = v->una      ? "UNA"
		: v->groups	       ? "a group that may be left out (UNG)"
		: v->release	       ? "a release character"
		: v->decimal	       ? "a choice of decimal marks"
		: v->association.n > 0 ? "an association code (UNH 0057)"
				       : NULL;

	return what ? err_set(e, ERR_CONFIG, "X12 has no %s; that is of EDIFACT", what) : 0;
}

static void *open_x12(const struct target_envelope *v, const struct def_message *m, struct err *e)
{
	struct x12_profile p = profile_of(v, m);
	struct x12_target *t = NULL;

	if (refuse_others(v, e) == -1 || repertoire_of(v->repertoire, &p.repertoire, e) == -1 ||
		x12_write_check_profile(&p, e) == -1)
		return NULL;
	t = mem_alloc(sizeof(*t));
	t->profile = p;
	t->message = m;
	t->rules = x12_rules_new(&t->profile);
	return t;
}

static void close_x12(void *self)
{
	struct x12_target *t = self;

	if (t)
		element_rules_free(t->rules);
	mem_free(t);
}

static void start(void *self, struct buf *out)
{
	struct x12_target *t = self;

	x12_writer_init(&t->writer, &t->profile, out);
}

static const char *numbers(const void *self)
{
	(void)self;
	return "IG";
}

static void begin(void *self, uint64_t interchange, uint64_t group)
{
	struct x12_target *t = self;

	x12_writer_open_interchange(&t->writer, interchange);
	x12_writer_open_group(&t->writer, t->message->group, group);
}

static void end(void *self)
{
	struct x12_target *t = self;

	x12_writer_close_group(&t->writer);
	x12_writer_close_interchange(&t->writer);
}

static void open_set(void *self)
{
	struct x12_target *t = self;

	x12_writer_open_set(&t->writer, t->message->id);
	(void)snprintf(t->at.set, sizeof(t->at.set), "%04" PRIu64, t->writer.st);
	t->at.segments = t->writer.segments;
}

static void close_set(void *self)
{
	struct x12_target *t = self;

	x12_writer_close_set(&t->writer);
}

static bool check(void *self, const struct segment *s, struct diag *d, const struct finding *about)
{
	struct x12_target *t = self;

	return x12_write_check(t->rules, s, d, about);
}

static bool carries(const void *self, uint32_t cp)
{
	const struct x12_target *t = self;

	return element_rules_carry(t->rules, cp);
}

static void put(void *self, const struct segment *s)
{
	struct x12_target *t = self;

	x12_writer_put(&t->writer, s);
	t->at.segments = t->writer.segments;
}

static const struct target_at *at(const void *self)
{
	const struct x12_target *t = self;

	return &t->at;
}

const struct target_ops target_x12_ops = {
	.format = "x12",
	.ending = "x12",
	.record = "segment",
	.open = open_x12,
	.close = close_x12,
	.start = start,
	.numbers = numbers,
	.begin = begin,
	.end = end,
	.open_set = open_set,
	.close_set = close_set,
	.check = check,
	.put = put,
	.carries = carries,
	.at = at,
	.read_back = read_back_segments,
};
