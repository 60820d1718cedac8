/*
 * A bundle version: the files below bundle/ and what maps take from the program's own maps/
 * (definitions, tables, guides, maps). Both are in its hash and in archive/bundles/HASH.zip, as
 * bundle/... and maps/..., so that a night can be done again after either has changed.
 */
#ifndef STAGE_BUNDLE_H
#define STAGE_BUNDLE_H

#include "stage/env.h"

/* What one agreement depends on; NULL: everything counts. */
struct bundle_part {
	const char *agreement; /* its file below bundle/ */
	const char *map;       /* "maps/acme.xml" */
	/* What it makes, and what it reads where that is an interchange, or NULL; other definitions do not
	 * matter. */
	const struct def_message *made, *read;
	const struct map *reader; /* the map, whose sources of fixed widths have layouts; or NULL */
};

/* The hash of a version, or of the part of it that one agreement depends on. */
int bundle_hash(const struct env *v, const struct bundle_part *part, char out[65], struct err *e)
	ATTR_CHECK;
/* Keeps the version of this run: archive/bundles/HASH.zip, once. ERR_CONFIG when files changed
 * since the environment was opened. */
int bundle_keep(struct env *v, struct err *e) ATTR_CHECK;
/* Can each member of a version that was kept be read? */
int bundle_whole(int fd, struct err *e) ATTR_CHECK;
/* An environment with the configuration of today and a version that was kept, maps loaded, no
 * ledger. The caller closes it with env_close. ERR_ABSENT: not kept; ERR_CONFIG: does not load. */
int bundle_open_kept(const struct env *v, struct str hash, struct env *old, struct err *e)
	ATTR_CHECK;

#endif
