/*
 * Convert: one unit of work is one input (with its references) for one agreement (reliability 2.4,
 * C1 to C5). The supervisor commits the intent with its numbers and times, a closed-in worker
 * writes, the supervisor publishes and commits the evidence.
 */
#ifndef STAGE_CONVERT_H
#define STAGE_CONVERT_H

#include "edi/x12_write.h"
#include "stage/env.h"
#include "store/ledger_unit.h"

/* Makes units for every agreement that is due, and works off all that are open. *worked gets how
 * many units ended. */
int convert_run(struct env *v, int64_t *worked, struct err *e) ATTR_CHECK;

/* The descriptors and names of what a unit reads. */
enum { CONVERT_JOINS = 32 };

struct convert_inputs {
	int source;
	const struct config_source *source_config;
	struct str source_name;		/* for messages: the source's name */
	int joins[CONVERT_JOINS];
	const struct config_source *join_config[CONVERT_JOINS];
	size_t njoins;
	int workflow;			/* hub settings, or -1 */
};

/* Opens what unit.inputs names, wherever it lies now (work, current, archive). */
int convert_open_inputs(struct env *v, const struct env_route *r, struct str inputs, struct convert_inputs *in,
	struct err *e) ATTR_CHECK;
void convert_close_inputs(struct convert_inputs *in);

/* What a worker needs to run a map over those inputs; readers are opened by it. */
struct convert_readers {
	struct map_input input;
	struct reader *joins[CONVERT_JOINS];
	struct arena arena;
};
int convert_open_readers(struct env *v, const struct env_route *r, const struct convert_inputs *in, int64_t fixed_at,
	const char *run, struct convert_readers *out, struct err *e) ATTR_CHECK;
void convert_close_readers(struct convert_readers *r);
/* How a reader sees a configured source. */
void convert_reader_spec(const struct config_source *s, struct reader_spec *spec);
/* Envelope of an agreement at a time; separators and names borrowed from the configuration. */
void convert_profile(const struct env *v, const struct config_agreement *g, int64_t fixed_at, struct x12_profile *p);

#endif
