/* Is a journal that of its database? See db_journal.h. */
#include "store/db_journal.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fsx.h"

enum {
	HEADER = 28,
	MAGIC = 8,
	RECORDS = 8, /* offsets of the header */
	NONCE = 12,
	PAGES = 16,
	SECTOR = 20,
	PAGE = 24,
	AROUND = 8, /* a record has the number of its page before it, and a sum behind it */
	PAGE_ONE = 100,
	CHANGES = 24, /* offsets of page 1 */
	SIZE = 28,
	LOCKS = 0x40000000, /* the bytes that SQLite locks */
	NLOCKS = 512
};

/* What is asked of a journal or a database. */
struct sheet {
	bool there;	  /* the journal is one that would be rolled back */
	uint32_t nonce;	  /* of the journal: another one with each transaction */
	bool has_one;	  /* it has page 1 */
	uint32_t changes; /* the counter of page 1: each commit adds one */
	uint32_t pages;	  /* of the database before it was changed */
};

static uint32_t be32(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static uint64_t next_sector(uint64_t at, uint32_t sector)
{
	return (at + sector - 1) / sector * sector;
}

/* 1 all of it was there, 0 it ends before, -1. */
static int read_at(int fd, uint64_t at, unsigned char *p, size_t n, struct err *e)
{
	size_t got = 0;

	return fsx_pread(fd, p, n, at, &got, e) == -1 ? -1 : got == n;
}

/* Looks for page 1 among n records from *at on, which is behind them then. 1 found or the end, 0 not here. */
static int find_one(
	int fd, uint64_t *at, uint32_t n, uint32_t page, struct sheet *out, struct err *e)
{
	unsigned char b[4 + PAGE_ONE];

	for (uint32_t i = 0; i < n; i++, *at += (uint64_t)page + AROUND) {
		const int rc = read_at(fd, *at, b, sizeof(b), e);
		if (rc != 1)
			return rc == -1 ? -1 : 1;
		out->has_one = be32(b) == 1;
		if (out->has_one) {
			out->changes = be32(b + 4 + CHANGES);
			return 1;
		}
	}
	return 0;
}

/* A journal without its magic was never on disk whole: SQLite passes it over, and the segments behind such a header. */
static int read_journal(int fd, struct sheet *out, struct err *e)
{
	static const unsigned char magic[MAGIC] = {0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7};
	unsigned char h[HEADER];
	uint64_t at = 0;
	int rc = 0;

	while (rc == 0) {
		rc = read_at(fd, at, h, sizeof(h), e);
		if (rc != 1 || memcmp(h, magic, MAGIC) != 0)
			return rc == -1 ? -1 : 0;
		const uint32_t sector = be32(h + SECTOR);
		if (sector == 0 || be32(h + RECORDS) == 0)
			return 0;
		if (at == 0) {
			out->nonce = be32(h + NONCE);
			out->pages = be32(h + PAGES);
		}
		out->there = true;
		at += sector;
		rc = find_one(fd, &at, be32(h + RECORDS), be32(h + PAGE), out, e);
		at = next_sector(at, sector);
	}
	return rc == -1 ? -1 : 0;
}

static int read_database(int fd, struct sheet *out, struct err *e)
{
	unsigned char b[PAGE_ONE];
	const int rc = read_at(fd, 0, b, sizeof(b), e);

	if (rc != 1)
		return rc;
	*out = (struct sheet){.there = true,
		.has_one = true,
		.changes = be32(b + CHANGES),
		.pages = be32(b + SIZE)};
	return 0;
}

/* Page 1 is written last and counts one more than before; where the journal has not got it yet, it is as before. */
static bool fits(const struct sheet *journal, const struct sheet *db)
{
	if (!journal->there || !db->there)
		return true;
	if (journal->has_one)
		return db->changes == journal->changes || db->changes == journal->changes + 1;
	return db->pages == journal->pages;
}

/* Somebody has a transaction open: then the journal is that one's. */
static bool is_written(int fd)
{
	struct flock lock = {
		.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = LOCKS, .l_len = NLOCKS};

	return fcntl(fd, F_GETLK, &lock) == -1 || lock.l_type != F_UNLCK;
}

/* 1 the journal of that name is still that one, 0 not: then somebody works, and it was his. */
static int is_still(int dir, const char *journal, const struct sheet *kept, struct err *e)
{
	struct sheet now = {0};
	const int j = fsx_open(dir, journal, e);
	int rc = -1;

	if (j == -1)
		return e->code == ERR_ABSENT ? 0 : -1;
	if (read_journal(j, &now, e) == 0)
		rc = now.there && now.nonce == kept->nonce;
	fsx_close(j);
	return rc;
}

static int refuse_other(const char *name, const char *journal, struct err *e)
{
	return err_set(e, ERR_CORRUPT,
		"ledger: %s lies beside %s and is of another file than that: with a backup put back, it "
		"is of the %s before, and would ruin it; then move %s away and do the same again, else "
		"put back the %s that it belongs to",
		journal, name, name, journal, name);
}

/* Both as they are at one time? What changes meanwhile is somebody's who works. */
static int compare(int dir, const char *name, const char *journal, struct err *e)
{
	struct sheet kept = {0};
	struct sheet now = {0};
	const int j = fsx_open(dir, journal, e);
	const int db = j == -1 ? -1 : fsx_open(dir, name, e);
	int rc = db == -1 ? -1 : 0;

	if (rc == 0 && (read_journal(j, &kept, e) == -1 || read_database(db, &now, e) == -1))
		rc = -1;
	if (rc == 0 && !fits(&kept, &now) && !is_written(db)) {
		rc = is_still(dir, journal, &kept, e);
		if (rc == 1)
			rc = refuse_other(name, journal, e);
	}
	fsx_close(db);
	fsx_close(j);
	return rc;
}

int db_journal_check(int dir, const char *name, struct err *e)
{
	char journal[300];
	struct stat st;
	int rc = 0;

	(void)snprintf(journal, sizeof(journal), "%s-journal", name);
	rc = fsx_stat(dir, journal, &st, e);
	if (rc != 1)
		return rc;
	if (!S_ISREG(st.st_mode))
		return err_set(e, ERR_CORRUPT,
			"ledger: %s lies beside %s and is no plain file, expected one or none: move it away",
			journal, name);
	/* Gone by now, or not for us to read: SQLite says what there is to say. */
	if (compare(dir, name, journal, e) == -1)
		return e->code == ERR_CORRUPT ? -1 : 0;
	return 0;
}
