/*
 * Credentials as files; see cred.h. A secret has pages of its own: locked where the limits allow
 * it, left out of cores, wiped before they are given back.
 */
#include "secure/cred.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/beneath.h"
#include "base/fsx.h"
#include "base/mem.h"

enum { CRED_MAX = 64 << 10 };

struct cred {
	char *p;
	size_t n;
	size_t pages; /* bytes mapped; there is a 0 behind the n-th */
};

static struct cred *reserve(size_t n)
{
	struct cred *c = mem_alloc(sizeof(*c));
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	const int flags = MAP_PRIVATE | MAP_ANONYMOUS;

	c->n = n;
	c->pages = (mem_add(n, 1) + page - 1) / page * page;
	c->p = mmap(NULL, c->pages, PROT_READ | PROT_WRITE, flags, -1, 0);
	if (c->p == MAP_FAILED)
		mem_exhausted();
	/* A plain user may lock little or nothing; then swap is the administrator's to encrypt. */
	(void)mlock(c->p, c->pages);
	(void)madvise(c->p, c->pages, MADV_DONTDUMP);
	return c;
}

struct str cred_secret(const struct cred *c)
{
	return (struct str){c->p, c->n};
}

void cred_free(struct cred *c)
{
	if (!c)
		return;
	explicit_bzero(c->p, c->pages);
	(void)munmap(c->p, c->pages);
	mem_free(c);
}

static bool name_ok(const char *name)
{
	if (!beneath_name_ok(str_c(name)))
		return false;
	for (const char *p = name; *p; p++)
		if (!str_is_alpha(*p) && !str_is_digit(*p) && !strchr("._-", *p))
			return false;
	return true;
}

/* Is it a file that only we can read? */
static int check(int fd, const char *name, size_t *size, struct err *e)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return err_errno(e, ERR_IO, "look at keys/%s", name);
	const unsigned mode = st.st_mode & 07777;
	if (st.st_uid != geteuid())
		return err_set(e, ERR_CONFIG,
			"keys/%s: belongs to user %u, but gridspool runs as user %u; in the "
			"environment's folder: chown %u keys/%s",
			name, (unsigned)st.st_uid, (unsigned)geteuid(), (unsigned)geteuid(), name);
	if (mode != 0400 && mode != 0600)
		return err_set(e, ERR_CONFIG,
			"keys/%s: its mode is %04o, a credential must be 0400; change the secret if others "
			"could read it, and in the environment's folder: chmod 0400 keys/%s",
			name, mode, name);
	if (st.st_size == 0)
		return err_set(e, ERR_CONFIG, "keys/%s: the file is empty", name);
	if (st.st_size > CRED_MAX)
		return err_set(
			e, ERR_LIMIT, "keys/%s: larger than 64 KiB; is it a credential?", name);
	*size = (size_t)st.st_size;
	return 0;
}

int cred_load(int keys_dir, const char *name, struct cred **out, struct err *e)
{
	struct cred *c = NULL;
	size_t size = 0;
	size_t got = 0;
	int fd = -1;
	int rc = -1;

	if (!name_ok(name))
		return err_set(e, ERR_CONFIG,
			"a credential's name has only letters, digits, '.', '_' and '-'");
	fd = fsx_open(keys_dir, name, e);
	if (fd == -1 && e->code == ERR_ABSENT)
		return err_set(e, ERR_ABSENT,
			"keys/%s: there is no such credential; put it there with mode 0400", name);
	if (fd == -1)
		return err_wrap(e, "keys/%s", name);
	if (check(fd, name, &size, e) != 0)
		goto out;
	c = reserve(size);
	if (fsx_pread(fd, c->p, size, 0, &got, e) != 0) {
		(void)err_wrap(e, "keys/%s", name);
		goto out;
	}
	if (got != size) {
		(void)err_set(e, ERR_IO, "keys/%s: changed while it was read; try again", name);
		goto out;
	}
	*out = c;
	c = NULL;
	rc = 0;
out:
	cred_free(c);
	fsx_close(fd);
	return rc;
}
