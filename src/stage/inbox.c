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

static int make_one(struct env *v, struct str source, struct err *e)
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
		env_log(v, LOG_WARN, "inbox-rights", name, "inbox/%s: %s %s/inbox/%s", name, fault,
			v->path, name);
out:
	fsx_close(dir);
	fsx_close(inbox);
	return rc == -1 ? -1 : 0;
}

/* 1 it has its mark, 0 it cannot be set there, -1 there is no such folder. */
static int mark(struct env *v, const char *name, struct err *e)
{
	struct err why;
	const int dir = fsx_subdir(v->dir, name, e);
	int rc = 1;

	if (dir == -1)
		return -1;
	if (fsx_mkdir(dir, INBOX_MARK, 0750, &why) == -1) {
		env_log(v, LOG_WARN, "inbox-rights", name,
			"%s; without that mark nobody notices when it is not mounted", why.text);
		rc = 0;
	}
	fsx_close(dir);
	return rc;
}

enum known { KNOWN_NOT, KNOWN_MADE, KNOWN_MARKED };

static int is_known(const struct env *v, struct str source, enum known *out, struct err *e)
{
	struct db_rows *rows = NULL;
	int rc = 0;

	if (db_query(v->ledger.db, &rows, e,
		    "SELECT value = 'marked' FROM meta WHERE key = 'inbox:' || ?1", "s",
		    source) == -1)
		return -1;
	rc = db_next(rows, e);
	*out = rc != 1 ? KNOWN_NOT : db_int(rows, 0) ? KNOWN_MARKED : KNOWN_MADE;
	db_end(rows);
	return rc == -1 ? -1 : 0;
}

static int remember(struct env *v, struct str source, const char *as, struct err *e)
{
	struct ledger *l = &v->ledger;
	char folder[100];

	(void)snprintf(folder, sizeof(folder), "inbox/" STR_FMT, STR_ARG(source));
	if (ledger_begin(l, e) == -1)
		return -1;
	if (ledger_run(l, e,
		    "INSERT INTO meta(key, value) VALUES('inbox:' || ?1, ?2) ON CONFLICT(key) DO UPDATE "
		    "SET value = excluded.value",
		    "sc", source, as) == -1 ||
		ledger_event(l, "inbox", folder, e, "%s", as) == -1) {
		ledger_rollback(l);
		return -1;
	}
	return ledger_commit(l, e);
}

/* One of before there were marks, or that could not be marked, is marked when that can be done. */
int inbox_prepare(struct env *v, struct str source, struct err *e)
{
	enum known known = KNOWN_NOT;
	char name[100];
	int rc = is_known(v, source, &known, e);

	if (rc == -1 || known == KNOWN_MARKED)
		return rc;
	if (known == KNOWN_NOT && make_one(v, source, e) == -1)
		return -1;
	(void)snprintf(name, sizeof(name), "inbox/" STR_FMT, STR_ARG(source));
	rc = mark(v, name, e);
	if (rc == -1)
		return known == KNOWN_NOT ? -1 : 0; /* inbox_open tells of it */
	if (rc == 0 && known == KNOWN_MADE)
		return 0;
	return remember(v, source, rc == 1 ? "marked" : "made", e);
}

int inbox_open(const struct env *v, struct str source, struct err *e)
{
	enum known known = KNOWN_NOT;
	char name[100];
	struct stat st;
	int dir = -1;

	if (is_known(v, source, &known, e) == -1)
		return -1;
	(void)snprintf(name, sizeof(name), "inbox/" STR_FMT, STR_ARG(source));
	dir = fsx_subdir(v->dir, name, e);
	if (dir == -1) {
		const struct err why = *e;
		(void)err_set(e, ERR_ABSENT,
			"%s; mount it, let us read it, or if it was removed: mkdir -m 2770 %s/%s %s/%s/%s",
			why.text, v->path, name, v->path, name, INBOX_MARK);
		return err_reason(e, "INBOX-GONE");
	}
	if (known != KNOWN_MARKED || fsx_stat(dir, INBOX_MARK, &st, e) == 1)
		return dir;
	fsx_close(dir);
	(void)err_set(e, ERR_ABSENT,
		"%s is not the folder that it was, for its mark %s is not in it; mount the right one, or if "
		"it was replaced on purpose: mkdir %s/%s/%s. Until then nothing is taken from it",
		name, INBOX_MARK, v->path, name, INBOX_MARK);
	return err_reason(e, "INBOX-GONE");
}

const char *inbox_fault(int dir, const struct stat *st)
{
	if (!(st->st_mode & S_ISGID) || (st->st_mode & S_IRWXG) != S_IRWXG)
		return "exporters of its group cannot write here, or their files do not get that group: chmod 2770";
	if (fgetxattr(dir, acl_name, NULL, 0) == -1 && errno == ENODATA)
		return "files of exporters with a strict umask cannot be read by us: "
		       "setfacl -d -m u::rwx,g::rwx,o::-,u:$(id -un):rwx";
	return NULL;
}
