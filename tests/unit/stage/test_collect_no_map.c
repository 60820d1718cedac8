/* Files that arrive for nobody are told once, and known as long as they lie there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "stage/collect_no_map.h"
#include "unit/support/stage_world.h"

static const char alarms[] = "SELECT COUNT(*) FROM meta WHERE key LIKE 'alarm:NO-MAP:%'";

static void tell(struct stage_world *w, uint64_t news, int64_t known)
{
	struct err e;

	w->v.news = 0;
	if (collect_no_map_tell(&w->v, &e) == -1)
		fail_msg("%s", e.text);
	assert_int_equal(w->v.news, news);
	assert_int_equal(stage_world_count(w, alarms), known);
}

static void for_nobody(void **state)
{
	struct stage_world w;
	char path[200];

	(void)state;
	stage_world_open(&w, true);
	stage_world_put(&w, "inbox", ".hidden", "x");
	tell(&w, 0, 0);
	stage_world_put(&w, "inbox/nowhere", "a.json", "x");
	stage_world_put(&w, "inbox/nowhere", "a.json.ready", "");
	tell(&w, 1, 1);
	tell(&w, 0, 1);
	stage_world_put(&w, "inbox/nowhere", "b.json", "x"); /* another one */
	stage_world_put(&w, "inbox", "loose.json", "x");
	tell(&w, 2, 2);
	tell(&w, 0, 2);
	stage_world_put(&w, "inbox", "looser.json", "x");
	tell(&w, 1, 2);
	(void)snprintf(path, sizeof(path), "%s/inbox/looser.json", w.v.path);
	assert_int_equal(unlink(path), 0);
	tell(&w, 1, 2);
	assert_int_equal(
		stage_world_count(&w,
			"SELECT COUNT(*) FROM meta WHERE key = 'alarm:NO-MAP:inbox' AND value LIKE "
			"'1 lie in inbox/ itself, the first is \"loose.json\"%'"),
		1);
	(void)snprintf(path, sizeof(path), "%s/inbox/loose.json", w.v.path);
	assert_int_equal(unlink(path), 0);
	tell(&w, 0, 1);
	stage_world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(for_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
