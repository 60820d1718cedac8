/*
 * Folders of exporters; see inbox.h. The ACL is written in the form that Linux keeps (xattr
 * system.posix_acl_default, version 2); a file system without ACLs does without it.
 */
#include "stage/inbox.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/fsx.h"

static const char acl_name[] = "system.posix_acl_default";

enum {
	ACL_VERSION = 2,
	ACL_USER_OBJ = 1,
	ACL_USER = 2,
	ACL_GROUP_OBJ = 4,
	ACL_MASK = 16,
	ACL_OTHER = 32,
	ACL_ENTRIES = 5,
	ACL_SIZE = 4 + 8 * ACL_ENTRIES
};

static void put(unsigned char *p, uint32_t v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (unsigned char)(v >> (8 * i));
}

/* The exporters' group and we ourselves may do all with what is made in there. */
static int share(int dir)
{
	const struct {
		uint32_t tag, rights, id;
	} entries[ACL_ENTRIES] = {{ACL_USER_OBJ, 7, UINT32_MAX}, {ACL_USER, 7, (uint32_t)geteuid()},
		{ACL_GROUP_OBJ, 7, UINT32_MAX}, {ACL_MASK, 7, UINT32_MAX},
		{ACL_OTHER, 0, UINT32_MAX}};
	unsigned char acl[ACL_SIZE];

	put(acl, ACL_VERSION, 4);
	for (size_t i = 0; i < ACL_ENTRIES; i++) {
		put(acl + 4 + 8 * i, entries[i].tag, 2);
		put(acl + 6 + 8 * i, entries[i].rights, 2);
		put(acl + 8 + 8 * i, entries[i].id, 4);
	}
	if (fsetxattr(dir, acl_name, acl, sizeof(acl), 0) == 0 || errno == ENOTSUP)
		return 0;
	return -1;
}

/* setgid comes from inbox/ by itself: a hardened service may not set it. */
static int make(int inbox, const char *name, struct err *e)
{
	const mode_t before = umask(0);
	const int rc = mkdirat(inbox, name, INBOX_SOURCE_MODE & 0777);
	const int why = errno;

	(void)umask(before);
	errno = why;
	if (rc == -1)
		return err_errno(e, ERR_IO, "make inbox/%s", name);
	return fsx_sync_dir(inbox, e);
}

int inbox_make(struct env *v, struct str source, struct err *e)
{
	char name[100];
	struct stat st;
	const char *fault = NULL;
	int inbox = env_folder(v, "inbox", e);
	int dir = -1;
	int rc = -1;

	(void)snprintf(name, sizeof(name), STR_FMT, STR_ARG(source));
	rc = inbox == -1 ? -1 : fsx_stat(inbox, name, &st, e);
	if (rc != 0)
		goto out;
	rc = make(inbox, name, e);
	dir = rc == 0 ? fsx_subdir(inbox, name, e) : -1;
	if (dir == -1) {
		rc = -1;
		goto out;
	}
	if (fstat(dir, &st) == 0 && !(st.st_mode & S_ISGID))
		(void)fchmod(dir, INBOX_SOURCE_MODE); /* an older inbox/; the fault below tells */
	(void)share(dir);
	fault = fstat(dir, &st) == 0 ? inbox_fault(dir, &st) : NULL;
	if (fault)
		env_log(v, LOG_WARN, "inbox-rights", name, "inbox/%s: %s", name, fault);
out:
	fsx_close(dir);
	fsx_close(inbox);
	return rc == -1 ? -1 : 0;
}

const char *inbox_fault(int dir, const struct stat *st)
{
	if (!(st->st_mode & S_ISGID) || (st->st_mode & S_IRWXG) != S_IRWXG)
		return "exporters of its group cannot write here, or their files do not get that group: chmod 2770";
	if (fgetxattr(dir, acl_name, NULL, 0) == -1 && errno == ENODATA)
		return "files of exporters with a strict umask cannot be read by us: "
		       "setfacl -d -m u::rwx,g::rwx,o::-,u:OURSELVES:rwx";
	return NULL;
}
