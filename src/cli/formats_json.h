/* Definitions in words and as members of the JSON object that is open. */
#ifndef CLI_FORMATS_JSON_H
#define CLI_FORMATS_JSON_H

#include "base/arena.h"
#include "base/json.h"
#include "defs/defs.h"

/* "AN", "N2" */
struct str formats_json_type(const struct def_element *d, struct arena *a);
/* "P0405: if one of 04, 05 is there, all must be" */
struct str formats_json_note(const struct def_note *n, struct arena *a);

/* message, name, group, guide, nodes (each with its children) and segments, each once */
void formats_json_message(struct json *j, const struct def_message *m, struct arena *a);
/* segment, name, elements and notes */
void formats_json_segment(struct json *j, const struct def_segment *s, struct arena *a);
/* element, name, type, lengths and codes */
void formats_json_element(struct json *j, const struct def_element *d, struct arena *a);

#endif
