/* Readers of interchanges: the table of formats; see edi_read.h. */
#include "edi/edi_read.h"

#include "base/fsx.h"
#include "base/mem.h"
#include "edi/edifact_read.h"
#include "edi/lexer.h"
#include "edi/sniff.h"
#include "edi/structure.h"
#include "edi/x12_read.h"

enum { HEAD = 4096 };

static const struct edi_read_ops *const formats[] = {&x12_read_ops, &edifact_read_ops};

enum { FORMATS = sizeof(formats) / sizeof(formats[0]) };

struct edi_read {
	const struct edi_read_ops *ops;
	void *self;
	struct str file;
	struct tolerances *tolerances;
	struct tolerances usual; /* where the caller has none */
	bool ended;		 /* what stood between segments was told */
};

int edi_read_level(struct str name, enum edi_level *level, struct err *e)
{
	static const char *const names[] = {
		"envelope", "structure", "element", "codes", "notes", "guide"};
	enum { LEVELS = sizeof(names) / sizeof(names[0]) };
	const char *near = NULL;

	for (size_t i = 0; i < LEVELS; i++) {
		if (!str_is(name, names[i]))
			continue;
		*level = (enum edi_level)(EDI_ENVELOPE + (int)i);
		return 0;
	}
	near = str_suggest(name, names, LEVELS);
	return err_set(e, ERR_USAGE,
		"level '%.*s': expected envelope, structure, element, codes, notes or guide%s%s%s",
		(int)(name.n > 60 ? 60 : name.n), name.p, near ? "; did you mean '" : "",
		near ? near : "", near ? "'?" : "");
}

/* What stands first, or first behind other text; a file whose first HEAD bytes are blank is nobody's. */
static const struct edi_read_ops *look(struct str head)
{
	size_t at = 0;

	if (str_starts(head, STR("\357\273\277")))
		head = str_from(head, 3);
	head = str_trim(head);
	for (size_t i = 0; i < FORMATS; i++)
		if (formats[i]->is(head))
			return formats[i];
	at = sniff_start(head);
	for (size_t i = 0; i < FORMATS && at != SIZE_MAX; i++)
		if (formats[i]->is(str_from(head, at)))
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
		mine.level = EDI_GUIDE;
	mine.skim = mine.skim && mine.level < EDI_ELEMENT;
	r = mem_alloc(sizeof(*r));
	r->usual.granted = tolerance_usual();
	r->tolerances = mine.tolerances ? mine.tolerances : &r->usual;
	mine.tolerances = r->tolerances;
	self = ops->open(fd, bytes, &mine, e);
	if (!self) {
		mem_free(r);
		return NULL;
	}
	r->ops = ops;
	r->self = self;
	r->file = mine.file;
	return r;
}

void edi_read_close(struct edi_read *r)
{
	if (!r)
		return;
	r->ops->close(r->self);
	mem_free(r);
}

/* Something that the lexer has taken away: only counted where it is the usual thing. */
static void taken(const struct edi_read *r, enum tolerance which, const char *code,
	const struct lexer_noise *n, struct diag *d)
{
	const struct finding f = {.code = str_c(code), .file = r->file, .offset = n->first};
	const bool granted = tolerance_granted(r->tolerances, which);

	if (n->times == 0 ||
		(tolerance_rows()[which].usual && tolerance_use(r->tolerances, which, n->times)))
		return;
	diag_add(d, &f);
	if (granted)
		(void)tolerance_use(r->tolerances, which, n->times - 1);
}

static void tell_noise(struct edi_read *r, struct diag *d)
{
	const struct lexer *l = r->ops->lexer(r->self);

	if (r->ended)
		return;
	r->ended = true;
	taken(r, TOLERANCE_BOM, "EDI-BOM", &l->bom, d);
	taken(r, TOLERANCE_LINE_ENDS, "EDI-LINE-END", &l->gaps, d);
	taken(r, TOLERANCE_FILLER, "EDI-FILLER", &l->filler, d);
	taken(r, TOLERANCE_WRAPPED, "VALUE-LINE-END", &l->wraps, d);
}

int edi_read_next(
	struct edi_read *r, enum edi_event *ev, struct segment *s, struct diag *d, struct err *e)
{
	int rc = 0;

	d->tolerances = r->tolerances;
	rc = r->ops->next(r->self, ev, s, d, e);
	if (rc == 0)
		tell_noise(r, d);
	d->tolerances = NULL;
	return rc;
}

const struct edi_context *edi_read_context(const struct edi_read *r)
{
	return r->ops->context(r->self);
}

const char *edi_read_format(const struct edi_read *r)
{
	return r->ops->format;
}

int edi_read_totals(int fd, const struct edi_read_options *o, struct str loop, struct edi_totals *t,
	struct diag *d, struct err *e)
{
	struct edi_read_options mine = *o;
	const struct edi_context *c = NULL;
	const struct lexer *l = NULL;
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
		if (ev == EDI_SEGMENT && loop.n > 0 && structure_opens(s.node, loop))
			sum.loops++;
	}
	c = edi_read_context(r);
	sum.interchanges = c->interchanges;
	sum.groups = c->groups;
	sum.sets = c->sets;
	sum.segments += c->passed;
	l = r->ops->lexer(r->self);
	sum.bytes = l->base + l->end;
	edi_read_close(r);
	if (rc == 0)
		*t = sum;
	return rc;
}
