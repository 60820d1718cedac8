/* Readers of interchanges: the table of formats; see edi_read.h. */
#include "edi/edi_read.h"

#include "base/fsx.h"
#include "base/mem.h"
#include "edi/edifact_read.h"
#include "edi/x12_read.h"

enum { HEAD = 4096 };

static const struct edi_read_ops *const formats[] = {&x12_read_ops, &edifact_read_ops};

enum { FORMATS = sizeof(formats) / sizeof(formats[0]) };

struct edi_read {
	const struct edi_read_ops *ops;
	void *self;
};

/* What stands first; a file whose first HEAD bytes are blank is nobody's. */
static const struct edi_read_ops *look(struct str head)
{
	if (str_starts(head, STR("\357\273\277")))
		head = str_from(head, 3);
	head = str_trim(head);
	for (size_t i = 0; i < FORMATS; i++)
		if (formats[i]->is(head))
			return formats[i];
	return formats[0];
}

static const struct edi_read_ops *find(
	int fd, struct str bytes, const struct edi_read_options *o, struct err *e)
{
	char room[HEAD];
	struct str head = bytes;

	for (size_t i = 0; i < FORMATS && o->format.n > 0; i++)
		if (str_is(o->format, formats[i]->format))
			return formats[i];
	if (fd != -1) {
		head = (struct str){room, 0};
		if (fsx_pread(fd, room, sizeof(room), 0, &head.n, e) == -1)
			return NULL;
	}
	return look(str_sub(head, 0, HEAD));
}

struct edi_read *edi_read_open(
	int fd, struct str bytes, const struct edi_read_options *o, struct err *e)
{
	struct edi_read_options mine = *o;
	const struct edi_read_ops *ops = find(fd, bytes, o, e);
	struct edi_read *r = NULL;
	void *self = NULL;

	if (!ops)
		return NULL;
	if (mine.level == 0)
		mine.level = EDI_NOTES;
	mine.skim = mine.skim && mine.level < EDI_ELEMENT;
	self = ops->open(fd, bytes, &mine, e);
	if (!self)
		return NULL;
	r = mem_alloc(sizeof(*r));
	r->ops = ops;
	r->self = self;
	return r;
}

void edi_read_close(struct edi_read *r)
{
	if (!r)
		return;
	r->ops->close(r->self);
	mem_free(r);
}

int edi_read_next(
	struct edi_read *r, enum edi_event *ev, struct segment *s, struct diag *d, struct err *e)
{
	return r->ops->next(r->self, ev, s, d, e);
}

const struct edi_context *edi_read_context(const struct edi_read *r)
{
	return r->ops->context(r->self);
}

const char *edi_read_format(const struct edi_read *r)
{
	return r->ops->format;
}

/* Is this the first segment of an occurrence of the loop? */
static bool opens(const struct segment *s, struct str loop)
{
	const struct def_node *p = s->node ? s->node->parent : NULL;

	return p && p->loop && p->child == s->node && str_eq(p->name, loop);
}

int edi_read_totals(int fd, const struct edi_read_options *o, struct str loop, struct edi_totals *t,
	struct diag *d, struct err *e)
{
	struct edi_read_options mine = *o;
	const struct edi_context *c = NULL;
	struct edi_read *r = NULL;
	struct edi_totals sum = {0};
	enum edi_event ev;
	struct segment s;
	int rc = 0;

	mine.skim = true;
	if (loop.n > 0 && mine.level < EDI_STRUCTURE)
		mine.level = EDI_STRUCTURE;
	r = edi_read_open(fd, (struct str){NULL, 0}, &mine, e);
	if (!r)
		return -1;
	while ((rc = edi_read_next(r, &ev, &s, d, e)) == 1) {
		sum.segments++;
		if (ev == EDI_SEGMENT && loop.n > 0 && opens(&s, loop))
			sum.loops++;
	}
	c = edi_read_context(r);
	sum.interchanges = c->interchanges;
	sum.groups = c->groups;
	sum.sets = c->sets;
	sum.bytes = r->ops->bytes(r->self);
	edi_read_close(r);
	if (rc == 0)
		*t = sum;
	return rc;
}
