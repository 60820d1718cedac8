/* Definitions of messages; see edi_message.h. */
#include "edi/edi_message.h"

#include "defs/defs.h"

void edi_message_init(struct edi_message *m)
{
	arena_init(&m->arena);
}

void edi_message_done(struct edi_message *m)
{
	arena_done(&m->arena);
}

static struct str guide_of(const struct edi_read_options *o, const struct def_message *message,
	const struct edi_context *c)
{
	if (o->level < EDI_GUIDE)
		return STR("");
	if (o->guide.n > 0 && str_eq(c->set_id, o->guide_set))
		return o->guide;
	return defs_association(o->defs, message, c->association);
}

static const struct def_message *look(const struct edi_read_options *o, const char *format,
	const struct edi_context *c, struct faults *f)
{
	const struct def_message *message = defs_message(
		o->defs, str_c(format), c->set_version, c->set_id, STR(""), f, "", 0, 0);
	const struct str guide = message ? guide_of(o, message, c) : STR("");

	return guide.n == 0 ? message
			    : defs_message(o->defs, str_c(format), c->set_version, c->set_id, guide,
				      f, "", 0, 0);
}

const struct def_message *edi_message_find(struct edi_message *m, const struct edi_read_options *o,
	const char *format, const struct edi_context *c)
{
	struct faults f;

	if (m->asked && str_eq(m->id, c->set_id) && str_eq(m->version, c->set_version) &&
		str_eq(m->association, c->association))
		return m->message;
	arena_reset(&m->arena);
	faults_init(&f, &m->arena);
	m->asked = true;
	m->id = arena_str(&m->arena, c->set_id);
	m->version = arena_str(&m->arena, c->set_version);
	m->association = arena_str(&m->arena, c->association);
	m->message = o->defs ? look(o, format, c, &f) : NULL;
	m->why = arena_printf(&m->arena, "this message cannot be checked: %s",
		f.first ? f.first->text : "there are no definitions");
	return m->message;
}
