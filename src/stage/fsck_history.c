/* fsck: each row of the ledger is there, what its events say, and in the state that they say. */
#include <inttypes.h>
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
	{"written-on", "|claiming|"},
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

void fsck_history_differs(
	struct fsck *f, const struct walk_row *r, struct str found, struct str expected)
{
	char subject[40];

	ledger_walk_subject(r->kind, r->id, subject);
	const struct fsck_found x = {
		.code = "HISTORY-DIFFERS",
		.subject = str_c(subject),
		.place = r->place.n > 0 ? r->place : STR("ledger.db"),
		.found = found,
		.expected = expected,
		.command = arena_printf(&f->a,
			"gridspool show " STR_FMT
			" tells its story; find out who changed ledger.db, and compare it with a backup",
			STR_ARG(fsck_id(f, r))),
	};
	fsck_fault(f, &x);
}

/* The words of a row that its event has not, and the other way round. */
static struct str other_words(struct str these, struct str those, struct arena *a)
{
	struct str out = STR("");
	struct str word;

	while (str_split(&these, ' ', &word)) {
		const struct str whole = arena_printf(a, " " STR_FMT " ", STR_ARG(word));
		const struct str in = arena_printf(a, " " STR_FMT " ", STR_ARG(those));
		if (str_find(in, whole, 0) == SIZE_MAX)
			out = arena_printf(a, STR_FMT "%s" STR_FMT, STR_ARG(out),
				out.n > 0 ? " " : "", STR_ARG(word));
	}
	return out;
}

/* Is it what its event said that it is? */
static int check_words(struct fsck *f, const struct walk_row *r, struct err *e)
{
	struct str was = STR("");
	const int rc = ledger_walk_was(&f->v->ledger, r, &f->a, &was, e);

	if (rc != 1 || str_eq(r->is, was))
		return rc == -1 ? -1 : 0;
	const struct str now = other_words(r->is, was, &f->a);
	const struct str then = other_words(was, r->is, &f->a);
	fsck_history_differs(f, r, arena_printf(&f->a, STR_FMT " in ledger.db", STR_ARG(now)),
		then.n > 0 ? arena_printf(&f->a, STR_FMT ", as its event says", STR_ARG(then))
			   : STR("what its name says"));
	return 0;
}

static int check_state(struct fsck *f, const struct walk_row *r, struct err *e)
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
	fsck_history_differs(f, r,
		arena_printf(&f->a, "state '" STR_FMT "' in ledger.db", STR_ARG(r->state)),
		rc == 0 ? STR("one that an event tells of; there is none")
			: arena_printf(&f->a, "what follows its last event: " STR_FMT " " STR_FMT,
				  STR_ARG(what), STR_ARG(str_sub(detail, 0, 120))));
	return 0;
}

int fsck_history_one(struct fsck *f, const struct walk_row *r, struct err *e)
{
	return check_state(f, r, e) == -1 ? -1 : check_words(f, r, e);
}

static bool any(struct str what)
{
	(void)what;
	return true;
}

static int one_missing(void *ctx, struct str subject, const char *lacks, struct err *e)
{
	struct fsck *f = ctx;
	struct str what = STR("");
	struct str detail = STR("");

	arena_reset(&f->a);
	subject = arena_str(&f->a, subject);
	if (ledger_walk_said(&f->v->ledger, subject.p, any, &f->a, &what, &detail, e) == -1)
		return -1;
	const struct fsck_found x = {
		.code = "HISTORY-DIFFERS",
		.subject = subject,
		.place = STR("ledger.db"),
		.found = str_c(lacks),
		.expected = arena_printf(&f->a,
			"what its events say, the last of them: " STR_FMT " " STR_FMT,
			STR_ARG(what), STR_ARG(str_sub(detail, 0, 120))),
		.command = STR("find out who changed ledger.db, and compare it with a backup"),
	};
	fsck_tell(f, &x);
	return 0;
}

int fsck_history_missing(struct fsck *f, struct err *e)
{
	return ledger_walk_missing(&f->v->ledger, one_missing, f, e);
}
