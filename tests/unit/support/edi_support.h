/* For tests of X12 and EDIFACT: definitions of the repository, and findings as one short text. */
#ifndef UNIT_SUPPORT_EDI_SUPPORT_H
#define UNIT_SUPPORT_EDI_SUPPORT_H

#include "base/str.h"
#include "defs/defs.h"
#include "edi/edi_read.h"

struct defs *edi_support_defs(void); /* maps/ of the repository; opened once */
void edi_support_done(void);

/* Reads all and returns "CODE@TAG12.3 CODE@..." with segment position and element (and "-2" for a
 * component); " | the error" behind when reading broke off. Static, until the next call. */
const char *edi_support_read(struct str bytes, enum edi_level level); /* as X12 */
const char *edi_support_read_as(const char *format, struct str bytes, enum edi_level level);

/* By a guide; finds no level before EDI_GUIDE. Behind each finding the guide's line: "(18)". */
const char *edi_support_read_guided(
	struct str bytes, enum edi_level level, const char *set, const char *guide); /* as X12 */
/* The same with what is forgiven: names as in validate --tolerate. Behind a finding that is a note for that,
 * its tolerance in brackets; at the end " = " and how often each was used. */
const char *edi_support_read_forgiving(const char *format, const char *tolerate, struct str bytes);

/* ISA with control number 1 and version 00401, separators * > ~. */
#define EDI_ISA                                                                                      \
	"ISA*00*          *00*          *ZZ*US             *ZZ*THEM           *261123*0200*U*00401*" \
	"000000001*0*P*>~"
#define EDI_GS "GS*SC*US*THEM*20261123*0200*1*X*004010~"
#define EDI_END "GE*1*1~IEA*1*000000001~"
#define EDI_ST "ST*832*0001~BCT*PC*CAT1~"
#define EDI_832 EDI_ISA EDI_GS EDI_ST "LIN*1*UP*614141007349~SE*4*0001~" EDI_END

#endif
