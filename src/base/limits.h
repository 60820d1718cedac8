/* Every limit on what comes from outside, with its reason. Bytes unless a comment says else. */
#ifndef BASE_LIMITS_H
#define BASE_LIMITS_H

/* Bytes that readers take from a file at once; little where inputs are fuzzed, so that small ones
 * have several blocks. */
#ifndef READ_BLOCK
#define READ_BLOCK (1 << 20)
#endif

enum {
	LIMIT_CONFIG_FILE =
		8 << 20,       /* configuration, map, definition: the largest code list is 2 MB */
	LIMIT_ITEM = 8 << 20,  /* one item: Ampliance allows 200 KB a body; ten languages of text */
	LIMIT_VALUE = 4 << 20, /* one value of an item */
	LIMIT_NESTING = 64,    /* JSON and XML depth: Ampliance allows 22 */
	LIMIT_NODES = 1 << 20, /* nodes in one item */
	LIMIT_HEADER = 1 << 16, /* nodes in front of the items of a set, some 6 MB */
	LIMIT_NAMES = 1 << 17,	/* different names in one run: more are keys that hold data */
	LIMIT_CSV_COLUMNS = 4096,
	LIMIT_CSV_ROW = 4 << 20,
	LIMIT_SEGMENT = 1 << 20, /* one EDI segment */
	LIMIT_ELEMENTS = 512,	 /* elements of one segment */
	LIMIT_NAME = 255,	 /* a file name: what Linux takes */
	LIMIT_PATH = 4096,
	LIMIT_ACK_FILE = 256 << 20, /* one file a partner sends us */
	LIMIT_ACK_TEXT = 16 << 10,  /* one text in it: FTX has 5 x 512 characters */
	LIMIT_ACK_TOLD = 32 << 20,  /* verdicts of one such file: some 300,000 faults */
	LIMIT_TREE_FILES = 2000000, /* files of one export tree */
	LIMIT_LINK_DEPTH = 8,	    /* content links followed from one item */
	LIMIT_EXPR_DEPTH = 64,	    /* nesting of one expression of a map */
	LIMIT_FINDINGS = 1000,	    /* findings kept of one item; more are counted */
	LIMIT_LISTING = 200000,	    /* files in one partner's get folder: some never clean up */
	LIMIT_LISTED = 1000000,	    /* names in that folder, other kinds too: a listing ends */
	LIMIT_ATTEMPTS = 3,	    /* crashes of one unit of work before it is quarantined */
	LIMIT_EXHAUSTED = 5,	    /* runs in which memory ran out for it before it is put away */
	LIMIT_WORKERS = 32,	 /* converters at once: each holds some 15 descriptors of 1,024 */
	LIMIT_JOIN_ROWS = 10000, /* rows one item may join */
	LIMIT_MAP_STEPS = 50000000,  /* steps of a map on one item: some seconds at most */
	LIMIT_MAP_BYTES = 256 << 20, /* what it makes meanwhile, in memory */
	LIMIT_TIMES = 96,	     /* times of one <when>: each quarter of an hour */
	LIMIT_ZONE_FILE = 1 << 16,   /* one zone file: the largest have 4 KB */
	LIMIT_ZONES = 4096,	     /* names of zones kept to suggest one of; tzdata has 600 */
	LIMIT_PASSWD = 1 << 20,	     /* /etc/passwd: some 15,000 users */
};

#endif
