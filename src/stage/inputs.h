/* What a unit of work reads: descriptors for a worker, and the readers it opens on them. */
#ifndef STAGE_INPUTS_H
#define STAGE_INPUTS_H

#include "stage/env.h"
#include "stage/target.h"
#include "store/ledger_input.h"

/* The descriptors and names of what a unit reads. */
enum { INPUTS_JOINS = 32 };

struct inputs {
	int source;
	const struct config_source *source_config;
	struct str source_file; /* for messages: what its exporter called it, printable */
	int joins[INPUTS_JOINS];
	const struct config_source *join_config[INPUTS_JOINS];
	struct str join_file[INPUTS_JOINS];
	size_t njoins;
	int workflow; /* hub settings, or -1 */
	struct str workflow_file;
	struct inputs_file {
		int64_t id, size;
		int fd; /* one of the above */
	} files[INPUTS_JOINS + 2];
	size_t nfiles;
	int64_t fault;	    /* the input that is lost or was changed, when opening failed by that */
	struct arena arena; /* of the names */
};

/* Opens what unit.inputs names, wherever it lies now (work, current, archive), if it is what was
 * recorded: else in->fault is set, and the reason LOST-SOURCE, WRITTEN-ON or CHANGED-BY-HAND. */
int inputs_open(struct env *v, const struct env_route *r, struct str inputs, struct inputs *in,
	struct err *e) ATTR_CHECK;
void inputs_close(struct inputs *in);
/* Are the files of all of them there, with the bytes that were recorded? -1 as inputs_open. */
int inputs_there(struct env *v, struct str inputs, struct err *e) ATTR_CHECK;
/* The input whose file is no longer as long as it was recorded, while it was read; 0 none. */
int64_t inputs_grown(const struct inputs *in);
/* Its exporter may write on so long after it was picked up; after that it was somebody else. */
enum { INPUTS_WRITES_SECONDS = 600 };
/* What is written on, said to the exporter and to who configures the source. */
#define INPUTS_WRITTEN_ON                                                                                \
	"its exporter wrote on after it was picked up; the exporter should move it into the inbox when " \
	"it is complete, or its source say ready=\"marker\", \"manifest\" or \"stable\" in bundle/routes.xml"
/* Is the file of an input there, with the bytes that were recorded? Its descriptor, or -1 with one of
 * the reasons above, or without when the disk failed. */
int inputs_open_row(const struct env *v, const struct input_row *r, struct err *e) ATTR_CHECK;

/* What a worker needs to run a map over those inputs; readers are opened by it. */
struct inputs_readers {
	struct reader *source; /* the items; input.source is the one for links */
	struct map_input input;
	struct reader *joins[INPUTS_JOINS];
	struct arena arena;
};
int inputs_open_readers(struct env *v, const struct env_route *r, const struct inputs *in,
	int64_t fixed_at, const char *run, struct inputs_readers *out, struct err *e) ATTR_CHECK;
void inputs_close_readers(struct inputs_readers *r);
/* How a reader sees a file of a configured source. */
void inputs_reader_spec(const struct config_source *s, struct str file, struct reader_spec *spec);
/* The same, with what each map that reads it says of its items, each way once; in a. At least one,
 * except of fixed widths: only a map names the layout. */
struct reader_spec *inputs_views(const struct env *v, const struct config_source *s,
	struct str file, struct arena *a, size_t *n);
/* Envelope of an agreement at a time; separators and names borrowed from the configuration. */
void inputs_envelope(const struct env *v, const struct config_agreement *g, int64_t fixed_at,
	struct target_envelope *out);

#endif
