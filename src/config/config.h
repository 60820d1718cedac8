/*
 * The configuration of an environment: environment.xml and partners/ (which stay), bundle/ (which
 * is promoted): agreements/, routes.xml. Strict XML in urn:gridspool:config:1; every fault is
 * reported with file:line:column. Loaded once a run and never changed.
 */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "base/tz.h"
#include "model/faults.h"

enum usage { USAGE_NONE, USAGE_TEST, USAGE_PRODUCTION };

/* Who somebody is in envelopes. */
struct config_identity {
	struct str qualifier; /* ISA05/07; 0007 of S002/S003, which may lack it */
	struct str id;	      /* ISA06/08; 0004, 0010 */
	struct str group;     /* GS02/03, UNG 0040/0044; the id when not given */
	struct str internal;  /* 0008, 0014, or ""; X12 has none */
};

/* <set name= value=>: what maps read as $environment/NAME, $partner/NAME, $agreement/NAME. */
struct config_set {
	struct str name;
	struct str value;
	uint32_t line;
	struct config_set *next;
};

enum source_kind { SOURCE_EVENTS, SOURCE_SNAPSHOT, SOURCE_REFERENCE };
enum source_ready { READY_RENAMED, READY_MARKER, READY_MANIFEST, READY_STABLE };

struct config_source {
	struct str name; /* also the folder inbox/NAME, current/NAME */
	enum source_kind kind;
	struct str format; /* json, csv, xml, x12, edifact */
	enum source_ready ready;
	uint32_t stable_seconds; /* READY_STABLE */
	uint64_t pair_seconds;	/* a file without its marker or manifest, or one without its file */
	bool tree;		/* shape="tree": a folder is one unit (dc-cli export) */
	struct str items_below; /* items="content/" in a tree */
	bool complete;		/* what is absent is gone; told by nobody yet */
	uint64_t max_age;	/* seconds, 0 none */
	bool stale_warns;	/* on-stale="warn"; else hold */
	uint64_t max_size;	/* bytes, 0: the default of limits */
	struct str encoding;	/* csv, fixed */
	char separator, quote, decimal; /* csv */
	bool no_header, keep_empty;
	struct str *columns;
	size_t ncolumns;
	struct str *numbers;
	size_t nnumbers;
	struct str workflow_from; /* name of a reference source with hub settings, or "" */
	const char *file;
	uint32_t line;
	struct config_source *next;
};

struct config_endpoint {
	struct str name;
	struct str protocol; /* "directory", "sftp": rows of transport.c */
	enum usage usage;    /* must match the environment's; none is refused */
	struct str path;     /* directory: an absolute folder */
	struct str host;
	uint16_t port;
	struct str user;
	struct str credential; /* name in keys/ */
	struct str auth;       /* "key" (default) or "password" */
	struct str *host_keys;
	size_t nhost_keys;	/* "SHA256:..." as ssh-keygen -l prints */
	struct str put;		/* remote folder for what we send; "" none */
	struct str get;		/* remote folder of the partner's answers; "" none */
	bool read_back;		/* a file found on reconnect may be read, to compare it */
	bool get_delete;	/* after="delete" (default) or after="remember" */
	uint32_t ready_seconds; /* a fetched file must be unchanged that long; 0: at once */
	uint32_t connect_timeout, idle_timeout; /* seconds */
	const char *file;
	uint32_t line;
	struct config_endpoint *next;
};

struct config_partner {
	struct str name; /* file partners/NAME.xml; [a-z0-9-] */
	struct str title;
	enum usage usage;
	struct config_identity identity;
	bool unnamed;	    /* no <identity>: gets no envelopes */
	uint32_t tolerated; /* what the partner is forgiven: a bit a row of model/tolerance.h */
	struct config_endpoint *endpoints;
	struct config_set *sets;
	const char *file;
	uint32_t line;
	struct config_partner *next;
};

/* One acknowledgment that is expected. */
struct config_expect {
	struct str ack;	 /* "ta1", "997"; "contrl", "aperak" */
	uint64_t within; /* seconds after sending */
	struct config_expect *next;
};

/* One time of the day, on days of the week. */
struct config_at {
	uint16_t minute; /* of the day, 0 to 1439 */
	uint8_t days;	 /* bit 0 is Monday */
	struct config_at *next;
};

