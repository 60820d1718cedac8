/* gridspool status: how things stand, in a glance. */
#include "cli/cmd_status.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/json.h"
#include "base/utf8.h"
#include "cli/columns.h"
#include "cli/verb.h"
#include "stage/status.h"

static const char usage[] =
	"usage: gridspool status [--env DIR] [--since AGE] [--max-age AGE]\n"
	"\n"
	"One line a partner: interchanges sent (answers are expected), waiting to be sent, accepted,\n"
	"accepted with errors, rejected, overdue, held, in doubt. Then by number what a person should\n"
	"look at (gridspool show tells its story), what waits and why, and the newest run. What is\n"
	"finished is counted of the last 7 days.\n"
	"\n"
	"  --env DIR       the environment; else the current folder\n"
	"  --since AGE     count what was finished in that time: 26h, 7d\n"
	"  --max-age AGE   leave with 1 if no run has finished within that time\n"
	"\n"
	"exit status: 0; 1 with --max-age, no run finished in time; 64 usage; 78 configuration\n"
	"\n"
	"example: gridspool status --max-age 26h\n";

enum { OUTPUT_MAX = 16 << 20 };

/* The columns, in their order; JSON calls them the same with '-'. */
static const struct {
	enum status_word word;
	const char *title;
	const char *name;
} shown[] = {
	{STATUS_SENT, "sent", "sent"},
	{STATUS_WAITING, "waiting", "waiting"},
	{STATUS_ACCEPTED, "accepted", "accepted"},
	{STATUS_ERRORS, "errors", "with-errors"},
	{STATUS_REJECTED, "rejected", "rejected"},
	{STATUS_OVERDUE, "overdue", "overdue"},
	{STATUS_HELD, "held", "held"},
	{STATUS_DOUBT, "in doubt", "in-doubt"},
	{STATUS_QUARANTINED, "quarantined", "quarantined"},
	{STATUS_MAKING, "converting", "converting"},
	{STATUS_CLOSED, "closed", "closed"},
};

enum { SHOWN = sizeof(shown) / sizeof(shown[0]), WIDE = 8 };
enum { NAMED_MAX = 30 }; /* interchanges told by number: more are no glance */

static struct str moment(struct arena *a, int64_t at)
{
	char text[DATE_TEXT];

	return at > 0 ? arena_str(a, date_iso(at, text)) : STR("-");
}

/* "in doubt" is the eighth and last word of a line; rarer ones only when they are there. */
static void print_partners(const struct status *s, struct arena *a, struct buf *out)
{
	static const struct str none = {"-", 1};
	const size_t width = 10;
	size_t widest = 20;

	for (size_t k = 0; k < s->npartners; k++)
		widest = s->partners[k].name.n > widest ? s->partners[k].name.n : widest;
	buf_printf(out, "%-*s", (int)widest, "partner");
	for (size_t i = 0; i < WIDE; i++)
		buf_printf(out, "%*s", (int)width, shown[i].title);
	buf_printf(out, "  %s\n", "last activity");
	for (size_t k = 0; k < s->npartners; k++) {
		const struct status_partner *p = &s->partners[k];
		const struct str last = p->last > 0 ? moment(a, p->last) : none;
		buf_printf(out, "%-*s", (int)widest, arena_cstr(a, p->name));
		for (size_t i = 0; i < WIDE; i++)
			buf_printf(out, "%*" PRId64, (int)width, p->count[shown[i].word]);
		buf_printf(out, "  " STR_FMT "\n", STR_ARG(last));
	}
}

static void line(struct buf *out, const char *what, struct str name, struct str text)
{
	buf_printf(out, "%s ", what);
	utf8_quote(out, name, 200);
	buf_c(out, ": ");
	utf8_quote(out, text, 600);
	buf_ch(out, '\n');
}

static void print_named(const struct status *s, struct arena *a, struct buf *out)
{
	const struct status_named *x = s->named;
	size_t more = 0;

	for (size_t i = 0; x && i < NAMED_MAX; i++, x = x->next)
		line(out, "interchange", arena_printf(a, "%06" PRId64, x->id),
			arena_printf(a, STR_FMT ", %s%s" STR_FMT "%s" STR_FMT, STR_ARG(x->partner),
				status_text(x->word), x->reason.n ? ": " : "", STR_ARG(x->reason),
				x->note.n ? ": " : "", STR_ARG(x->note)));
	for (; x; x = x->next)
		more++;
	if (more > 0)
		buf_printf(out, "and %zu more interchanges: gridspool status --json names all\n",
			more);
}

