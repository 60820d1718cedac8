/*
 * A golden case of a map: a folder beside it, NAME.test/CASE/, with case.xml (what `convert` is told on the
 * command line, and what must not change from day to day), inputs, and what must come out of them:
 * expected.edi (of other targets expected.FORMAT) and expected.findings. Namespace urn:gridspool:case:1.
 */
#ifndef CLI_MAP_CASE_H
#define CLI_MAP_CASE_H

#include "cli/conversion_args.h"
#include "cli/records_diff.h"
#include "model/faults.h"

/* "maps/acme.test" of "maps/acme.xml", in a */
const char *map_case_folder(const char *map, struct arena *a);
/* Is there such a folder? */
bool map_case_any(const char *map, struct arena *a);
/* Each case of a map by its folder, in order of names; only the one of that name unless only is NULL. -1 when
 * there is no such folder, or each says so. */
int map_case_each(const char *map, const char *only,
	int (*each)(void *ctx, const char *dir, struct err *e), void *ctx, struct arena *a,
	struct err *e) ATTR_CHECK;

struct map_case {
	struct conversion_args args; /* its arena is the case's */
	const char *dir;
	const char *input;
	int64_t interchange, group; /* the control numbers that come first */
};

/* Reads DIR/case.xml; dir and map are borrowed. -1: what is wrong is in f, or the file cannot be read. The
 * case is map_case_done's in any case. */
int map_case_read(struct map_case *k, const char *dir, const char *map, const struct clock *clock,
	struct faults *f, struct err *e) ATTR_CHECK;
void map_case_done(struct map_case *k);

/* What came out, beside what should have. */
struct map_case_result {
	bool same;  /* byte for byte, output and findings */
	bool fresh; /* nothing was expected yet: neither an output nor findings */
	struct records was_out, out, was_findings, findings;
	struct records_diff diff, findings_diff;
	int fd, findings_fd;
	const char *path, *findings_path; /* of what is expected */
};

/* Converts and compares. -1: the map is wrong (f), or the input cannot be read at all. */
int map_case_run(struct map_case *k, struct map_case_result *r, struct faults *f, struct err *e)
	ATTR_CHECK;
/* What came out is what is expected from now on. */
int map_case_accept(const struct map_case *k, const struct map_case_result *r, struct err *e)
	ATTR_CHECK;
void map_case_result_done(struct map_case_result *r);

#endif
