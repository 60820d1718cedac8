/* What is next: by itself, or by whom. */
#include "stage/story_parts.h"

#include <stdio.h>

#include "stage/reason.h"
#include "stage/verbs.h"

struct next {
	enum subject_kind kind;
	const char *state;
	const char *text;
};

static const struct next nexts[] = {
	{SUBJECT_INTERCHANGE, "making", "the run that is going on, or the next one, writes it"},
	{SUBJECT_INTERCHANGE, "queued", "the next transfer sends it"},
	{SUBJECT_INTERCHANGE, "sending",
		"a transfer is sending it, or was cut; the next one looks at the partner and goes on"},
	{SUBJECT_INTERCHANGE, "in-doubt",
		"ask the partner whether it arrived, then gridspool resolve ID --delivered, or --not-delivered, --reason TEXT; an acknowledgment, if one comes, settles it by itself"},
	{SUBJECT_INTERCHANGE, "held", "a person decides"},
	{SUBJECT_INTERCHANGE, "quarantined", "a person decides"},
	{SUBJECT_INTERCHANGE, "archived", "nothing; it is finished"},
	{SUBJECT_INTERCHANGE, "closed", "nothing; it was given up or made anew"},
	{SUBJECT_INPUT, "claiming", "the next run picks it up"},
	{SUBJECT_INPUT, "claimed", "the next run takes it in"},
	{SUBJECT_INPUT, "pending", "the next run converts it"},
	{SUBJECT_INPUT, "taken", "a unit of work converts it"},
	{SUBJECT_INPUT, "current", "it is used until a newer version comes"},
	{SUBJECT_INPUT, "held", "a person decides"},
	{SUBJECT_INPUT, "abandoned", "nothing; what is still meant is delivered again"},
	{SUBJECT_INPUT, "quarantined", "mend it at the source and deliver it again"},
	{SUBJECT_RECEIVED, "fetching", "the next receive finishes or forgets it"},
	{SUBJECT_RECEIVED, "stored", "the next ingest reads it"},
	{SUBJECT_RECEIVED, "orphan",
		"nothing of ours fits to it; ask the partner what it is about, then gridspool close ID --reason TEXT"},
	{SUBJECT_RECEIVED, "contradiction",
		"nothing was changed by it; ask the partner what is meant, then gridspool close ID --reason TEXT"},
	{SUBJECT_RECEIVED, "quarantined",
		"it cannot be understood; ask the partner for a good one"},
	{SUBJECT_UNIT, "due", "the next run converts it"},
	{SUBJECT_UNIT, "converting", "a run converts it, or was cut; the next one does it again"},
	{SUBJECT_UNIT, "failed", "mend what the reason says, then gridspool retry ID"},
	{SUBJECT_UNIT, "quarantined",
		"the converter died on it; report it, then gridspool retry ID or gridspool close ID --reason TEXT"},
};

/* Does it name no verb but those that are allowed now? */
static bool may_be_done(struct str piece, struct str allowed)
{
	for (unsigned i = 0; i < VERBS_KINDS; i++) {
		const char *verb = verbs_name((enum verbs_kind)i);
		char command[40];
		(void)snprintf(command, sizeof(command), "gridspool %s ", verb);
		if (str_find(piece, str_c(command), 0) != SIZE_MAX &&
			str_find(allowed, str_c(verb), 0) == SIZE_MAX)
			return false;
	}
	return true;
}

/* The pieces of it, parted by "; ", that can be done now. */
static struct str feasible(struct story *t, struct str command)
{
	struct str kept = STR("");

	while (command.n > 0) {
		const size_t end = str_find(command, STR("; "), 0);
		struct str piece = end == SIZE_MAX ? command : str_sub(command, 0, end);
		command = str_from(command, end == SIZE_MAX ? command.n : end + 2);
		if (!may_be_done(piece, t->verbs))
			continue;
		if (kept.n == 0 && str_starts(piece, STR("or ")))
			piece = str_from(piece, 3);
		kept = arena_printf(t->arena, STR_FMT "%s" STR_FMT, STR_ARG(kept),
			kept.n > 0 ? "; " : "", STR_ARG(piece));
	}
	return kept;
}

/* What the table of reasons says is to be done, with this subject's ID in it, and without the advice to
 * look at what is being read. */
static struct str remedy(struct story *t, struct str command, struct str id)
{
	const struct str look = STR("gridspool show ID; ");
	struct buf b;
	struct str kept;
	size_t at = 0;

	if (str_starts(command, look))
		command = str_sub(command, look.n, command.n - look.n);
	command = feasible(t, command);
	buf_init(&b, 2000);
	while ((at = str_find(command, STR(" ID"), 0)) != SIZE_MAX) {
		buf_str(&b, str_sub(command, 0, at + 1));
		buf_str(&b, id);
		command = str_sub(command, at + 3, command.n - at - 3);
	}
	buf_str(&b, command);
	kept = arena_str(t->arena, buf_view(&b));
	buf_done(&b);
	return kept;
}

void story_next_tell(struct story *t, const struct subject *s, struct str state, struct str reason)
{
	const struct reason *known = reason_find(reason);
	const enum subject_kind kind = s->kind;

	if (known &&
		(str_is(state, "held") || str_is(state, "quarantined") || str_is(state, "failed") ||
			str_is(reason, "AGREEMENT-GONE"))) {
		t->next = remedy(t, str_c(known->command), s->name);
		return;
	}
	t->next = STR("nothing");
	for (size_t i = 0; i < sizeof(nexts) / sizeof(nexts[0]); i++) {
		if (nexts[i].kind == kind && str_is(state, nexts[i].state))
			t->next = remedy(t, str_c(nexts[i].text), s->name);
	}
}
