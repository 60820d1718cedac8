/* Folders of partners and the environment; see outside.h. */
#include "stage/outside.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fsx.h"
#include "base/limits.h"

static bool same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* Is the folder the one of `env`, or below it? Up, folder by folder, as the kernel sees them. */
static bool inside(const struct stat *env, const char *path)
{
	char up[LIMIT_PATH * 2];
	struct stat st;
	struct stat below = {.st_ino = 0};
	struct err ignored;
	size_t n = strlen(path);

	if (n >= LIMIT_PATH)
		return false;
	memcpy(up, path, n + 1);
	for (bool first = true; n + 4 < sizeof(up); first = false) {
		const int fd = fsx_dir(up, &ignored);
		const bool there = fd != -1 && fstat(fd, &st) == 0;
		fsx_close(fd);
		if (!there || (!first && same(&st, &below))) /* the root is its own parent */
			return false;
		if (same(&st, env))
			return true;
		below = st;
		memcpy(up + n, "/..", 4);
		n += 3;
	}
	return false;
}

static void check_folder(const struct stat *env, const struct config_endpoint *ep, const char *what,
	struct str place, struct faults *f)
{
	const struct str path = place.n > 0
		? arena_printf(f->arena, STR_FMT "/" STR_FMT, STR_ARG(ep->path), STR_ARG(place))
		: arena_str(f->arena, ep->path);

	if (inside(env, path.p))
		(void)faults_add(f, ep->file, ep->line, 0,
			"%s of endpoint '" STR_FMT
			"', %s, lies inside this environment: a partner's "
			"folder must lie outside of it",
			what, STR_ARG(ep->name), path.p);
}

void outside_check(int dir, const struct config *c, struct faults *f)
{
	struct stat env;

	if (fstat(dir, &env) == -1)
		return;
	for (const struct config_partner *p = c->partners; p; p = p->next) {
		for (const struct config_endpoint *ep = p->endpoints; ep; ep = ep->next) {
			if (ep->path.n == 0)
				continue;
			if (ep->put.n > 0)
				check_folder(&env, ep, "put", ep->put, f);
			if (ep->get.n > 0)
				check_folder(&env, ep, "get", ep->get, f);
			if (ep->put.n == 0 && ep->get.n == 0)
				check_folder(&env, ep, "path", ep->put, f);
		}
	}
}