/* <when>: at which times of a zone's clock an agreement is begun. slots.h says when that is. */
struct config_when {
	struct str zone_name;
	const struct tz *zone; /* NULL when it could not be read, which is a fault */
	struct config_at *ats;
	bool catch_up;	 /* catch-up="one" (default): what was missed is done once; else "none" */
	uint64_t within; /* "none": seconds behind its time in which it may still begin */
	uint32_t line;
};

struct config_agreement {
	struct str name;
	struct str title;
	const struct config_partner *partner;
	struct str format;  /* "x12" (default), "edifact", "csv", "fixed", "json", "xml" */
	bool enveloped;	    /* has envelopes with identities and control numbers, and answers */
	struct str message; /* "832", "PRICAT"; else what its files are called, "product-list" */
	struct str version; /* GS08 "004010", directory "D01B", or "" */
	struct str map;	    /* path below bundle/ or the program's maps: "maps/x.xml" */
	const struct config_source *source;
	const struct config_endpoint *endpoint;
	bool changes;		/* send="changes"; else "all" */
	struct str accepted_at; /* "syntax" (default), "sent" (of what has no answers) */
	bool duplicates_safe;	/* duplicates="safe": an in-doubt file is sent again, with a note */
	struct str
		level; /* how deep a source of segments is checked: "structure" to "guide" (default) */
	/* envelope; a separator that is 0 is that of the standard */
	char element, component, terminator, release, decimal;
	bool newline;
	struct str repertoire; /* basic, extended, latin1, utf8; of EDIFACT S001: "UNOC:3" */
	int characters;	       /* that the repertoire lacks: 0 reject, 1 transliterate, 2 replace */
	struct str isa_version; /* "00401" */
	bool ack_requested;	/* ISA14, UNB 0031 */
	/* of EDIFACT only */
	bool una, groups;	/* UNA in any case; UNG */
	struct str application; /* UNB 0026, or "" */
	struct str reference;	/* UNB 0032, or "" */
	struct str association; /* UNH 0057, or "" */
	struct config_expect *expects;
	/* <limits>: the most that one interchange or file may have; 0: no limit */
	uint64_t most_items, most_segments, most_bytes;
	const struct config_when *when; /* NULL: in every run */
	struct config_set *sets;
	const char *file;
	uint32_t line;
	struct config_agreement *next;
};

struct config_route {
	const struct config_source *source;
	const struct config_agreement *agreement;
	const char *file;
	uint32_t line;
	struct config_route *next;
};

struct config {
	struct str name; /* of the environment */
	enum usage usage;
	struct str instance; /* random id made by init */
	struct config_identity identity;
	struct config_set *sets;
	uint64_t run_seconds;	/* a run stops starting things after that; 0 none */
	uint64_t quiet_seconds; /* a worker without progress for that long hangs */
	uint32_t workers;	/* 0: as many as cores */
	/* the archive, seconds by kind; 0: for ever */
	uint64_t keep_interchanges, keep_inputs, keep_received;
	uint64_t min_free; /* bytes that must stay free on the spool's disk */
	struct config_source *sources;
	struct config_partner *partners;
	struct config_agreement *agreements;
	struct config_route *routes;
	struct arena arena;
};

/* Reads the environment in dir (descriptor). All faults go to f; NULL when there are errors.
 * What is not in files (maps, definitions, keys) is checked by the commands, not here. */
struct config *config_load(int dir, struct faults *f);
/* The same, but as far as it could be read when there are errors: to look for what else is
 * wrong, and to look around and stop things all the same. */
struct config *config_read(int dir, struct faults *f);
void config_free(struct config *c);

const struct config_source *config_source_find(const struct config *c, struct str name);
/* Does a route take what arrives there? */
bool config_source_routed(const struct config *c, const struct config_source *s);
const struct config_partner *config_partner_find(const struct config *c, struct str name);
const struct config_agreement *config_agreement_find(const struct config *c, struct str name);

/* "90", "90s", "15m", "26h", "7d" to seconds. False when it is none of these. */
bool config_duration(struct str s, uint64_t *seconds) ATTR_CHECK;
/* May s name a partner, source, agreement, endpoint or credential? [a-z0-9][a-z0-9._-]*, at most 64. */
bool config_name_ok(struct str s);

#endif
