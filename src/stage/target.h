/*
 * What a conversion writes: the family of targets. One struct target_ops a format, one row in
 * target.c's table, one file a kind. The conversion (produce.h) knows none of them: it hands over the
 * segments that the map made, and asks where in the output they went.
 *
 * A target without envelopes (rows, trees) has no control numbers, and one message, the file. It is given
 * trees, and counts instead of segments what its reader counts: rows, the header among them; lines of the
 * file in JSON and XML, where the part of an item begins a new one.
 */
#ifndef STAGE_TARGET_H
#define STAGE_TARGET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/date.h"
#include "base/err.h"
#include "defs/defs.h"
#include "format/made.h"
#include "format/segment.h"
#include "model/diag.h"

/* Who somebody is: ISA05/06 and GS02, or S002/S003 of UNB. */
struct target_party {
	struct str qualifier;
	struct str id;
	struct str group;    /* GS02/03, UNG 0040/0044; the id when "" */
	struct str internal; /* 0008, 0014; X12 has none */
};

/* What becomes of characters that the repertoire lacks. */
enum target_characters { TARGET_REJECT, TARGET_TRANSLITERATE, TARGET_REPLACE };

/* What the agreement, the environment or a command line says of the envelope, in no format's words.
 * A separator that is 0 and a text that is "" mean what the format usually has. Texts borrowed. */
struct target_envelope {
	char element, component, terminator, repetition, release, decimal;
	bool newline;	       /* LF behind each segment */
	bool una;	       /* UNA, though the separators are those of the standard */
	struct str repertoire; /* "extended"; "UNOC:3" */
	enum target_characters characters;
	struct str version; /* ISA12 */
	struct target_party sender, receiver;
	struct str application; /* UNB 0026 */
	struct str agreement;	/* UNB 0032 */
	struct str association; /* UNH 0057 */
	bool groups;		/* messages stand in groups, where the format leaves that open */
	bool test;		/* ISA15, UNB 0035 */
	bool ack_requested;	/* ISA14, UNB 0031 */
	struct date when;	/* fixed for the run */
};

/* Where we are in the output. */
struct target_at {
	char set[24];	   /* reference of the message: "0001" (ST02), "1" (0062) */
	uint64_t segments; /* of the message so far, its header is 1; rows or lines of the file */
	uint64_t values;   /* of a file without segments: cells, values, elements */
};

/* What the reader must find in it again. */
struct target_wrote {
	const struct def_message *message;
	struct defs *defs;
	bool test;
	uint64_t sets, items;
	const struct def_node *loop; /* that one item is, or NULL */
	struct target_at at;	     /* where the writer ended */
};

/* Who knows where a value came from: fills in field and place of a finding. */
struct target_blame {
	void (*fill)(void *ctx, const struct node *from, struct finding *f);
	void *ctx;
};

/* Who wants to know which bytes of the output a value, an object or an element has become. */
struct target_watch {
	void (*wrote)(void *ctx, const struct made *m, size_t from, size_t to);
	void *ctx;
};

struct target_ops {
	const char *format; /* of the map's <target>, and of the reader that reads it back */
	const char *ending; /* of the names of its files: "x12" */
	const char *record; /* what at counts: "segment", "row", "line" */
	/* MUST. A target that is checked, or NULL: what is wrong is the agreement's fault. */
	void *(*open)(const struct target_envelope *v, const struct def_message *m, struct err *e);
	/* MUST. Accepts NULL. */
	void (*close)(void *self);
	/* MUST. Nothing is written yet, all goes to out from now on. May be called again. */
	void (*start)(void *self, struct buf *out);
	/* MUST. The control numbers that begin needs, in order: 'I' of an interchange, 'G' of a group. */
	const char *(*numbers)(const void *self);
	/* MUST. The envelopes around all messages. */
	void (*begin)(void *self, uint64_t interchange, uint64_t group);
	void (*end)(void *self);
	/* MUST. The envelope of one message. */
	void (*open_set)(void *self);
	void (*close_set)(void *self);
	/* MUST in a target of segments, else NULL. May it leave? Adds findings; true when there is
	 * none that stops it. */
	bool (*check)(
		void *self, const struct segment *s, struct diag *d, const struct finding *about);
	/* MUST likewise. Writes what was checked. */
	void (*put)(void *self, const struct segment *s);
	/* MUST in a target of trees, else NULL: the same two of a tree. */
	bool (*check_tree)(void *self, const struct made *t, struct diag *d,
		const struct finding *about, const struct target_blame *b);
	void (*put_tree)(void *self, const struct made *t);
	/* MUST where lines are counted, else NULL. w is borrowed. */
	void (*watch)(void *self, const struct target_watch *w);
	/* MUST. May a value hold the character, as far as the character set goes? */
	bool (*carries)(const void *self, uint32_t cp);
	/* MUST. Reads what was written, from its start, by an independent reader: whole, without a
	 * fault, as much as was written. */
	int (*read_back)(int fd, const struct target_wrote *w, struct err *e);
	/* MUST. Borrowed, in force until the next call of another. */
	const struct target_at *(*at)(const void *self);
};

/* NULL: there is no such target. */
const struct target_ops *target_find(struct str format);
/* The one whose files are called so: NAME.x12. NULL: none. */
const struct target_ops *target_of_file(struct str name);

/* One that is open. */
struct target {
	const struct target_ops *ops;
	void *self;
	enum target_characters characters;
};

/* Opens the target of a message. target_close accepts a zeroed one. */
int target_open(struct target *t, const struct target_envelope *v, const struct def_message *m,
	struct err *e) ATTR_CHECK;
void target_close(struct target *t);

/* The rows of the table. */
extern const struct target_ops target_x12_ops;
extern const struct target_ops target_edifact_ops;
extern const struct target_ops target_csv_ops;
extern const struct target_ops target_fixed_ops;
extern const struct target_ops target_json_ops;
extern const struct target_ops target_xml_ops;

#endif
