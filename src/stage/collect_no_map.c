/* Files that arrive for nobody; see collect_no_map.h. */
#include "stage/collect_no_map.h"

#include <stdio.h>

#include "base/fsx.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "stage/alarms.h"
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

static void folder(struct env *v, int inbox, const char *name, struct alarms *told)
{
	const struct config_source *s = config_source_find(v->config, str_c(name));
	char place[LIMIT_NAME + 16];
	struct buf first;
	struct err ignored;
	size_t n = 0;

	if (s && (s->kind != SOURCE_EVENTS || config_source_routed(v->config, s)))
		return;
	buf_init(&first, 1024);
	(void)snprintf(place, sizeof(place), "inbox/%s", name);
	if (look(inbox, name, &n, &first, &ignored) == 0 && n > 0)
		alarms_add(told, str_c(place), "%zu wait, the first is \"%s\": %s", n,
			buf_cstr(&first),
			s ? "this source needs a <route> in bundle/routes.xml"
			  : "there is no <source> of this name in bundle/routes.xml");
	buf_done(&first);
}

/* What lies beside the folders of the sources. */
static void loose(const char *first, size_t n, struct alarms *told)
{
	struct buf shown;

	buf_init(&shown, 1024);
	utf8_quote(&shown, str_c(first), 200);
	alarms_add(told, STR("inbox"),
		"%zu lie in inbox/ itself, the first is \"%s\": nothing is taken from there; move "
		"them into the folder of their source, inbox/SOURCE/",
		n, buf_cstr(&shown));
	buf_done(&shown);
}

static int look_through(struct env *v, int inbox, struct alarms *told, struct err *e)
{
	struct fsx_list list = {0};
	const char *first = NULL;
	size_t n = 0;
	int rc = fsx_list(inbox, &list, e);

	for (size_t i = 0; i < list.n && rc == 0; i++) {
		const char *name = list.names[i];
		struct stat st;
		const int is = name[0] == '.' ? 0 : fsx_stat(inbox, name, &st, e);
		if (is == -1)
			rc = -1;
		else if (is == 1 && S_ISDIR(st.st_mode))
			folder(v, inbox, name, told);
		else if (is == 1 && n++ == 0)
			first = name;
	}
	if (rc == 0 && n > 0)
		loose(first, n, told);
	fsx_list_done(&list);
	return rc;
}

int collect_no_map_tell(struct env *v, struct err *e)
{
	struct alarms told;
	const int inbox = fsx_subdir(v->dir, "inbox", e);
	int rc = -1;

	if (inbox == -1)
		return -1;
	alarms_init(&told, v, "NO-MAP", "no-map");
	told.again = ALARMS_WARN;
	rc = look_through(v, inbox, &told, e);
	fsx_close(inbox);
	if (rc == 0)
		return alarms_commit(&told, e);
	alarms_done(&told);
	return -1;
}
