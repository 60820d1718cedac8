/* gridspool codes: what the codes of findings and the reasons mean, and what to do. */
#include "cli/cmd_codes.h"

#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/mem.h"
#include "cli/args.h"
#include "cli/columns.h"
#include "model/codes.h"
#include "model/tolerance.h"
#include "stage/reason.h"

enum { OUT_MAX = 1 << 20 };

static const char usage[] =
	"usage: gridspool codes [CODE]\n"
	"\n"
	"Lists the codes of findings (what is wrong in data), the reasons (why a file or a partner waits)\n"
	"and the tolerances (what partners may be forgiven); with CODE, what this one means and what to\n"
	"do. Codes that a map's <require> gives are the map's own and not listed.\n"
	"\n"
	"Exit codes: 0 printed; 64 there is no such code.\n"
	"\n"
	"Example:\n"
	"  gridspool codes HOST-KEY-CHANGED\n";

static void code_json(struct json *j, const struct code *c)
{
	json_object(j);
	json_member_c(j, "code", c->name);
	json_member_c(j, "severity", codes_severity(c->severity));
	json_member_c(j, "meaning", c->meaning);
	json_member_c(j, "remedy", c->remedy);
	json_end(j, '}');
}

static void reason_json(struct json *j, const struct reason *r)
{
	json_object(j);
	json_member_c(j, "reason", r->code);
	json_member_c(j, "meaning", r->meaning);
	json_member_c(j, "owner", r->owner);
	json_member_c(j, "command", r->command);
	json_end(j, '}');
}

static void tolerance_json(struct json *j, const struct tolerance_row *t)
{
	json_object(j);
	json_member_c(j, "tolerance", t->name);
	json_name(j, "usual");
	json_bool(j, t->usual);
	json_member_c(j, "meaning", t->meaning);
	json_name(j, "codes");
	json_array(j);
	for (size_t i = 0; i < TOLERANCE_CODES && t->codes[i]; i++)
		json_str(j, str_c(t->codes[i]));
	json_end(j, ']');
	json_end(j, '}');
}

static void list_json(struct buf *out)
{
	struct json j;
	size_t n = 0;
	const struct code *codes = codes_all(&n);
	const struct reason *reasons = NULL;

	json_init(&j, out, true);
	json_object(&j);
	json_name(&j, "findings");
	json_array(&j);
	for (size_t i = 0; i < n; i++)
		code_json(&j, &codes[i]);
	json_end(&j, ']');
	reasons = reason_all(&n);
	json_name(&j, "reasons");
	json_array(&j);
	for (size_t i = 0; i < n; i++)
		reason_json(&j, &reasons[i]);
	json_end(&j, ']');
	json_name(&j, "tolerances");
	json_array(&j);
	for (size_t i = 0; i < TOLERANCES; i++)
		tolerance_json(&j, &tolerance_rows()[i]);
	json_end(&j, ']');
	json_end(&j, '}');
	buf_ch(out, '\n');
}

static void list(struct buf *out)
{
	struct arena a;
	struct columns c;
	size_t n = 0;
	const struct code *codes = codes_all(&n);
	const struct reason *reasons = NULL;

	arena_init(&a);
	columns_init(&c, &a, 3);
	columns_add(&c, (const struct str[]){STR("FINDING"), STR("SEVERITY"), STR("MEANING")});
	for (size_t i = 0; i < n; i++)
		columns_add(&c,
			(const struct str[]){str_c(codes[i].name),
				str_c(codes_severity(codes[i].severity)), str_c(codes[i].meaning)});
	columns_print(&c, out);
	buf_ch(out, '\n');
	reasons = reason_all(&n);
	columns_init(&c, &a, 3);
	columns_add(&c, (const struct str[]){STR("REASON"), STR("OWNER"), STR("MEANING")});
	for (size_t i = 0; i < n; i++)
		columns_add(&c,
			(const struct str[]){str_c(reasons[i].code), str_c(reasons[i].owner),
				str_c(reasons[i].meaning)});
	columns_print(&c, out);
	buf_ch(out, '\n');
	columns_init(&c, &a, 3);
	columns_add(&c, (const struct str[]){STR("TOLERANCE"), STR("FOR"), STR("MEANING")});
	for (size_t i = 0; i < TOLERANCES; i++)
		columns_add(&c,
			(const struct str[]){str_c(tolerance_rows()[i].name),
				tolerance_rows()[i].usual ? STR("all") : STR("some"),
				str_c(tolerance_rows()[i].meaning)});
	columns_print(&c, out);
	arena_done(&a);
}

