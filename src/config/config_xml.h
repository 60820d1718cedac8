/*
 * What the readers of the configuration's files share: loading a file, and taking attributes with
 * their types, so that every fault is told with its place and all of them are told at once. A
 * value that is faulty is replaced by its default, so that reading goes on. Inside config/ only.
 */
#ifndef CONFIG_CONFIG_XML_H
#define CONFIG_CONFIG_XML_H

#include <stdbool.h>
#include <stdint.h>

#include "base/table.h"
#include "config/config.h"
#include "model/faults.h"
#include "model/xml.h"

/* One load. */
struct config_xml {
	struct config *config; /* being filled; everything lives in its arena */
	struct faults *faults;
	const char *file;	       /* the one being read, as people know it */
	const struct xml *environment; /* root of environment.xml, or NULL */
	/* One of these files could not be read, so a name that is not known may stand in it. */
	bool partners_broken, agreements_broken, routes_broken;
	struct table sources;	 /* name: struct config_source */
	struct table partners;	 /* name: struct config_partner */
	struct table agreements; /* name: struct config_agreement */
	struct table identities; /* "qualifier id group": struct config_partner */
	struct table targets;	 /* of config_partner.c: folders of endpoints */
};

/* Reads dir/name; shown is its name for people. 1 and *root, 0 absent, -1 a fault was added. */
int config_xml_load(struct config_xml *c, int dir, const char *name, const char *shown,
	const char *element, struct xml **root);

/* A fault at x; always -1. */
int config_xml_fault(struct config_xml *c, const struct xml *x, const char *fmt, ...)
	ATTR_PRINTF(3, 4);
void config_xml_warn(struct config_xml *c, const struct xml *x, const char *fmt, ...)
	ATTR_PRINTF(3, 4);

/* Faults for every attribute and child element that is not listed (names separated by blanks),
 * and for text. Also marks what is listed as known. */
void config_xml_strict(
	struct config_xml *c, const struct xml *x, const char *attrs, const char *children);
/* The next sibling from x on that is an element of this name of ours, x included; or NULL. */
const struct xml *config_xml_from(const struct xml *x, const char *name);
/* The only child of that name, or NULL; a second one is a fault. */
const struct xml *config_xml_only(struct config_xml *c, const struct xml *x, const char *name);

/* Attributes. Absent: "" or fallback. need: absent or empty is a fault. */
struct str config_xml_text(struct config_xml *c, const struct xml *x, const char *attr, bool need);
struct str config_xml_name(struct config_xml *c, const struct xml *x, const char *attr, bool need);
bool config_xml_yes(struct config_xml *c, const struct xml *x, const char *attr, bool fallback);
uint64_t config_xml_number(struct config_xml *c, const struct xml *x, const char *attr,
	uint64_t fallback, uint64_t low, uint64_t high);
/* Seconds, from low up to ten years. */
uint64_t config_xml_duration(struct config_xml *c, const struct xml *x, const char *attr,
	uint64_t fallback, uint64_t low);
/* "4096", "512K", "64M", "2G". */
uint64_t config_xml_bytes(
	struct config_xml *c, const struct xml *x, const char *attr, uint64_t fallback);
/* Index among words (separated by blanks). Absent: fallback, or a fault when that is -1; then and
 * for a word not listed the result is fallback. */
int config_xml_choice(struct config_xml *c, const struct xml *x, const char *attr,
	const char *words, int fallback);
/* One ASCII character. */
char config_xml_char(struct config_xml *c, const struct xml *x, const char *attr, char fallback);
/* Words separated by blanks; a repeated one is a fault. */
void config_xml_words(
	struct config_xml *c, const struct xml *x, const char *attr, struct str **words, size_t *n);
/* A path that stays below where it starts: no "..", no ".", no empty part. */
bool config_xml_path_ok(struct str path);
/* test or production, which must be what the environment is. */
enum usage config_xml_usage(struct config_xml *c, const struct xml *x, const char *what);

/* Parts that several files have. */
void config_xml_identity(struct config_xml *c, const struct xml *x, struct config_identity *out);
/* The <set> children of x. */
struct config_set *config_xml_sets(
	struct config_xml *c, const struct xml *x, const char *const *taken);
/* "Qualifier:id", for messages. */
const char *config_xml_who(struct config_xml *c, const struct config_identity *id);

#endif
