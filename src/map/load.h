/* What the files that load a map share. Internal to this folder. */
#ifndef MAP_LOAD_H
#define MAP_LOAD_H

#include "map/compiled.h"
#include "model/xml.h"

struct load {
	struct map *m;
	const struct map_env *env;
	struct faults *f;
	const char *file;
	struct str bytes; /* of the map, to find the place of an attribute */
	size_t at_byte;	  /* of them: the element of which a place was asked for last */
	uint32_t at_line, at_column;
	struct arena *scratch;
	struct expr_scope scope;
	const struct xml *at; /* element that is being loaded */
	struct str attr;      /* attribute that is being loaded */
	size_t joins_cap, tables_cap, lets_cap, vars_cap, totals_cap, counters_cap, as_cap,
		patterns_cap, zones_cap;
	size_t requires_cap, keeps_cap, slots_cap;
	size_t groups;			     /* that are open: what is loaded stands in them */
	const struct load_space *spaces;     /* XML: namespaces met, the last first */
	struct load_text *texts, *last_text; /* each expression, for faults that are found later */
	struct load_code *codes;	     /* bare names that are codes, for paths.h */
	struct load_schema *schemas;	     /* read, for schema.h */
	struct str target_type;		     /* of content items that are made, or "" */
};

/* Where an expression stands. */
struct load_text {
	const struct expr *e;
	const struct xml *x;
	struct str attr, text;
	size_t from; /* bytes into the attribute */
	struct load_text *next;
};

/* What map_load() and map_free() are. */
struct map *load_map(
	struct str bytes, const char *file, const struct map_env *env, struct faults *f);
void load_free(struct map *m);

/* Faults at an element, or at the value of one of its attributes, so many bytes into it. */
void load_fault(struct load *l, const struct xml *x, const char *fmt, ...) ATTR_PRINTF(3, 4);
void load_fault_at(struct load *l, const struct xml *x, struct str attr, size_t into,
	const char *fmt, ...) ATTR_PRINTF(5, 6);
void load_warn_at(struct load *l, const struct xml *x, struct str attr, size_t into,
	const char *fmt, ...) ATTR_PRINTF(5, 6);
void load_place(struct load *l, const struct xml *x, struct str attr, size_t into, uint32_t *line,
	uint32_t *column);

/* The attribute as an expression; NULL when it is not there or wrong (a fault was added). */
struct expr *load_expr(struct load *l, const struct xml *x, const char *attr);
bool load_list(
	struct load *l, const struct xml *x, const char *attr, bool order, struct expr_list *out);
/* An expression was parsed, so many bytes into this attribute: those who watch (watch.h) and those who check it
 * later want to know. */
void load_parsed(struct load *l, const struct xml *x, struct str attr, size_t from, struct str text,
	struct expr *e);
/* A required attribute; a fault and an empty view when it is missing. */
struct str load_need(struct load *l, const struct xml *x, const char *attr);
/* A name that others write as $NAME: can it be written so, and is it free? */
void load_name(struct load *l, const struct xml *x, const char *attr, struct str name);
bool load_yes(struct load *l, const struct xml *x, const char *attr, bool otherwise);
/* Attributes that nobody asked for. names are those the element knows, for "did you mean". */
void load_unused(struct load *l, const struct xml *x, const char *const *names, size_t n);
uint32_t load_named(
	struct map_named **list, size_t *n, size_t *cap, struct str name, uint32_t line);
bool load_is_ours(const struct xml *x);

/* load_decl.c: everything beside the message */
void load_decl_all(struct load *l, const struct xml *root);
void load_decl_let(struct load *l, const struct xml *x);

/* load_table.c: <table> and the file that it names */
void load_table_add(struct load *l, const struct xml *x);
/* A file of tables/ from the first folder that has it; -1: none has, or it cannot be opened. */
int load_table_open(struct load *l, struct str file, struct err *e) ATTR_CHECK;
/* Where files that a map names are looked for: "bundle, bundle/definitions, maps". */
const char *load_table_folders(struct load *l);

/* load_call.c: an expr_scope's call */
bool load_call_check(void *ctx, struct expr *x, struct expr_fault *f);

/* load_template.c */
void load_template_message(struct load *l, const struct xml *x);
/* What parts of all kinds share: where they stand; each, sort and as; a name given by as ends with its
 * element; lets from this slot on are those of the part; <total>. */
void load_template_place(const struct xml *x, struct map_part *p);
void load_template_head(struct load *l, const struct xml *x, struct map_part *p);
void load_template_tail(struct load *l, const struct map_part *p);
void load_template_lets(struct load *l, struct map_part *p, size_t first);
void load_template_total(struct load *l, const struct xml *x, struct map_part *owner);
/* A <group>, before what is in it is loaded; with load_group_end behind that. */
void load_group_begin(struct load *l, const struct xml *x, struct map_part *p);
void load_group_end(struct load *l);
/* <message group-by=> */
void load_group_messages(struct load *l, const struct xml *x);

/* load_tree.c: what a target without segments makes, <message> or <item> */
void load_tree_message(struct load *l, const struct xml *x);
/* Where a part of a tree stands. */
struct load_level {
	struct map_part *owner; /* what it is in; NULL directly in <message> */
	uint8_t inside;		/* kind of the nearest part that makes something; LOAD_TOP none */
	bool item;		/* it is inside of <item> */
	bool open;		/* fields need not be among those of the definition */
	const struct def_field *fields; /* of the definition; NULL: there is none */
};
enum { LOAD_TOP = 255 };
/* The parts inside an element, in order. */
struct map_part *load_tree_inside(struct load *l, const struct xml *x, const struct load_level *v);
/* Takes over the value of a part: what it is made of. */
void load_tree_value(struct load *l, struct map_make *m, struct expr **pieces, size_t n);

/* load_xml.c: an element of another namespace, and the namespaces that the root declares */
void load_xml_element(
	struct load *l, const struct xml *x, const struct load_level *v, struct map_part *p);
void load_xml_spaces(struct load *l, struct map_part *root);
/* The document type that a <target> declares, or NULL. */
const struct def_doctype *load_xml_doctype(struct load *l, const struct xml *x);
/* Text of x that stands beside its elements: in front of the first, behind the last, or between. NULL
 * when it is blank. */
struct map_part *load_xml_text(
	struct load *l, const struct xml *x, struct str text, bool first, bool last);

#endif
