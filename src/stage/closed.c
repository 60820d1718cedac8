/* Workers closed in; see closed.h. */
#include "stage/closed.h"

int closed_enter(int fd, enum sandbox_role role, struct frame *f, struct err *e)
{
	static const struct sandbox nothing = {NULL, 0, 0};
	int level = 0;

	if (sandbox_enter(role, &nothing, &level, e) == 0)
		return 0;
	frame_start(f, FRAME_LOG);
	frame_str(f, str_c(e->text));
	err_clear(e);
	return frame_send(fd, f, e);
}

void closed_told(struct env *v, const char *who, struct frame *f)
{
	const struct str text = frame_get_words(f);

	if (v->told_open || text.n == 0)
		return;
	v->told_open = true;
	env_log(v, LOG_WARN, "sandbox", who, STR_FMT, STR_ARG(text));
}
