/* A lock between processes; see lock.h. */
#include "base/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/beneath.h"
#include "base/clock.h"
#include "base/fsx.h"

enum {
	TRIES = 64, /* the file is replaced between opening and locking it */
	NOTE_TRIES = 40,
	NOTE_PAUSE_MS = 50,
	NOTE_MAX = 200 /* bytes of the holder's note that are told */
};

static void read_note(int fd, char note[NOTE_MAX + 1])
{
	ssize_t n = pread(fd, note, NOTE_MAX, 0);

	while (n > 0 && str_is_blank(note[n - 1]))
		n--;
	note[n > 0 ? n : 0] = '\0';
}

/* Who has the lock, as it wrote itself; control characters are taken out. One that took it just now
 * may not have written yet, and what is there is of its predecessor: it counts once it stays. */
static int busy(int fd, const char *name, struct err *e)
{
	char before[NOTE_MAX + 1] = "";
	char note[NOTE_MAX + 1];

	read_note(fd, note);
	for (int i = 0; i < NOTE_TRIES && (!note[0] || strcmp(note, before) != 0); i++) {
		memcpy(before, note, sizeof(before));
		clock_sleep_ms(NOTE_PAUSE_MS);
		read_note(fd, note);
	}
	for (char *p = note; *p; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			*p = ' ';
	return err_set(e, ERR_BUSY, "%s is held by %s", name, note[0] ? note : "another process");
}

/* 1 locked, 0 the name leads to another file by now (try again), -1 failed or busy. */
static int lock_once(int dir, const char *name, int fd, struct err *e)
{
	struct stat ours;
	struct stat named;

	while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		if (errno == EINTR)
			continue;
		return errno == EWOULDBLOCK ? busy(fd, name, e)
					    : err_errno(e, ERR_IO, "lock %s", name);
	}
	if (fstat(fd, &ours) != 0)
		return err_errno(e, ERR_IO, "look at %s", name);
	if (fstatat(dir, name, &named, AT_SYMLINK_NOFOLLOW) != 0)
		return errno == ENOENT ? 0 : err_errno(e, ERR_IO, "look at %s", name);
	return ours.st_ino == named.st_ino && ours.st_dev == named.st_dev;
}

int lock_take(int dir, const char *name, struct str note, int *fd, struct err *e)
{
	int rc = 0;
	int f = -1;

	if (!beneath_name_ok(str_c(name)))
		return err_set(e, ERR_INPUT, "%s cannot be the name of a lock", name);
	for (int i = 0; rc == 0 && i < TRIES; i++) {
		fsx_close(f);
		f = beneath_open_file(dir, name, O_RDWR | O_CREAT, 0600, e);
		rc = f == -1 ? -1 : lock_once(dir, name, f, e);
	}
	if (rc == 0)
		rc = err_set(e, ERR_BUSY, "%s is being replaced all the time", name);
	if (rc == 1 && ftruncate(f, 0) != 0)
		rc = err_errno(e, ERR_IO, "write %s", name);
	if (rc == 1 && fsx_write_all(f, note.p, note.n, e) != 0)
		rc = -1;
	if (rc != 1) {
		fsx_close(f);
		return -1;
	}
	*fd = f;
	return 0;
}

bool lock_file(int fd, int64_t ms)
{
	const struct clock clock = clock_system();
	const int64_t end = clock_ms(&clock) + ms;
	int64_t pause = 1;

	while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		if ((errno != EINTR && errno != EWOULDBLOCK) || clock_ms(&clock) >= end)
			return false;
		clock_sleep_ms(pause);
		pause = pause < 20 ? pause * 2 : 20;
	}
	return true;
}

void lock_file_end(int fd)
{
	(void)flock(fd, LOCK_UN);
}