static void print_agreement(const struct status_agreement *g, struct arena *a, struct buf *out)
{
	if (g->next.n > 0)
		line(out, "agreement", g->name,
			arena_printf(a, "begins " STR_FMT, STR_ARG(g->next)));
	if (g->missed.n > 0)
		line(out, "agreement", g->name,
			arena_printf(a, "SLOT-MISSED: " STR_FMT, STR_ARG(g->missed)));
	if (g->waits.n > 0)
		line(out, "agreement", g->name,
			arena_printf(a, "waits: " STR_FMT, STR_ARG(g->waits)));
	if (g->failed.n > 0)
		line(out, "agreement", g->name,
			arena_printf(a, "not converted: " STR_FMT " (gridspool show u-%" PRId64 ")",
				STR_ARG(g->failed), g->unit));
	if (g->aside + g->rejected + g->held + g->due > 0)
		line(out, "agreement", g->name,
			arena_printf(a,
				"items: %" PRId64 " set aside, %" PRId64 " rejected, %" PRId64
				" held, %" PRId64 " due again (gridspool show " STR_FMT ")",
				g->aside, g->rejected, g->held, g->due, STR_ARG(g->name)));
	if (g->orphans > 0)
		line(out, "agreement", g->name,
			arena_printf(a,
				"%" PRId64
				" rows of joined sources are broken or belong to no item "
				"(gridspool show " STR_FMT ")",
				g->orphans, STR_ARG(g->name)));
}

static void print_waits(const struct status *s, struct arena *a, struct buf *out)
{
	for (size_t i = 0; i < s->npartners; i++) {
		const struct status_partner *p = &s->partners[i];
		if (p->backs_off)
			line(out, "partner", p->name,
				arena_printf(a,
					STR_FMT ": " STR_FMT "; next try " STR_FMT
						" (gridspool retry " STR_FMT " tries at once)",
					STR_ARG(p->reason), STR_ARG(p->note),
					STR_ARG(moment(a, p->next_try)), STR_ARG(p->name)));
	}
	for (size_t i = 0; i < s->nagreements; i++)
		print_agreement(&s->agreements[i], a, out);
	for (size_t i = 0; i < s->naway; i++)
		line(out, s->away[i].state.p, s->away[i].id,
			arena_printf(a, STR_FMT ": " STR_FMT " from " STR_FMT ": " STR_FMT,
				STR_ARG(s->away[i].reason), STR_ARG(s->away[i].name),
				STR_ARG(s->away[i].source), STR_ARG(s->away[i].note)));
}

static void print_alarms(const struct status *s, struct arena *a, struct buf *out)
{
	for (size_t i = 0; i < s->nalarms; i++)
		line(out, "alarm", s->alarms[i].place,
			arena_printf(a, STR_FMT ": " STR_FMT, STR_ARG(s->alarms[i].reason),
				STR_ARG(s->alarms[i].note)));
}

static void print_text(const struct status *s, struct arena *a, struct buf *out)
{
	print_partners(s, a, out);
	buf_ch(out, '\n');
	print_named(s, a, out);
	print_waits(s, a, out);
	print_alarms(s, a, out);
	if (s->run.id.n == 0)
		buf_c(out, "no run yet\n");
	else if (s->run.ended == 0)
		buf_printf(out, "run " STR_FMT " started " STR_FMT ", not finished\n",
			STR_ARG(s->run.id), STR_ARG(moment(a, s->run.started)));
	else
		line(out, "run", s->run.id,
			arena_printf(a, "ended " STR_FMT " with status %" PRId64 "%s" STR_FMT,
				STR_ARG(moment(a, s->run.ended)), s->run.status,
				s->run.note.n ? ": " : "", STR_ARG(s->run.note)));
}

static void json_partner(const struct status_partner *p, struct arena *a, struct json *j)
{
	json_object(j);
	json_member(j, "partner", p->name);
	for (size_t i = 0; i < SHOWN; i++)
		json_member_int(j, shown[i].name, p->count[shown[i].word]);
	json_member_opt(j, "last-activity", p->last > 0 ? moment(a, p->last) : STR(""));
	if (p->backs_off) {
		json_name(j, "back-off");
		json_object(j);
		json_member(j, "reason", p->reason);
		json_member(j, "note", p->note);
		json_member_int(j, "failures", p->failures);
		json_member(j, "next-try", moment(a, p->next_try));
		json_end(j, '}');
	}
	json_end(j, '}');
}

static void json_named(const struct status_named *x, struct arena *a, struct json *j)
{
	json_object(j);
	json_member(j, "id", arena_printf(a, "%06" PRId64, x->id));
	json_member(j, "name", x->name);
	json_member(j, "partner", x->partner);
	json_member(j, "agreement", x->agreement);
	json_member(j, "headline", str_c(status_text(x->word)));
	json_member_opt(j, "reason", x->reason);
	json_member_opt(j, "note", x->note);
	json_end(j, '}');
}

static void json_agreement(const struct status_agreement *g, struct arena *a, struct json *j)
{
	json_object(j);
	json_member(j, "agreement", g->name);
	json_member_opt(j, "next", g->next);
	json_member_opt(j, "missed", g->missed);
	json_member_opt(j, "waits", g->waits);
	json_member_opt(j, "failed", g->failed);
	if (g->failed.n > 0)
		json_member(j, "unit", arena_printf(a, "u-%" PRId64, g->unit));
	json_member_int(j, "set-aside", g->aside);
	json_member_int(j, "rejected", g->rejected);
	json_member_int(j, "held", g->held);
	json_member_int(j, "due", g->due);
	json_member_int(j, "orphan-rows", g->orphans);
	json_end(j, '}');
}

