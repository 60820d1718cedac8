/*
 * Envelopes being written: counts and control numbers are the writer's business alone. ISA has
 * fixed fields (X12.5); ST02 counts upwards in its group.
 */
#include <stdio.h>
#include <string.h>

#include "edi/x12_write.h"

void x12_writer_init(struct x12_writer *w, const struct x12_profile *p, struct buf *out)
{
	memset(w, 0, sizeof(*w));
	w->profile = p;
	w->out = out;
}

static void end_segment(const struct x12_writer *w)
{
	buf_ch(w->out, w->profile->terminator);
	if (w->profile->newline)
		buf_ch(w->out, '\n');
}

static void field(const struct x12_writer *w, struct str s, size_t width)
{
	buf_ch(w->out, w->profile->element);
	buf_put(w->out, s.p ? s.p : "", s.n < width || width == 0 ? s.n : width);
	for (size_t i = s.n; i < width; i++)
		buf_ch(w->out, ' ');
}

static void number(const struct x12_writer *w, uint64_t v, int digits)
{
	char text[32];
	const int n = snprintf(text, sizeof(text), "%0*llu", digits, (unsigned long long)v);

	field(w, (struct str){text, (size_t)n}, 0);
}

static void date_field(const struct x12_writer *w, bool century)
{
	const struct date *d = &w->profile->when;
	char text[32];
	const int n = century
		? snprintf(text, sizeof(text), "%04d%02u%02u", d->year, d->month, d->day)
		: snprintf(text, sizeof(text), "%02d%02u%02u", d->year % 100, d->month, d->day);

	field(w, (struct str){text, (size_t)n}, 0);
}

static void time_field(const struct x12_writer *w)
{
	const struct date *d = &w->profile->when;
	char text[32];
	const int n = snprintf(text, sizeof(text), "%02u%02u", d->hour, d->minute);

	field(w, (struct str){text, (size_t)n}, 0);
}

void x12_writer_open_interchange(struct x12_writer *w, uint64_t isa)
{
	const struct x12_profile *p = w->profile;
	const char isa11 = str_cmp(p->isa_version, STR("00402")) < 0 ? 'U'
		: p->repetition					     ? p->repetition
								     : '^';

	BUG_IF(isa > 999999999u);
	w->isa = isa;
	w->groups = 0;
	buf_c(w->out, "ISA");
	field(w, STR("00"), 2);
	field(w, STR(""), 10);
	field(w, STR("00"), 2);
	field(w, STR(""), 10);
	field(w, p->sender_qual, 2);
	field(w, p->sender, 15);
	field(w, p->receiver_qual, 2);
	field(w, p->receiver, 15);
	date_field(w, false);
	time_field(w);
	field(w, (struct str){&isa11, 1}, 1);
	field(w, p->isa_version, 5);
	number(w, isa, 9);
	field(w, p->ack_requested ? STR("1") : STR("0"), 1);
	field(w, (struct str){&p->usage, 1}, 1);
	field(w, (struct str){&p->component, 1}, 1);
	end_segment(w);
}

void x12_writer_open_group(struct x12_writer *w, struct str code, uint64_t gs)
{
	const struct x12_profile *p = w->profile;

	w->gs = gs;
	w->st = 0;
	w->sets = 0;
	w->groups++;
	buf_c(w->out, "GS");
	field(w, code, 0);
	field(w, p->group_sender, 0);
	field(w, p->group_receiver, 0);
	date_field(w, str_cmp(p->group_version, STR("004010")) >= 0);
	time_field(w);
	number(w, gs, 1);
	field(w, STR("X"), 0);
	field(w, p->group_version, 0);
	end_segment(w);
}

void x12_writer_open_set(struct x12_writer *w, struct str id)
{
	w->st++;
	w->sets++;
	w->segments = 1;
	buf_c(w->out, "ST");
	field(w, id, 0);
	number(w, w->st, 4);
	end_segment(w);
}

void x12_writer_put(struct x12_writer *w, const struct segment *s)
{
	if (str_is(s->tag, "ST") || str_is(s->tag, "SE"))
		return;
	x12_write_segment(w->profile, s, w->out);
	w->segments++;
}

void x12_writer_close_set(struct x12_writer *w)
{
	buf_c(w->out, "SE");
	number(w, w->segments + 1, 1);
	number(w, w->st, 4);
	end_segment(w);
}

void x12_writer_close_group(struct x12_writer *w)
{
	buf_c(w->out, "GE");
	number(w, w->sets, 1);
	number(w, w->gs, 1);
	end_segment(w);
}

void x12_writer_close_interchange(struct x12_writer *w)
{
	buf_c(w->out, "IEA");
	number(w, w->groups, 1);
	number(w, w->isa, 9);
	end_segment(w);
}
