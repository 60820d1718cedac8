/*
 * An environment that is open: its folders, configuration, bundle and ledger. Every stage and
 * command works on one of these.
 */
#ifndef STAGE_ENV_H
#define STAGE_ENV_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/date.h"
#include "base/log.h"
#include "base/table.h"
#include "config/config.h"
#include "defs/defs.h"
#include "map/map.h"
#include "stage/proc.h"
#include "store/ledger.h"

/* An agreement with its map, ready to run. */
struct env_route {
	const struct config_agreement *agreement;
	const struct config_source *source;
	struct map *map;
	char map_hash[65]; /* of the agreement's file and all that its map is made of */
};

struct env {
	char *path; /* as the user named it */
	int dir;
	struct clock clock;
	struct config *config;
	struct ledger ledger;
	bool ledger_is_open;
	struct log log;
	struct arena arena; /* lives as long as the env */
	struct names names;
	struct defs *defs;
	int map_dirs[3]; /* bundle, bundle/definitions, the program's own maps */
	const char *map_names[3];
	struct env_route *routes;
	size_t nroutes;
	char bundle[65]; /* hash of bundle/ and of the program's maps/ */
	/* a run */
	int lock;
	char run[40]; /* "20261123T0200Z", unique in the ledger */
	int64_t started;
	int64_t started_ms;   /* the same by the monotonic clock */
	bool clock_doubt;     /* the wall clock may be wrong: wall.h */
	int64_t ends_ms;      /* when its time is up, by the monotonic clock; 0: never */
	bool progress;	      /* a terminal watches */
	bool told_open;	      /* that workers are not closed in as they should be */
	struct table letters; /* of mailboxes, that this run could not take: "acme/main/NAME" */
	uint64_t news;	      /* things of this run that need a person: exit status 1 */
};

/* Folders of the spool, all made by init: "inbox", "current", ... Ended by NULL. */
const char *const *env_folders(void);

/* Opens folder and configuration; faults of configuration, maps and definitions go to f (all at
 * once). env_close accepts a half-open env. with_maps: load every route's map too. */
int env_open(struct env *v, const char *path, const struct clock *clock, bool with_maps,
	struct faults *f, struct err *e) ATTR_CHECK;
/* The same of a folder that bundle_open_kept made: the program's maps of that time in maps/. */
int env_open_copy(struct env *v, const char *path, const struct clock *clock, struct faults *f,
	struct err *e) ATTR_CHECK;
/* The same for looking around and for stopping things: neither maps nor bundle, and what is wrong goes to
 * f without being in the way, as long as environment.xml says which environment it is. */
int env_open_rest(struct env *v, const char *path, const struct clock *clock, struct faults *f,
	struct err *e) ATTR_CHECK;
/* Opens the ledger. A command's actor is the user's name; NULL: to look only (ledger_look),
 * which anybody may who can; to change something only the owner of the environment (WRONG-USER). */
int env_open_ledger(struct env *v, const char *actor, struct err *e) ATTR_CHECK;
/* The same, to change it, of a ledger that may be older than audit.log (ledger_open_older). */
int env_open_older(struct env *v, const char *actor, struct err *e) ATTR_CHECK;
/* Brings the ledger up to date after an update of gridspool, before it is opened, with the lock of the run. */
int env_migrate(struct env *v, struct err *e) ATTR_CHECK;
/* The lock of the run, held until env_close; ERR_BUSY names who has it. */
int env_lock_run(struct env *v, struct err *e) ATTR_CHECK;
void env_close(struct env *v);

/* How long workers are waited for. With until: not longer than the run lasts. */
struct proc_patience env_patience(const struct env *v, bool until);

/* A folder of the spool, opened; the caller closes it. Makes a partner's or source's one. */
int env_folder(const struct env *v, const char *name, struct err *e) ATTR_CHECK;
/* The variables of a map: environment/..., partner/..., agreement/... In arena a. */
void env_vars(const struct env *v, const struct config_agreement *g, struct arena *a,
	struct map_var **vars, size_t *n);
const struct env_route *env_route_of(const struct env *v, struct str agreement);
/* Writes NAME.reason beside a file of hold/ or quarantine/: reason code, sentence, next commands. */
int env_write_reason(const struct env *v, const char *folder, const char *name, const char *reason,
	const char *note, const char *next, struct err *e) ATTR_CHECK;
/* Removes it; one that is not there is fine, one that cannot be removed is logged. */
void env_drop_reason(struct env *v, const char *folder, const char *name);
/* Work folder for a day's archive: "archive/2026/11/23", made if need be. */
void env_archive_place(int64_t at, char out[32]);
/* Does this fault stop everything (ledger or disk), or only the one thing it was found at? */
bool env_stops(const struct err *e);
void env_log(struct env *v, enum log_level level, const char *event, const char *item,
	const char *fmt, ...) ATTR_PRINTF(5, 6);

#endif
