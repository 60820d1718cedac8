/* Inside of defs/: what the readers of definition files share: files, attributes, strictness. */
#ifndef DEFS_DEFS_XML_H
#define DEFS_DEFS_XML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "model/faults.h"
#include "model/xml.h"

#define DEFS_NAMESPACE "urn:gridspool:definition:1"

struct defs;
struct dict;

/* Reads one XML file of one folder. 1 read (*file is its name for messages), 0 not there,
 * -1 a fault was added. */
int defs_xml_load(struct defs *d, size_t dir, struct str path, struct xml **root, const char **file,
	struct faults *f);
/* Is it an element of ours with this name? */
bool defs_xml_is(const struct xml *x, const char *name);
/* The root is <name> and says the format and version of dict; false when a fault was added. */
bool defs_xml_root(const struct xml *root, const char *name, const struct dict *dict,
	const char *file, struct faults *f);

/* Attributes; each adds a fault and returns the fallback when the value is wrong. */
struct str defs_xml_need(const struct xml *x, const char *attr, const char *file, struct faults *f);
uint32_t defs_xml_number(const struct xml *x, const char *attr, uint32_t fallback, uint32_t low,
	uint32_t high, const char *file, struct faults *f);
bool defs_xml_yes(
	const struct xml *x, const char *attr, bool fallback, const char *file, struct faults *f);
/* max="any" is 0. */
uint32_t defs_xml_max(const struct xml *x, uint32_t fallback, const char *file, struct faults *f);
/* use="M"; absent, "O" or "C" is false. */
bool defs_xml_mandatory(const struct xml *x, const char *file, struct faults *f);
/* A fault for each attribute and each child element that is not in its list, which NULL ends. */
void defs_xml_strange(const struct xml *x, const char *const *attrs, const char *const *children,
	const char *file, struct faults *f);

#endif
