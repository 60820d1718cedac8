/* gridspool format list: the messages that are defined. */
#include "base/json.h"
#include "cli/args.h"
#include "cli/cmd_format.h"
#include "cli/columns.h"
#include "cli/formats.h"

enum { OUT_MAX = 1 << 20 };

static const char usage[] =
	"usage: gridspool format list [--env DIR] [--json]\n"
	"\n"
	"Lists the messages that are defined: what maps can make and files be checked by.\n"
	"\n"
	"  --env DIR   with the definitions of this environment's bundle\n"
	"\n"
	"Exit codes: 0 printed; 64 usage; 65 there is no such folder; 78 a definition is wrong.\n"
	"\n"
	"Example:\n"
	"  gridspool format list\n";

static void list_json(const struct formats *f, struct buf *out)
{
	struct json j;

	json_init(&j, out, true);
	json_array(&j);
	for (size_t i = 0; i < f->n; i++) {
		json_object(&j);
		json_member(&j, "format", f->all[i].format);
		json_member(&j, "version", f->all[i].version);
		json_member(&j, "message", f->all[i].id);
		json_member(&j, "name", f->all[i].def->name);
		json_end(&j, '}');
	}
	json_end(&j, ']');
	buf_ch(out, '\n');
}

static void list_text(struct formats *f, struct buf *out)
{
	struct columns c;

	columns_init(&c, &f->arena, 4);
	columns_add(&c,
		(const struct str[]){STR("FORMAT"), STR("VERSION"), STR("MESSAGE"), STR("NAME")});
	for (size_t i = 0; i < f->n; i++)
		columns_add(&c,
			(const struct str[]){f->all[i].format, f->all[i].version, f->all[i].id,
				f->all[i].def->name});
	columns_print(&c, out);
}

static int list(struct formats *f, const char *env, bool json, struct buf *out, struct err *e)
{
	if (formats_open(f, env, e) == -1)
		return -1;
	for (size_t i = 0; i < f->n; i++)
		if (formats_load(f, &f->all[i], STR(""), e) == -1)
			return -1;
	if (json)
		list_json(f, out);
	else
		list_text(f, out);
	return command_write(out, "the list of messages", e);
}

static int run(int argc, char **argv, const struct cli *cli)
{
	const char *env = NULL;
	const struct args_option options[] = {{.name = "env", .value = &env}};
	struct formats f;
	struct args a;
	struct buf out;
	struct err e;
	int rc = -1;

	if (args_parse(argc, argv, options, 1, 0, 0, "", &a, &e) == -1)
		return command_fail(cli, &e);
	buf_init(&out, OUT_MAX);
	rc = list(&f, env, cli->json, &out, &e);
	buf_done(&out);
	formats_close(&f);
	return rc == -1 ? command_fail(cli, &e) : 0;
}

const struct command_ops cmd_format_list_ops = {
	.name = "list",
	.summary = "the messages that are defined",
	.usage = usage,
	.json = true,
	.run = run,
};
