/* Names beneath a folder; see beneath.h. */
#include "base/beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/openat2.h>

#include "base/limits.h"
#include "base/mem.h"

enum {
	TRIES = 64 /* EAGAIN of openat2 when folders move meanwhile */
};

/* more is further RESOLVE_ flags. */
static int open_resolve(int dir, const char *name, int flags, mode_t mode, unsigned more)
{
	struct open_how how;
	long fd = -1;

	memset(&how, 0, sizeof(how));
	how.flags = (uint64_t)(unsigned)(flags | O_CLOEXEC);
	how.mode = mode;
	how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | more;
	for (int i = 0; i < TRIES; i++) {
		fd = syscall(SYS_openat2, dir, name, &how, sizeof(how));
		if (fd != -1 || (errno != EAGAIN && errno != EINTR))
			break;
	}
	return (int)fd;
}

int beneath_open(int dir, const char *name, int flags, mode_t mode)
{
	return open_resolve(dir, name, flags, mode, 0);
}

int beneath_open_unmounted(int dir, const char *name, int flags, mode_t mode)
{
	return open_resolve(dir, name, flags, mode, RESOLVE_NO_XDEV);
}

int beneath_error(const char *name, struct err *e)
{
	switch (errno) {
	case ELOOP:
		return err_set(e, ERR_INPUT,
			"open %s: it is, or leads through, a symbolic link; none is followed here",
			name);
	case EISDIR:
		return err_set(e, ERR_INPUT, "open %s: this is a folder, not a regular file", name);
	case EXDEV:
		return err_set(e, ERR_INPUT, "open %s: the name leads out of its folder", name);
	case ENXIO:
		return err_set(e, ERR_INPUT, "open %s: this is a socket, not a regular file", name);
	case ENOSYS:
		return err_set(e, ERR_CONFIG,
			"open %s: this system has no openat2; Linux 5.6 or newer is needed", name);
	default:
		return err_errno(e, ERR_IO, "open %s", name);
	}
}

/* Of what could be opened: links and sockets cannot. */
static const char *kind(mode_t mode)
{
	return S_ISDIR(mode) ? "a folder" : S_ISFIFO(mode) ? "a FIFO" : "a device";
}

/* A descriptor opened with O_NONBLOCK: checked to be a regular file, and set to block. */
static int must_be_file(int fd, const char *name, struct err *e)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return err_errno(e, ERR_IO, "look at %s", name);
	if (!S_ISREG(st.st_mode))
		return err_set(e, ERR_INPUT, "open %s: this is %s, not a regular file", name,
			kind(st.st_mode));
	const int flags = fcntl(fd, F_GETFL);
	if (flags == -1 || fcntl(fd, F_SETFL, flags & ~O_NONBLOCK) == -1)
		return err_errno(e, ERR_IO, "open %s", name);
	return 0;
}

int beneath_open_file(int dir, const char *name, int flags, mode_t mode, struct err *e)
{
	const int fd = beneath_open(dir, name, flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, mode);

	if (fd == -1)
		return beneath_error(name, e);
	if (must_be_file(fd, name, e) != 0) {
		(void)close(fd);
		return -1;
	}
	return fd;
}

bool beneath_name_ok(struct str name)
{
	if (name.n == 0 || name.n > LIMIT_NAME || str_is(name, ".") || str_is(name, ".."))
		return false;
	return str_chr(name, '/') == SIZE_MAX && str_chr(name, '\0') == SIZE_MAX;
}

int beneath_split(int dir, const char *name, struct beneath *b, struct err *e)
{
	const char *slash = strrchr(name, '/');
	char *parent = NULL;
	int rc = -1;

	b->base = slash ? slash + 1 : name;
	b->dir = dir;
	b->own = slash != NULL;
	if (!beneath_name_ok(str_c(b->base)))
		return err_set(e, ERR_INPUT, "%s cannot be the name of a file here", name);
	if (!slash)
		return 0;
	parent = mem_strndup(name, (size_t)(slash - name));
	b->dir = beneath_open(dir, parent, O_RDONLY | O_DIRECTORY, 0);
	rc = b->dir == -1 ? beneath_error(parent, e) : 0;
	mem_free(parent);
	return rc;
}

void beneath_done(const struct beneath *b)
{
	if (b->own)
		(void)close(b->dir);
}
