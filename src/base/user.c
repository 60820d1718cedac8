/* Names of users; see user.h. */
#include "base/user.h"

#include <pwd.h>
#include <stdint.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/fsx.h"
#include "base/limits.h"

/* One line of passwd(5): name, password, number and more, with colons between. */
static bool is_user(struct str line, uid_t uid, struct str *name)
{
	struct str password;
	struct str number;
	int64_t n = 0;

	return str_split(&line, ':', name) && str_split(&line, ':', &password) &&
		str_split(&line, ':', &number) && str_to_i64(number, &n) && n == (int64_t)uid &&
		name->n > 0;
}

/* A user of this machine is looked up in its file alone: what getpwuid goes through for those of a directory
 * service does not survive a lack of memory in every case. */
static bool local_name(uid_t uid, char *out, size_t room)
{
	struct buf file;
	struct err e;
	struct str rest = {"", 0};
	struct str line = {"", 0};
	struct str name = {"", 0};
	bool found = false;

	buf_init(&file, LIMIT_PASSWD);
	if (fsx_read_path("/etc/passwd", &file, &e) == 0)
		rest = buf_view(&file);
	while (!found && str_split(&rest, '\n', &line))
		found = is_user(line, uid, &name);
	if (found)
		(void)snprintf(out, room, STR_FMT, STR_ARG(name));
	buf_done(&file);
	return found;
}

bool user_name(uid_t uid, char *out, size_t room)
{
	const struct passwd *user = NULL;

	if (local_name(uid, out, room))
		return true;
	user = getpwuid(uid);
	if (!user || !user->pw_name[0])
		return false;
	(void)snprintf(out, room, "%s", user->pw_name);
	return true;
}