/* What has the name that was asked for. A finding and a reason may well have the same. */
struct named {
	const struct code *code;
	const struct reason *reason;
	const struct tolerance_row *tolerance;
};

static const struct tolerance_row *tolerance_named(struct str name)
{
	for (size_t i = 0; i < TOLERANCES; i++)
		if (str_is(name, tolerance_rows()[i].name))
			return &tolerance_rows()[i];
	return NULL;
}

static void tolerance_text_of(struct buf *out, const struct tolerance_row *t)
{
	buf_printf(out, "%s (tolerance)\n  meaning:  %s\n  granted:  %s\n  covers:  ", t->name,
		t->meaning,
		t->usual ? "to everybody, unless tolerate=\"none\" is said"
			 : "to partners whose tolerate= names it; gridspool validate --tolerate");
	for (size_t i = 0; i < TOLERANCE_CODES && t->codes[i]; i++)
		buf_printf(out, " %s", t->codes[i]);
	buf_ch(out, '\n');
}

static void one(struct buf *out, const struct named *x, bool as_json)
{
	const struct code *c = x->code;
	const struct reason *r = x->reason;
	struct json j;

	json_init(&j, out, true);
	if (as_json) {
		json_array(&j);
		if (c)
			code_json(&j, c);
		if (r)
			reason_json(&j, r);
		if (x->tolerance)
			tolerance_json(&j, x->tolerance);
		json_end(&j, ']');
		buf_ch(out, '\n');
		return;
	}
	if (c)
		buf_printf(out, "%s (finding, %s)\n  meaning:  %s\n  remedy:   %s\n", c->name,
			codes_severity(c->severity), c->meaning, c->remedy);
	if (r)
		buf_printf(out, "%s (reason)\n  meaning:  %s\n  owner:    %s\n  what now: %s\n",
			r->code, r->meaning, r->owner, r->command);
	if (x->tolerance)
		tolerance_text_of(out, x->tolerance);
}

static int refuse(const char *name, const struct cli *cli)
{
	size_t ncodes = 0;
	size_t nreasons = 0;
	const struct code *codes = codes_all(&ncodes);
	const struct reason *reasons = reason_all(&nreasons);
	const size_t n = ncodes + nreasons + TOLERANCES;
	const char **names = mem_array(n, sizeof(*names));
	const char *near = NULL;
	struct err e;

	for (size_t i = 0; i < ncodes; i++)
		names[i] = codes[i].name;
	for (size_t i = 0; i < nreasons; i++)
		names[ncodes + i] = reasons[i].code;
	for (size_t i = 0; i < TOLERANCES; i++)
		names[ncodes + nreasons + i] = tolerance_rows()[i].name;
	near = str_suggest(str_c(name), names, n);
	(void)err_set(&e, ERR_USAGE,
		"there is no code %s%s%s; codes of a map are explained in the map", name,
		near ? ", did you mean " : "", near ? near : "");
	mem_free(names);
	return command_fail(cli, &e);
}

static int run(int argc, char **argv, const struct cli *cli)
{
	struct args args;
	struct err e;
	struct buf out;
	int status = 0;

	if (args_parse(argc, argv, NULL, 0, 0, 1, "CODE", &args, &e) == -1)
		return command_fail(cli, &e);
	buf_init(&out, OUT_MAX);
	if (args.n == 1) {
		const struct str name = str_c(args.rest[0]);
		const struct named x = {codes_find(name), reason_find(name), tolerance_named(name)};
		if (x.code || x.reason || x.tolerance)
			one(&out, &x, cli->json);
		else
			status = refuse(args.rest[0], cli);
	} else if (cli->json) {
		list_json(&out);
	} else {
		list(&out);
	}
	if (command_write(&out, "the list of codes", &e) == -1)
		status = command_fail(cli, &e);
	buf_done(&out);
	return status;
}

const struct command_ops cmd_codes_ops = {
	.name = "codes",
	.summary = "what the codes of findings and the reasons mean",
	.usage = usage,
	.json = true,
	.run = run,
};
