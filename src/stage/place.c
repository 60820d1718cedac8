/* Places; see place.h. */
#include "stage/place.h"

#include <string.h>

#include "base/beneath.h"
#include "base/fsx_tree.h"

const char *place_name(const char *place)
{
	const char *slash = strrchr(place, '/');

	return slash ? slash + 1 : place;
}

const char *place_split(const char *place, char folder[LIMIT_PATH])
{
	const char *name = place_name(place);
	const size_t n = (size_t)(name - place);

	if (n == 0 || n > LIMIT_PATH)
		return NULL;
	memcpy(folder, place, n - 1);
	folder[n - 1] = '\0';
	return name;
}

int64_t place_number(const char *name, const char *prefix)
{
	const char *at = strstr(name, prefix);
	int64_t id = 0;
	size_t n = 0;

	if (!at)
		return 0;
	at += strlen(prefix);
	while (at[n] >= '0' && at[n] <= '9')
		n++;
	return n > 0 && str_to_i64((struct str){at, n}, &id) ? id : 0;
}

/* The folder of a place, open; *name is the rest. */
static int folder_of(const struct env *v, const char *place, const char **name, struct err *e)
{
	char folder[LIMIT_PATH];

	*name = place_split(place, folder);
	if (!*name)
		return err_set(e, ERR_CORRUPT, "'%s' is no place of the spool", place);
	return env_folder(v, folder, e);
}

bool place_inside(struct str place)
{
	struct str part;

	while (str_split(&place, '/', &part))
		if (!beneath_name_ok(part))
			return false;
	return true;
}

int place_stat(const struct env *v, const char *place, struct stat *st, struct err *e)
{
	return !place_inside(str_c(place)) ? 0 : fsx_stat(v->dir, place, st, e);
}

int place_move(const struct env *v, const char *from, const char *to, struct err *e)
{
	const char *from_name = NULL;
	const char *to_name = NULL;
	struct stat st;
	int a = -1;
	int b = -1;
	int rc = place_stat(v, from, &st, e);

	if (rc != 1)
		return rc;
	a = folder_of(v, from, &from_name, e);
	b = a == -1 ? -1 : folder_of(v, to, &to_name, e);
	rc = b == -1 || fsx_move(a, from_name, b, to_name, e) == -1 ? -1 : 1;
	fsx_close(a);
	fsx_close(b);
	return rc;
}

int place_bring(const struct env *v, const char *from, const char *to, struct err *e)
{
	struct stat st;
	int rc = place_stat(v, to, &st, e);

	if (rc == 0)
		rc = place_move(v, from, to, e);
	if (rc == 0 || (rc == -1 && e->code == ERR_ABSENT)) /* another process may be faster */
		rc = place_stat(v, to, &st, e);
	if (rc == 0)
		return err_set(e, ERR_ABSENT, "neither %s nor %s is there", from, to);
	return rc == 1 ? 0 : -1;
}

int place_remove(const struct env *v, const char *place, struct err *e)
{
	const char *name = NULL;
	struct stat st;
	int dir = -1;
	int rc = place_stat(v, place, &st, e);

	if (rc != 1)
		return rc;
	dir = folder_of(v, place, &name, e);
	if (dir == -1)
		return -1;
	rc = S_ISDIR(st.st_mode) ? fsx_tree_remove(dir, name, e) : fsx_remove(dir, name, e);
	fsx_close(dir);
	return rc;
}
