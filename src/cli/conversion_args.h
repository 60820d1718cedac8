/*
 * What a command line says of a conversion: the options that convert, map coverage and map diff share,
 * and that a case of map test has as XML.
 */
#ifndef CLI_CONVERSION_ARGS_H
#define CLI_CONVERSION_ARGS_H

#include "base/clock.h"
#include "cli/args.h"
#include "cli/conversion.h"

enum { CONVERSION_ARGS_SOURCE = 7, CONVERSION_ARGS = 14 + CONVERSION_ARGS_SOURCE };

/* Lines of --help. */
#define CONVERSION_ARGS_USAGE                                                                                         \
	"  --join NAME=FILE[,OPTION=VALUE...]\n"                                                                      \
	"                           what the map joins as $NAME; options: separator=; decimal=, numbers=a b\n"        \
	"                           columns=a b header=no quote=' encoding=iso-8859-1 format=csv items=FOLDER/\n"     \
	"  --workflow FILE          hub settings export, for workflow-label()\n"                                      \
	"  --set NAME=VALUE         a variable of the map: agreement/catalog=AW26, environment/gln=...\n"             \
	"  --date DATE              of the run, 2026-11-23 or 2026-11-23T02:00:00Z; now unless given\n"               \
	"  --action ACTION          what $action says: add, change, or delete, of what the map withdraws (add)\n"     \
	"  --items FOLDER/          only items below this folder of an export tree\n"                                 \
	"  --encoding NAME          of CSV and fixed widths: utf-8, iso-8859-1 or windows-1252 (utf-8)\n"             \
	"  --separator C            of a CSV file; tab is understood; found out unless given\n"                       \
	"  --decimal C              decimal mark of its numbers, . or ,\n"                                            \
	"  --numbers \"A B\"          columns whose decimal mark is turned into .\n"                                  \
	"  --tolerate NAME,..       what the sender of X12 or EDIFACT is forgiven: gridspool codes lists the names\n" \
	"  --level LEVEL            how deep they are checked: structure, element, codes, notes or guide (guide)\n"   \
	"  --elements '*>~'         separators of elements, components and segments; a fourth one repeats;\n"         \
	"                           those of the standard unless given: *>~ or +:'\n"                                 \
	"  --newline yes|no         a line end behind each segment (yes)\n"                                           \
	"  --repertoire NAME        X12: basic, extended, latin1 or utf8 (extended); EDIFACT: UNOC:3 and so on\n"     \
	"  --characters HOW         what becomes of those that the target lacks: reject (the item is set aside),\n"   \
	"                           transliterate (only typography is written otherwise) or replace (? for the\n"     \
	"                           rest); each change is told (reject)\n"                                            \
	"  --sender Q:ID            ISA05 and ISA06, or S002 (ZZ:SENDER)\n"                                           \
	"  --receiver Q:ID          ISA07 and ISA08, or S003 (ZZ:RECEIVER)\n"                                         \
	"  --una                    EDIFACT: UNA, though the separators are those of the standard\n"                  \
	"  --groups                 EDIFACT: messages stand in a group (UNG)\n"                                       \
	"  --release C              EDIFACT: the release character (?); a blank for none\n"                           \
	"  --decimal-mark C         EDIFACT: of numbers that are written, . or , (.)\n"                               \
	"  --association CODE       EDIFACT: UNH 0057, EAN009 for example\n"

struct conversion_args {
	struct conversion_options o;
	struct arena arena;
	const char *date, *elements, *newline, *repertoire, *characters, *sender, *receiver;
	const char *release, *decimal_mark, *association;
	const char *action;
	const char *source[CONVERSION_ARGS_SOURCE]; /* as source_names has them */
};

void conversion_args_init(struct conversion_args *a);
void conversion_args_done(struct conversion_args *a);
/* The rows for args_parse: CONVERSION_ARGS of them. */
void conversion_args_options(struct conversion_args *a, struct args_option *rows);
/* Takes --join and --set, which may come more than once, out of argv. */
int conversion_args_repeated(struct conversion_args *a, int *argc, char **argv, struct err *e)
	ATTR_CHECK;
/* One join "NAME=FILE,OPTION=VALUE", one variable "agreement/catalog=AW26"; borrowed. */
int conversion_args_join(struct conversion_args *a, const char *text, struct err *e) ATTR_CHECK;
int conversion_args_set(struct conversion_args *a, const char *text, struct err *e) ATTR_CHECK;
/* Turns all that was said into a->o; without a date it is now. */
int conversion_args_finish(struct conversion_args *a, const struct clock *clock, struct err *e)
	ATTR_CHECK;

#endif
