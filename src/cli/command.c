/* The table of commands and what they share; see command.h. */
#include "cli/command.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "base/user.h"
#include "cli/cmd_check.h"
#include "cli/cmd_close.h"
#include "cli/cmd_codes.h"
#include "cli/cmd_control.h"
#include "cli/cmd_convert.h"
#include "cli/cmd_explain.h"
#include "cli/cmd_format.h"
#include "cli/cmd_fsck.h"
#include "cli/cmd_hold.h"
#include "cli/cmd_init.h"
#include "cli/cmd_inspect.h"
#include "cli/cmd_map.h"
#include "cli/cmd_reissue.h"
#include "cli/cmd_release.h"
#include "cli/cmd_resend.h"
#include "cli/cmd_resolve.h"
#include "cli/cmd_retry.h"
#include "cli/cmd_run.h"
#include "cli/cmd_show.h"
#include "cli/cmd_status.h"
#include "cli/cmd_validate.h"

/* In the order of help: the everyday ones first. */
static const struct command_ops *const all[] = {
	&cmd_init_ops,
	&cmd_check_ops,
	&cmd_run_ops,
	&cmd_status_ops,
	&cmd_show_ops,
	&cmd_retry_ops,
	&cmd_release_ops,
	&cmd_hold_ops,
	&cmd_resolve_ops,
	&cmd_resend_ops,
	&cmd_reissue_ops,
	&cmd_close_ops,
	&cmd_control_ops,
	&cmd_fsck_ops,
	&cmd_convert_ops,
	&cmd_validate_ops,
	&cmd_inspect_ops,
	&cmd_explain_ops,
	&cmd_map_ops,
	&cmd_format_ops,
	&cmd_codes_ops,
	NULL,
};

const struct command_ops *const *command_all(void)
{
	return all;
}

const struct command_ops *command_find(const struct command_ops *const *list, const char *name)
{
	for (size_t i = 0; list[i]; i++)
		if (strcmp(list[i]->name, name) == 0)
			return list[i];
	return NULL;
}

const char *command_near(const struct command_ops *const *list, const char *name)
{
	const char *names[sizeof(all) / sizeof(all[0])];
	size_t n = 0;

	for (; list[n] && n < sizeof(names) / sizeof(names[0]); n++)
		names[n] = list[n]->name;
	return str_suggest(str_c(name), names, n);
}

int command_fail(const struct cli *cli, const struct err *e)
{
	(void)fflush(stdout);
	(void)fprintf(stderr, "gridspool %s: %s%s%s%s\n", cli->command, e->reason,
		e->reason[0] ? ": " : "", e->text, e->code == ERR_USAGE ? " (see --help)" : "");
	return err_exit(e);
}

void command_fault_line(const struct fault *x, struct buf *out)
{
	if (x->line > 0 && x->column > 0)
		buf_printf(out, "%s:%u:%u: ", x->file, x->line, x->column);
	else if (x->line > 0)
		buf_printf(out, "%s:%u: ", x->file, x->line);
	else if (x->file[0])
		buf_printf(out, "%s: ", x->file);
	buf_printf(out, "%s%s", x->warning ? "warning: " : "", x->text);
}

void command_faults(const struct faults *f)
{
	struct buf line;

	buf_init(&line, 1 << 16);
	for (const struct fault *x = f->first; x; x = x->next) {
		buf_clear(&line);
		command_fault_line(x, &line);
		(void)fprintf(stderr, "%s\n", buf_cstr(&line));
	}
	buf_done(&line);
}

void command_faults_json(struct json *j, const struct faults *f)
{
	json_name(j, "faults");
	json_array(j);
	for (const struct fault *x = f->first; x; x = x->next) {
		json_object(j);
		json_member_c(j, "severity", x->warning ? "warning" : "error");
		json_member_opt(j, "file", str_c(x->file));
		if (x->line > 0)
			json_member_int(j, "line", x->line);
		if (x->column > 0)
			json_member_int(j, "column", x->column);
		json_member_c(j, "text", x->text);
		json_end(j, '}');
	}
	json_end(j, ']');
}

void command_print(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vprintf(fmt, ap);
	va_end(ap);
}

int command_write(const struct buf *out, const char *what, struct err *e)
{
	const struct str bytes = buf_view(out);

	if (buf_check(out, what, e) == -1)
		return -1;
	(void)fwrite(bytes.p, 1, bytes.n, stdout); /* main looks whether it was written */
	return 0;
}

void command_actor(char *out, size_t room)
{
	char name[200];

	if (user_name(getuid(), name, sizeof(name)))
		(void)snprintf(out, room, "user:%s", name);
	else
		(void)snprintf(out, room, "user:%lu", (unsigned long)getuid());
}
