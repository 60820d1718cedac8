/* EDIFACT as a target; see target.h and edi/edifact_write.h. */
#include <inttypes.h>
#include <stdio.h>

#include "base/mem.h"
#include "edi/edifact_rules.h"
#include "edi/edifact_write.h"
#include "stage/read_back.h"
#include "stage/target.h"

struct edifact_target {
	struct edifact_profile profile;
	struct edifact_writer writer;
	struct element_rules *rules;
	const struct def_message *message;
	struct target_at at;
};

static struct str group_of(const struct target_party *p)
{
	return p->group.n > 0 ? p->group : p->id;
}

/* "D01B" is version D and release 01B of the United Nations. */
static struct edifact_profile profile_of(
	const struct target_envelope *v, const struct def_message *m)
{
	return (struct edifact_profile){
		.component = v->component,
		.element = v->element,
		.decimal = v->decimal,
		.release = v->release,
		.repetition = v->repetition,
		.terminator = v->terminator,
		.una = v->una,
		.newline = v->newline,
		.sender = v->sender.id,
		.sender_qual = v->sender.qualifier,
		.sender_internal = v->sender.internal,
		.receiver = v->receiver.id,
		.receiver_qual = v->receiver.qualifier,
		.receiver_internal = v->receiver.internal,
		.application = v->application,
		.ack = v->ack_requested ? '1' : '\0',
		.agreement = v->agreement,
		.test = v->test,
		.groups = v->groups,
		.group_sender = group_of(&v->sender),
		.group_sender_qual = v->sender.qualifier,
		.group_receiver = group_of(&v->receiver),
		.group_receiver_qual = v->receiver.qualifier,
		.message_version = str_sub(m->version, 0, 1),
		.message_release = str_from(m->version, 1),
		.agency = STR("UN"),
		.association = v->association,
		.when = v->when,
	};
}

/* "UNOC:3": S001. */
static int take_syntax(struct str syntax, struct edifact_profile *p, struct err *e)
{
	struct str rest = syntax.n > 0 ? syntax : STR("UNOC:3");
	struct str version;

	if (str_split(&rest, ':', &p->syntax) && str_split(&rest, ':', &version) &&
		version.n == 1 && rest.n == 0) {
		p->version = version.p[0];
		return 0;
	}
	return err_set(e, ERR_CONFIG,
		"syntax " STR_FMT ": expected a character set and a version such as UNOC:3",
		STR_ARG(syntax));
}

static void *open_edifact(
	const struct target_envelope *v, const struct def_message *m, struct err *e)
{
	struct edifact_profile p = profile_of(v, m);
	struct edifact_target *t = NULL;

	if (take_syntax(v->repertoire, &p, e) == -1)
		return NULL;
	edifact_write_defaults(&p);
	if (edifact_write_check_profile(&p, e) == -1)
		return NULL;
	t = mem_alloc(sizeof(*t));
	t->profile = p;
	t->message = m;
	t->rules = edifact_rules_write(&t->profile);
	return t;
}

static void close_edifact(void *self)
{
	struct edifact_target *t = self;

	if (t)
		element_rules_free(t->rules);
	mem_free(t);
}

static void start(void *self, struct buf *out)
{
	struct edifact_target *t = self;

	edifact_writer_init(&t->writer, &t->profile, out);
}

static const char *numbers(const void *self)
{
	const struct edifact_target *t = self;

	return t->profile.groups ? "IG" : "I";
}

static void begin(void *self, uint64_t interchange, uint64_t group)
{
	struct edifact_target *t = self;

	edifact_writer_open_interchange(&t->writer, interchange);
	edifact_writer_open_group(&t->writer, t->message->id, group);
}

static void end(void *self)
{
	struct edifact_target *t = self;

	edifact_writer_close_group(&t->writer);
	edifact_writer_close_interchange(&t->writer);
}

static void open_set(void *self)
{
	struct edifact_target *t = self;

	edifact_writer_open_set(&t->writer, t->message->id);
	(void)snprintf(t->at.set, sizeof(t->at.set), "%" PRIu64, t->writer.set);
	t->at.segments = t->writer.segments;
}

static void close_set(void *self)
{
	struct edifact_target *t = self;

	edifact_writer_close_set(&t->writer);
}

static bool check(void *self, const struct segment *s, struct diag *d, const struct finding *about)
{
	struct edifact_target *t = self;

	return edifact_write_check(t->rules, s, d, about);
}

static bool carries(const void *self, uint32_t cp)
{
	const struct edifact_target *t = self;

	return element_rules_carry(t->rules, cp);
}

static void put(void *self, const struct segment *s)
{
	struct edifact_target *t = self;

	edifact_writer_put(&t->writer, s);
	t->at.segments = t->writer.segments;
}

static const struct target_at *at(const void *self)
{
	const struct edifact_target *t = self;

	return &t->at;
}

const struct target_ops target_edifact_ops = {
	.format = "edifact",
	.ending = "edi",
	.record = "segment",
	.open = open_edifact,
	.close = close_edifact,
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
