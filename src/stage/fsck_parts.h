/* Inside of fsck: what its parts share, and the parts. */
#ifndef STAGE_FSCK_PARTS_H
#define STAGE_FSCK_PARTS_H

#include <sys/types.h>

#include "base/limits.h"
#include "secure/hash.h"
#include "stage/fsck.h"
#include "store/ledger_walk.h"

/* Where a repair puts what nobody knows. */
#define FSCK_UNKNOWN "quarantine/unknown"

enum { FSCK_BATCH = 200, FSCK_SUSPECTS = 1000 };

/* What did not fit when it was looked at first: a row, or a name of a folder. */
struct fsck_suspect {
	enum ledger_walk_kind kind;
	int64_t id;	   /* 0: a name */
	struct str folder; /* of a name */
	struct str name;
	bool still; /* it does not fit now either */
};

/* What in a folder of the spool, and below it, has the wrong rights or the wrong owner. */
enum { FSCK_WRITABLE, FSCK_STRANGE, FSCK_RIGHTS };
struct fsck_rights {
	int64_t n;
	struct str first, more; /* more: "b, c", the next few */
	struct str found;	/* of the first */
};

struct fsck {
	struct env *v;
	const struct fsck_options *o;
	struct fsck_counts *n;
	struct arena a;	   /* of what is looked at now */
	struct arena kept; /* of suspects */
	struct fsck_suspect now;
	struct fsck_suspect *suspects;
	size_t nsuspects;
	enum { FSCK_FIRST, FSCK_AGAIN, FSCK_TELL } look;
	/* MAY be NULL. Takes a file that nobody knows in place of telling of it. */
	int (*unknown)(struct fsck *f, const char *folder, const char *name, struct err *e);
	void *ctx;
	bool at_run_end; /* within a run, and without archive/ */
	int64_t told_ms; /* when progress was shown last */
	uid_t owner;	 /* of the environment's folder */
	bool no_scratch; /* nothing can be unpacked, which was told */
	struct fsck_rights rights[FSCK_RIGHTS];
};

/* Something does not fit: told, or kept for a second look. */
void fsck_fault(struct fsck *f, const struct fsck_found *x);
/* Told at once: no run changes it. */
void fsck_tell(struct fsck *f, const struct fsck_found *x);
/* Does it say that a file is not there, or not what it was? In archive/ that can be accepted. */
bool fsck_is_loss(const char *code);
/* One more row or file was looked at. */
void fsck_count(struct fsck *f, int64_t *counter);

/* As show takes it: "in-000012", "000012", "r-000012"; in the arena of what is looked at now. */
struct str fsck_id(struct fsck *f, const struct walk_row *r);
int fsck_rows_all(struct fsck *f, struct err *e) ATTR_CHECK;
int fsck_rows_one(struct fsck *f, const struct walk_row *r, struct err *e) ATTR_CHECK;
/* The SHA-256 of a file, or of what it unpacks to; -1 with ERR_INPUT: it cannot be unpacked. */
int fsck_rows_hash(int fd, bool packed, char out[HASH_HEX], struct err *e) ATTR_CHECK;
int fsck_names_all(struct fsck *f, struct err *e) ATTR_CHECK;
int fsck_names_one(struct fsck *f, const char *folder, const char *name, struct err *e) ATTR_CHECK;
/* Is the row what its events say, and in the state that they say? */
int fsck_history_one(struct fsck *f, const struct walk_row *r, struct err *e) ATTR_CHECK;
/* Tells that it is not. */
void fsck_history_differs(
	struct fsck *f, const struct walk_row *r, struct str found, struct str expected);
/* Has each subject of events its row? */
int fsck_history_missing(struct fsck *f, struct err *e) ATTR_CHECK;
int fsck_bundles_all(struct fsck *f, struct err *e) ATTR_CHECK;
int fsck_ledger_all(struct fsck *f, struct err *e) ATTR_CHECK;

#endif
