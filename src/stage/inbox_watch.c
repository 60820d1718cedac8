/*
 * Inboxes that are gone, and halves of pairs; see inbox_watch.h. A pair is a file and the marker or manifest
 * that says it is complete. How long a half has been there is told by its ctime: an exporter may keep the
 * time of writing.
 */
#include "stage/inbox_watch.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/fsx.h"
#include "base/limits.h"
#include "stage/alarms.h"
#include "stage/inbox.h"
#include "stage/inbox_ready.h"

/* What the source's files are paired with; NULL when they come alone. */
static const char *ending(const struct config_source *s)
{
	return s->ready == READY_MARKER	     ? ".ready"
		: s->ready == READY_MANIFEST ? ".manifest"
					     : NULL;
}

/* The other half's name in out. False: the name is none of a pair. */
static bool other_half(const char *name, const char *end, char out[2 * LIMIT_NAME], bool *is_data)
{
	const size_t n = strlen(name);
	const size_t k = strlen(end);

	*is_data = !inbox_ready_companion(str_c(name));
	if (*is_data)
		(void)snprintf(out, 2 * LIMIT_NAME, "%s%s", name, end);
	else if (name[0] != '.' && str_ends(str_c(name), str_c(end)))
		(void)snprintf(out, 2 * LIMIT_NAME, "%.*s", (int)(n - k), name);
	else
		return false;
	return strlen(out) <= LIMIT_NAME;
}

/* 1 it has waited too long for its other half, 0 not, -1. */
static int waits_too_long(const struct env *v, const struct config_source *s, int inbox,
	const char *name, const char *other, struct err *e)
{
	struct stat st;
	struct stat pair;
	int rc = fsx_stat(inbox, name, &st, e);

	if (rc != 1 || clock_now(&v->clock) - st.st_ctime < (int64_t)s->pair_seconds)
		return rc == -1 ? -1 : 0;
	rc = fsx_stat(inbox, other, &pair, e);
	return rc == -1 ? -1 : !rc;
}

static int watch_pairs(
	struct env *v, const struct config_source *s, int inbox, struct alarms *told, struct err *e)
{
	const char *end = ending(s);
	struct fsx_list list = {0};
	int rc = end ? fsx_list(inbox, &list, e) : 0;

	for (size_t i = 0; i < list.n && rc == 0; i++) {
		char other[2 * LIMIT_NAME];
		char place[LIMIT_PATH];
		bool is_data = false;
		if (!other_half(list.names[i], end, other, &is_data))
			continue;
		rc = waits_too_long(v, s, inbox, list.names[i], other, e);
		if (rc != 1)
			continue;
		(void)snprintf(place, sizeof(place), "inbox/" STR_FMT "/%s", STR_ARG(s->name),
			list.names[i]);
		if (is_data)
			alarms_add(told, str_c(place),
				"it has waited for its %s for more than %" PRIu64
				" s, so it is not taken; have the exporter deliver that, or remove the file",
				end + 1, s->pair_seconds);
		else
			alarms_add(told, str_c(place),
				"the file that it belongs to has not come for more than %" PRIu64
				" s; have the exporter deliver it, or remove this",
				s->pair_seconds);
		rc = 0;
	}
	fsx_list_done(&list);
	return rc;
}

static int watch_one(struct env *v, const struct config_source *s, struct alarms *gone,
	struct alarms *pairs, struct err *e)
{
	const int inbox = inbox_open(v, s->name, e);
	int rc = 0;

	if (inbox == -1 && strcmp(e->reason, "INBOX-GONE") != 0)
		return -1;
	if (inbox == -1) {
		inbox_watch_gone(gone, s, e);
		return 0;
	}
	rc = watch_pairs(v, s, inbox, pairs, e);
	fsx_close(inbox);
	return rc;
}

int inbox_watch_run(struct env *v, struct alarms *gone, struct err *e)
{
	struct alarms pairs;
	int rc = 0;

	alarms_init(&pairs, v, "MISSING-PAIR", "missing-pair");
	for (const struct config_source *s = v->config->sources; s && rc == 0; s = s->next)
		rc = watch_one(v, s, gone, &pairs, e);
	if (rc == -1)
		alarms_done(&pairs);
	return rc == -1 ? -1 : alarms_commit(&pairs, e);
}

void inbox_watch_gone(struct alarms *gone, const struct config_source *s, const struct err *why)
{
	char place[100];

	(void)snprintf(place, sizeof(place), "inbox/" STR_FMT, STR_ARG(s->name));
	alarms_add(gone, str_c(place), "%s", why->text);
}
