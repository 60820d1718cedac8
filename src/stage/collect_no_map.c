/* Files that arrive for nobody; see collect_no_map.h. */
#include "stage/collect_no_map.h"

#include <stdio.h>

#include "base/fsx.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "stage/inbox_ready.h"

/* How many things lie in the folder, and the first of them for people. -1 when it cannot be read. */
static int look(int inbox, const char *folder, size_t *n, struct buf *first, struct err *e)
{
	struct fsx_list list = {0};
	const int fd = fsx_subdir(inbox, folder, e);
	const int rc = fd == -1 ? -1 : fsx_list(fd, &list, e);

	*n = 0;
	for (size_t i = 0; i < list.n; i++) {
		if (inbox_ready_companion(str_c(list.names[i])))
			continue;
		if ((*n)++ == 0)
			utf8_quote(first, str_c(list.names[i]), 200);
	}
	fsx_list_done(&list);
	fsx_close(fd);
	return rc;
}

/* Was this told before, in the same words? 1, 0, -1. */
static int told(struct env *v, const char *subject, const char *text, struct err *e)
{
	int64_t n = 0;

	if (db_one_int(v->ledger.db, &n, e,
		    "SELECT COUNT(*) FROM event WHERE subject = ?1 AND what = 'no-map' AND detail = ?2",
		    "cc", subject, text) != 1)
		return -1;
	return n > 0;
}

static int tell(struct env *v, const char *subject, const char *text, struct err *e)
{
	const int rc = told(v, subject, text, e);

	if (rc == -1)
		return -1;
	env_log(v, LOG_WARN, "left-in-inbox", subject, "%s", text);
	if (rc == 1)
		return 0;
	v->news++;
	return ledger_event_now(&v->ledger, "no-map", subject, e, "%s", text);
}

static int folder(struct env *v, int inbox, const char *name, struct err *e)
{
	const struct config_source *s = config_source_find(v->config, str_c(name));
	char subject[LIMIT_NAME + 16];
	char text[700];
	struct buf first;
	struct err ignored;
	size_t n = 0;
	int rc = 0;

	if (s && (s->kind != SOURCE_EVENTS || config_source_routed(v->config, s)))
		return 0;
	if (name[0] == '.')
		return 0;
	buf_init(&first, 1024);
	if (look(inbox, name, &n, &first, &ignored) == 0 && n > 0) {
		(void)snprintf(subject, sizeof(subject), "inbox %s", name);
		(void)snprintf(text, sizeof(text),
			"NO-MAP: %zu wait, the first is \"%s\": %s in bundle/routes.xml", n,
			buf_cstr(&first),
			s ? "this source needs a <route>" : "there is no <source> of this name");
		rc = tell(v, subject, text, e);
	}
	buf_done(&first);
	return rc;
}

int collect_no_map_tell(struct env *v, struct err *e)
{
	struct fsx_list list = {0};
	const int inbox = fsx_subdir(v->dir, "inbox", e);
	int rc = inbox == -1 ? -1 : fsx_list(inbox, &list, e);

	for (size_t i = 0; i < list.n && rc == 0; i++)
		rc = folder(v, inbox, list.names[i], e);
	fsx_list_done(&list);
	fsx_close(inbox);
	return rc;
}
