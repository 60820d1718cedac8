/* fsck: each row of the ledger is in the state that its events say. */
#include <stdio.h>

#include "stage/fsck_parts.h"

struct said {
	const char *what;
	const char *states; /* "|a|b|": any of them may follow, without another event */
};

/* Events that are not here say nothing of the state. */
static const struct said interchange_says[] = {
	{"queued", "|queued|"},
	{"sending", "|sending|queued|"},
	{"renaming", "|sending|"},
	{"sent", "|sent|"},
	{"found", "|sent|"},
	{"held", "|held|"},
	{"in-doubt", "|in-doubt|"},
	{"quarantined", "|quarantined|"},
	{"released", "|queued|"},
	{"resend", "|queued|"},
	{"resolved", "|sent|queued|held|"},
	{"acknowledged", "|sent|held|queued|in-doubt|archived|closed|"},
	{"reissued", "|closed|archived|"},
	{"closed", "|closed|"},
	{"archived", "|archived|closed|"},
	{NULL, NULL},
};

static const struct said input_says[] = {
	{"claiming", "|claiming|"},
	{"collected", "|claimed|"},
	{"unchanged", "|unchanged|"},
	{"current", "|current|"},
	{"superseded", "|superseded|"},
	{"pending", "|pending|taken|done|"},
	{"taken", "|taken|done|"},
	{"released", "|claimed|pending|taken|done|"},
	{"held", "|held|"},
	{"quarantined", "|quarantined|"},
	{"abandoned", "|abandoned|"},
	{"lost", "|abandoned|"},
	{"closed", "|closed|"},
	{"archived", "|archived|"},
	{NULL, NULL},
};

static const struct said received_says[] = {
	{"fetching", "|fetching|"},
	{"stored", "|stored|"},
	{"retry", "|stored|"},
	{"ingested", "|ingested|"},
	{"orphan", "|orphan|stored|"}, /* of one of several answers in the file */
	{"contradiction", "|contradiction|stored|"},
	{"repeat", "|repeat|stored|"},
	{"quarantined", "|quarantined|"},
	{"abandoned", "|abandoned|"},
	{"closed", "|closed|"},
	{"archived", "|archived|"},
	{NULL, NULL},
};

static const struct said *const says[LEDGER_WALK_KINDS] = {
	[LEDGER_WALK_INPUT] = input_says,
	[LEDGER_WALK_INTERCHANGE] = interchange_says,
	[LEDGER_WALK_RECEIVED] = received_says,
};

static const struct said *find_said(enum ledger_walk_kind kind, struct str what)
{
	for (const struct said *s = says[kind]; s->what; s++)
		if (str_is(what, s->what))
			return s;
	return NULL;
}

static bool input_said(struct str what)
{
	return find_said(LEDGER_WALK_INPUT, what) != NULL;
}

static bool interchange_said(struct str what)
{
	return find_said(LEDGER_WALK_INTERCHANGE, what) != NULL;
}

static bool received_said(struct str what)
{
	return find_said(LEDGER_WALK_RECEIVED, what) != NULL;
}

static bool may_follow(const struct said *s, struct str state, struct arena *a)
{
	const struct str word = arena_printf(a, "|" STR_FMT "|", STR_ARG(state));

	return str_find(str_c(s->states), word, 0) != SIZE_MAX;
}

int fsck_history_one(struct fsck *f, const struct walk_row *r, struct err *e)
{
	static bool (*const asks[LEDGER_WALK_KINDS])(struct str what) = {
		[LEDGER_WALK_INPUT] = input_said,
		[LEDGER_WALK_INTERCHANGE] = interchange_said,
		[LEDGER_WALK_RECEIVED] = received_said,
	};
	char subject[40];
	struct str what = STR("");
	struct str detail = STR("");
	int rc = 0;

	ledger_walk_subject(r->kind, r->id, subject);
	rc = ledger_walk_said(&f->v->ledger, subject, asks[r->kind], &f->a, &what, &detail, e);
	if (rc == -1)
		return -1;
	/* An interchange has no event of its own before it is queued, nor one with nothing in it ever. */
	if (rc == 0 && r->kind == LEDGER_WALK_INTERCHANGE && r->sha.n == 0)
		return 0;
	if (rc == 1 && may_follow(find_said(r->kind, what), r->state, &f->a))
		return 0;
	const struct fsck_found x = {
		.code = "HISTORY-DIFFERS",
		.subject = str_c(subject),
		.place = r->place,
		.found = arena_printf(&f->a, "state '" STR_FMT "' in ledger.db", STR_ARG(r->state)),
		.expected = rc == 0
			? STR("one that an event tells of; there is none")
			: arena_printf(&f->a, "what follows its last event: " STR_FMT " " STR_FMT,
				  STR_ARG(what), STR_ARG(str_sub(detail, 0, 120))),
		.command = STR(
			"gridspool show tells its story; find out who changed ledger.db, and "
			"compare it with a backup"),
	};
	fsck_fault(f, &x);
	return 0;
}
