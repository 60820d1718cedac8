/*
 * Envelopes being written: counts and references are the writer's business alone (ISO 9735-1). The
 * envelopes' texts were checked with the profile; separators in them are released as in any value.
 */
#include <stdio.h>
#include <string.h>

#include "edi/edifact_write.h"

enum { VALUES = 24 };

/* A service segment being made: values in order. */
struct made {
	struct value v[VALUES];
	char text[VALUES][24]; /* of numbers and dates */
	struct segment s;
};

void edifact_writer_init(struct edifact_writer *w, const struct edifact_profile *p, struct buf *out)
{
	memset(w, 0, sizeof(*w));
	w->profile = p;
	w->out = out;
}

static void begin(struct made *m, struct str tag)
{
	memset(m, 0, sizeof(*m));
	m->s.tag = tag;
	m->s.values = m->v;
}

static void add(struct made *m, uint16_t element, uint16_t component, struct str text)
{
	BUG_IF(m->s.n == VALUES);
	m->v[m->s.n++] = (struct value){
		.element = element, .repetition = 1, .component = component, .text = text};
}

static void add_char(struct made *m, uint16_t element, uint16_t component, char c)
{
	char *room = m->text[m->s.n];

	room[0] = c;
	add(m, element, component, (struct str){room, c ? 1 : 0});
}

static void add_number(struct made *m, uint16_t element, uint64_t n)
{
	char *room = m->text[m->s.n];
	const int k = snprintf(room, sizeof(m->text[0]), "%llu", (unsigned long long)n);

	add(m, element, 1, (struct str){room, (size_t)k});
}

/* S004: six digits before version 4, eight from then on. */
static void add_date(const struct edifact_writer *w, struct made *m, uint16_t element)
{
	const struct date *d = &w->profile->when;
	const bool century = w->profile->version == '4';
	char *day = m->text[m->s.n];
	int n = century
		? snprintf(day, sizeof(m->text[0]), "%04d%02u%02u", d->year, d->month, d->day)
		: snprintf(
			  day, sizeof(m->text[0]), "%02d%02u%02u", d->year % 100, d->month, d->day);

	add(m, element, 1, (struct str){day, (size_t)n});
	char *time = m->text[m->s.n];
	n = snprintf(time, sizeof(m->text[0]), "%02u%02u", d->hour, d->minute);
	add(m, element, 2, (struct str){time, (size_t)n});
}

static void put(struct edifact_writer *w, const struct made *m)
{
	edifact_write_segment(w->profile, &m->s, w->out);
}

static bool is_standard(const struct edifact_profile *p)
{
	return p->component == ':' && p->element == '+' && p->release == '?' &&
		p->terminator == '\'' && p->decimal == '.' &&
		(p->repetition == 0 || p->repetition == '*');
}

static void put_una(const struct edifact_writer *w)
{
	const struct edifact_profile *p = w->profile;
	const char una[] = {'U', 'N', 'A', p->component, p->element, p->decimal, p->release,
		p->repetition ? p->repetition : ' ', p->terminator};

	if (!p->una && is_standard(p))
		return;
	buf_put(w->out, una, sizeof(una));
	if (p->newline)
		buf_ch(w->out, '\n');
}

void edifact_writer_open_interchange(struct edifact_writer *w, uint64_t reference)
{
	const struct edifact_profile *p = w->profile;
	struct made m;

	w->interchange = reference;
	w->set = 0;
	w->sets = 0;
	w->groups = 0;
	put_una(w);
	begin(&m, STR("UNB"));
	add(&m, 1, 1, p->syntax);
	add_char(&m, 1, 2, p->version);
	add(&m, 2, 1, p->sender);
	add(&m, 2, 2, p->sender_qual);
	add(&m, 2, 3, p->sender_internal);
	add(&m, 3, 1, p->receiver);
	add(&m, 3, 2, p->receiver_qual);
	add(&m, 3, 3, p->receiver_internal);
	add_date(w, &m, 4);
	add_number(&m, 5, reference);
	add(&m, 7, 1, p->application);
	add_char(&m, 9, 1, p->ack);
	add(&m, 10, 1, p->agreement);
	add_char(&m, 11, 1, p->test ? '1' : '\0');
	put(w, &m);
}

void edifact_writer_open_group(struct edifact_writer *w, struct str type, uint64_t reference)
{
	const struct edifact_profile *p = w->profile;
	struct made m;

	if (!p->groups)
		return;
	w->group = reference;
	w->sets = 0;
	w->groups++;
	begin(&m, STR("UNG"));
	add(&m, 1, 1, type);
	add(&m, 2, 1, p->group_sender);
	add(&m, 2, 2, p->group_sender_qual);
	add(&m, 3, 1, p->group_receiver);
	add(&m, 3, 2, p->group_receiver_qual);
	add_date(w, &m, 4);
	add_number(&m, 5, reference);
	add(&m, 6, 1, p->agency);
	add(&m, 7, 1, p->message_version);
	add(&m, 7, 2, p->message_release);
	add(&m, 7, 3, p->association);
	put(w, &m);
}

void edifact_writer_open_set(struct edifact_writer *w, struct str type)
{
	const struct edifact_profile *p = w->profile;
	struct made m;

	w->set++;
	w->sets++;
	w->segments = 1;
	begin(&m, STR("UNH"));
	add_number(&m, 1, w->set);
	add(&m, 2, 1, type);
	add(&m, 2, 2, p->message_version);
	add(&m, 2, 3, p->message_release);
	add(&m, 2, 4, p->agency);
	add(&m, 2, 5, p->association);
	put(w, &m);
}

void edifact_writer_put(struct edifact_writer *w, const struct segment *s)
{
	if (str_is(s->tag, "UNH") || str_is(s->tag, "UNT"))
		return;
	edifact_write_segment(w->profile, s, w->out);
	w->segments++;
}

static void put_trailer(
	struct edifact_writer *w, struct str tag, uint64_t count, uint64_t reference)
{
	struct made m;

	begin(&m, tag);
	add_number(&m, 1, count);
	add_number(&m, 2, reference);
	put(w, &m);
}

void edifact_writer_close_set(struct edifact_writer *w)
{
	put_trailer(w, STR("UNT"), w->segments + 1, w->set);
}

void edifact_writer_close_group(struct edifact_writer *w)
{
	if (w->profile->groups)
		put_trailer(w, STR("UNE"), w->sets, w->group);
}

void edifact_writer_close_interchange(struct edifact_writer *w)
{
	put_trailer(w, STR("UNZ"), w->profile->groups ? w->groups : w->sets, w->interchange);
}