static void json_rest(const struct status *s, struct arena *a, struct json *j)
{
	json_name(j, "put-away");
	json_array(j);
	for (size_t i = 0; i < s->naway; i++) {
		json_object(j);
		json_member(j, "id", s->away[i].id);
		json_member(j, "state", s->away[i].state);
		json_member(j, "from", s->away[i].source);
		json_member(j, "name", s->away[i].name);
		json_member(j, "reason", s->away[i].reason);
		json_member(j, "note", s->away[i].note);
		json_end(j, '}');
	}
	json_end(j, ']');
	json_name(j, "alarms");
	json_array(j);
	for (size_t i = 0; i < s->nalarms; i++) {
		json_object(j);
		json_member(j, "reason", s->alarms[i].reason);
		json_member(j, "place", s->alarms[i].place);
		json_member(j, "note", s->alarms[i].note);
		json_end(j, '}');
	}
	json_end(j, ']');
	json_name(j, "run");
	if (s->run.id.n == 0) {
		json_null(j);
		return;
	}
	json_object(j);
	json_member(j, "id", s->run.id);
	json_member(j, "started", moment(a, s->run.started));
	if (s->run.ended > 0) {
		json_member(j, "ended", moment(a, s->run.ended));
		json_member_int(j, "status", s->run.status);
	}
	json_member_opt(j, "note", s->run.note);
	json_end(j, '}');
}

static void print_json(const struct status *s, struct arena *a, struct buf *out)
{
	struct json j;

	json_init(&j, out, true);
	json_object(&j);
	json_member(&j, "at", moment(a, s->now));
	json_member(&j, "since", moment(a, s->since));
	json_name(&j, "partners");
	json_array(&j);
	for (size_t i = 0; i < s->npartners; i++)
		json_partner(&s->partners[i], a, &j);
	json_end(&j, ']');
	json_name(&j, "interchanges");
	json_array(&j);
	for (const struct status_named *x = s->named; x; x = x->next)
		json_named(x, a, &j);
	json_end(&j, ']');
	json_name(&j, "agreements");
	json_array(&j);
	for (size_t i = 0; i < s->nagreements; i++)
		json_agreement(&s->agreements[i], a, &j);
	json_end(&j, ']');
	json_rest(s, a, &j);
	json_end(&j, '}');
	buf_ch(out, '\n');
}

/* max_age: 0 none. */
static int tell(struct env *v, const struct cli *cli, uint64_t since, uint64_t max_age)
{
	struct arena a;
	struct status s;
	struct buf out;
	struct err e;
	int status = 0;

	arena_init(&a);
	buf_init(&out, OUTPUT_MAX);
	if (status_load(v, clock_now(&v->clock) - (int64_t)since, &a, &s, &e) == -1) {
		status = command_fail(cli, &e);
	} else {
		if (cli->json)
			print_json(&s, &a, &out);
		else
			print_text(&s, &a, &out);
		if (command_write(&out, "the status", &e) == -1)
			status = command_fail(cli, &e);
		else if (max_age > 0 && s.now - s.finished > (int64_t)max_age) {
			(void)fprintf(stderr, "gridspool status: no run has finished since %s\n",
				s.finished > 0 ? arena_cstr(&a, moment(&a, s.finished))
					       : "the beginning");
			status = 1;
		}
	}
	buf_done(&out);
	arena_done(&a);
	return status;
}

static int run(int argc, char **argv, const struct cli *cli)
{
	const char *env = NULL;
	const char *since = "7d";
	const char *max_age = NULL;
	const struct args_option options[] = {{.name = "env", .value = &env},
		{.name = "since", .value = &since}, {.name = "max-age", .value = &max_age}};
	struct args args;
	struct err e;
	struct env v;
	uint64_t since_s = 0;
	uint64_t max_s = 0;
	int status = 0;

	if (args_parse(argc, argv, options, 3, 0, 0, "", &args, &e) == -1)
		return command_fail(cli, &e);
	if (!config_duration(str_c(since), &since_s) ||
		(max_age && (!config_duration(str_c(max_age), &max_s) || max_s == 0))) {
		(void)err_set(
			&e, ERR_USAGE, "a time is a number with s, m, h or d: 90s, 15m, 26h, 7d");
		return command_fail(cli, &e);
	}
	if (args_env(env, &env, &e) == -1)
		return command_fail(cli, &e);
	if (verb_look(&v, env, cli, &status) == -1)
		return status;
	status = tell(&v, cli, since_s, max_s);
	env_close(&v);
	return status;
}

const struct command_ops cmd_status_ops = {
	.name = "status",
	.summary = "how things stand, partner by partner",
	.usage = usage,
	.json = true,
	.run = run,
};
