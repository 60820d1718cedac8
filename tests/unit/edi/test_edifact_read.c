/* The EDIFACT reader by cases; "rNN" is the row of the list of corner cases in the project's reference. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "unit/support/edi_support.h"

#define UNB(syntax) "UNB+" syntax "+A+B+261123:0200+R1'"
#define UNB4(set) "UNB+" set ":4+A+B+20261123:0200+R1'"
#define UNH "UNH+1+PRICAT:D:96A:UN'"
#define TOP UNH "BGM+9+C1+9'DTM+137:20261123:102'"
#define UNT(n) "UNT+" n "+1'"
#define UNZ "UNZ+1+R1'"
#define BODY TOP UNT("4")
#define FTX(text) TOP "FTX+AAI+++" text "'" UNT("5") UNZ
#define PRI(price) TOP "PGI+11'PRI+AAA:" price "'" UNT("6") UNZ
#define UNG "UNG+PRICAT+A+B+261123:0200+G1+UN+D:96A'"
#define UNE "UNE+1+G1'"
#define LIT(s)                      \
	{                           \
		"" s, sizeof(s) - 1 \
	}
#define PART(n, of, transfer) \
	"UNH+" n "+PRICAT:D:96A:UN+" of "+" transfer "'BGM+9+C1+9'DTM+137:20261123:102'UNT+4+" n "'"
#define WHOLE UNB("UNOC:3") BODY UNZ

struct row {
	const char *name;
	struct str in;
	const char *want; /* all findings; behind " | " the start of the error */
};

static const struct row rows[] = {
	{"valid", LIT(WHOLE), ""},
	{"r10 byte order mark, blank lines, Control-Z", LIT("\xef\xbb\xbf\r\n" WHOLE "\r\n\x1a"),
		""},
	{"r11 no last terminator", LIT(UNB("UNOC:3") BODY "UNZ+1+R1"), "EDIFACT-TERMINATOR@UNZ6"},
	{"r12 two terminators", LIT(UNB("UNOC:3") TOP "'" UNT("4") UNZ), "EDIFACT-SEGMENT-EMPTY@3"},
	{"r13 two interchanges with their own separators",
		LIT(WHOLE
			"\nUNA;!,? ~UNB!UNOC;3!A!B!261123;0200!R2~UNH!1!PRICAT;D;96A;UN~BGM!9!C1!9~"
			"DTM!137;20261123;102~UNT!4!1~UNZ!1!R2~" WHOLE),
		""},
	{"r14 UNA and UNB in data",
		LIT(UNB("UNOC:3") TOP "FTX+AAI+++UNB LAGUNA?+ UNA'" UNT("5") UNZ), ""},
	{"r14 a reference that begins with UNA",
		LIT("UNB+UNOC:3+A+B+261123:0200+UNA1234'" BODY "UNZ+1+UNA1234'"), ""},
	{"r16 no envelope", LIT(BODY),
		"EDIFACT-NO-UNB@1 | t.edi: byte 0: this is not EDIFACT: EDIFACT "
		"without its interchange header"},
	{"r18 empty", LIT(" "),
		"EDIFACT-NO-UNB@0 | t.edi: byte 0: this is not EDIFACT: the file is"},
	{"r19 no UNZ", LIT(UNB("UNOC:3") BODY),
		"EDIFACT-TRUNCATED@6 | t.edi: byte 92: the file ends inside an interchange: UNZ is"},
	{"r63 UNA", LIT("UNA:+.? '" WHOLE), ""},
	{"r63 UNA and a line end", LIT("UNA:+.? '\r\n" WHOLE), ""},
	{"r63 UNA without UNB", LIT("UNA:+.? 'UNH+1"),
		"EDIFACT-NO-UNB@1 | t.edi: byte 9: behind UNA there is no UNB"},
	{"r63 UNA cut", LIT("UNA:+.?"),
		"EDIFACT-TRUNCATED@UNA1 | t.edi: byte 0: the file ends inside the separators"},
	{"r63 two separators alike", LIT("UNA++.? '" WHOLE),
		"EDIFACT-SEPARATOR@UNA1 | t.edi: byte 0: two separators of the interchange are the same "
		"character: 0x2B as component separator and as element separator"},
	{"r63 a letter as separator",
		LIT("UNA:+.?X'"
		    "UNB+UNOC:3+A+B+261123:0200+R1'" BODY UNZ),
		""},
	{"r63 a letter as terminator", LIT("UNA:+.? X" WHOLE),
		"EDIFACT-SEPARATOR@UNA1 | t.edi: byte 0: a separator of the interchange is a letter, a "
		"digit, a blank, a line end or no ASCII character: 0x58 as segment terminator"},
	{"r64 a blank is no release character", LIT("UNA:+.  '" UNB("UNOC:3") FTX("what?")), ""},
	{"r64 repetition separator of version 4", LIT(UNB4("UNOC") TOP UNT("4") UNZ), ""},
	{"r64 * repeats in version 4", LIT(UNB4("UNOC") TOP "BGM+9+C1*C2'" UNT("5") UNZ),
		"EDIFACT-SEGMENT-REPEAT@BGM4 EDIFACT-ELEMENT-REPEAT@BGM4.2"},
	{"r64 * is data in version 3",
		LIT(UNB("UNOC:3") UNH "BGM+9+C1*C2'DTM+137:20261123:102'" UNT("4") UNZ), ""},
	{"r64 the repetition separator that UNA names",
		LIT("UNA:+.?^'" UNB4("UNOC") TOP "BGM+9+C1^C2'" UNT("5") UNZ),
		"EDIFACT-SEGMENT-REPEAT@BGM4 EDIFACT-ELEMENT-REPEAT@BGM4.2"},
	{"r65 level B with its own separators",
		LIT("UNB\x1dUNOB\x1f"
		    "1\x1d"
		    "A\x1d"
		    "B\x1d"
		    "261123\x1f"
		    "0200\x1dR1\x1c"
		    "UNH\x1d"
		    "1\x1dPRICAT\x1f"
		    "D\x1f"
		    "96A\x1fUN\x1c"
		    "BGM\x1d"
		    "9\x1d"
		    "C1?\x1d"
		    "9\x1c"
		    "DTM\x1d"
		    "137\x1f"
		    "20261123\x1f"
		    "102\x1cUNT\x1d"
		    "4\x1d"
		    "1\x1cUNZ\x1d"
		    "1\x1dR1\x1c"),
		""},
	{"r65 level B with the separators of level A", LIT(UNB("UNOB:1") BODY UNZ), ""},
	{"r66 private separators without UNA",
		LIT("UNB\"UNOB=1\"A\"B\"261123=0200\"R1;UNH\"1\"PRICAT=D=96A=UN;BGM\"9\"C1\"9;"
		    "DTM\"137=20261123=102;UNT\"4\"1;UNZ\"1\"R1;"),
		"EDIFACT-UNA@UNB1"},
	{"r66 a private component separator only",
		LIT("UNB+UNOB;1+A+B+261123;0200+R1'UNH+1+PRICAT;D;96A;UN'BGM+9+C1+9'"
		    "DTM+137;20261123;102'UNT+4+1'UNZ+1+R1'"),
		"EDIFACT-UNA@UNB1"},
	{"r66 no terminator to be found", LIT("UNB\"UNOB=1\"A\"B\"261123=0200\"R1 UNH\"1"),
		"EDIFACT-SEPARATOR@UNB1 | t.edi: byte 0: the interchange has separators of its own"},
	{"r67 release", LIT(UNB("UNOC:3") FTX("it?'s ?+ ?: ??")), ""},
	{"r67 release of an ordinary character", LIT(UNB("UNOC:3") FTX("int?.")),
		"EDIFACT-RELEASE@FTX4.4-1"},
	{"r67 released characters count once",
		LIT(UNB("UNOC:3") FTX(
			"??????????????????????????????????????????????????????????????????????"
			"??????????????????????????????????????????????????????????????????????")),
		""},
	{"r69 point", LIT(UNB("UNOC:3") PRI("12.50")), ""},
	{"r69 comma without UNA", LIT(UNB("UNOC:3") PRI("12,50")), ""},
	{"r69 comma though UNA says point", LIT("UNA:+.? '" UNB("UNOC:3") PRI("12,50")),
		"EDIFACT-DECIMAL-MARK@PRI5.1-2"},
	{"r69 point though UNA says comma", LIT("UNA:+,? '" UNB("UNOC:3") PRI("12.50")),
		"EDIFACT-DECIMAL-MARK@PRI5.1-2"},
	{"r69 comma as UNA says", LIT("UNA:+,? '" UNB("UNOC:3") PRI("-12,50")), ""},
	{"r69 version 4 takes both",
		LIT("UNA:+.?*'" UNB4("UNOC") TOP "PGI+11'PRI+AAA:12,50'PRI+AAA:1.5'" UNT("7") UNZ),
		""},
	{"r69 no digit in front of the mark", LIT(UNB("UNOC:3") PRI(".50")),
		"EDIFACT-DECIMAL-DIGIT@PRI5.1-2"},
	{"r69 none behind it", LIT(UNB("UNOC:3") PRI("50.")), "EDIFACT-DECIMAL-DIGIT@PRI5.1-2"},
	{"r69 thousands", LIT(UNB("UNOC:3") PRI("1,250.00")), "EDIFACT-ELEMENT-TYPE@PRI5.1-2"},
	{"r69 sign and mark are not counted", LIT(UNB("UNOC:3") PRI("-1234567890123.45")), ""},
	{"r69 sixteen digits", LIT(UNB("UNOC:3") PRI("1234567890123456")),
		"EDIFACT-ELEMENT-LONG@PRI5.1-2"},
	{"r69 UNA names no mark", LIT("UNA:+;? '" UNB("UNOC:3") PRI("1.5")),
		"EDIFACT-DECIMAL-MARK@UNA1"},
	{"r69 in version 4 it need not", LIT("UNA:+ ?*'" UNB4("UNOC") TOP UNT("4") UNZ), ""},
	{"r70 ISO 8859-1", LIT(UNB("UNOC:3") FTX("Schl\xfcssel")), ""},
	{"r70 ISO 8859-5", LIT(UNB("UNOE:3") FTX("\xb0\xb1")), ""},
	{"r70 ISO 8859-5 whose bytes could be UTF-8 of other letters",
		LIT(UNB("UNOE:3") TOP "FTX+AAI+++\xc2\xb2'FTX+AAI+++\xc4\xb7'" UNT("6") UNZ), ""},
	{"r70 UNOE that is UTF-8", LIT(UNB("UNOE:3") FTX("\xd0\xb0\xd0\xbc")),
		"EDIFACT-CHARSET@FTX4.4-1"},
	{"r70 UTF-8", LIT(UNB4("UNOW") TOP "FTX+AAI+++\xe2\x82\xac'" UNT("5") UNZ), ""},
	{"r70 UNOY", LIT(UNB4("UNOY") TOP "FTX+AAI+++\xc3\xa4'" UNT("5") UNZ), ""},
	{"r70 UNOW that is none", LIT(UNB4("UNOW") TOP "FTX+AAI+++\xe4x'" UNT("5") UNZ),
		"EDIFACT-CHARSET@FTX4.4-1"},
	{"r70 UNOC that is UTF-8", LIT(UNB("UNOC:3") FTX("Schl\xc3\xbcssel")),
		"EDIFACT-CHARSET@FTX4.4-1"},
	{"r70 UNOC that is Windows-1252", LIT(UNB("UNOC:3") FTX("\x80 5")),
		"EDIFACT-CHARSET@FTX4.4-1"},
	{"r70 a byte that ISO 8859-7 has not", LIT(UNB("UNOF:3") FTX("\xff")),
		"EDIFACT-CHARSET@FTX4.4-1"},
	{"r70 UNOA with an umlaut", LIT(UNB("UNOA:3") FTX("\xdc")), "EDIFACT-CHARSET@FTX4.4-1"},
	{"r70 UNOA with small letters is told once",
		LIT(UNB("UNOA:3") TOP "FTX+AAI+++abc'FTX+AAI+++d'" UNT("6") UNZ),
		"EDIFACT-REPERTOIRE@FTX4.4-1"},
	{"r70 UNOB has them, but no underscore", LIT(UNB("UNOB:3") FTX("abc_d")),
		"EDIFACT-REPERTOIRE@FTX4.4-1"},
	{"r70 UNOX with an escape sequence", LIT(UNB4("UNOX") TOP "FTX+AAI+++\x1b$B'" UNT("5") UNZ),
		"EDIFACT-CHARSET@FTX4.4-1 EDIFACT-ELEMENT-TYPE@FTX4.4-1"},
	{"r70 a line end in a value", LIT(UNB("UNOC:3") FTX("a\nb")), "VALUE-LINE-END@FTX4.4-1"},
	{"r71 IATA", LIT(UNB("IATB:1") BODY UNZ), ""},
	{"r71 KECA is not listed", LIT(UNB("KECA:1") BODY UNZ), "EDIFACT-ELEMENT-CODE@UNB1.1-1"},
	{"r71 version X", LIT("UNB+UNOC:X+A+B+20261123:0200+R1'" BODY UNZ), ""},
	{"r72 no version", LIT("UNB+UNOB+A+B+261123:0200+R1'" BODY UNZ),
		"EDIFACT-ELEMENT-MISSING@UNB1.1-2"},
	{"r72 UNB breaks off", LIT("UNB+UNOA:3'" BODY "UNZ+1'"),
		"EDIFACT-ELEMENT-MISSING@UNB1.2 EDIFACT-ELEMENT-MISSING@UNB1.3 "
		"EDIFACT-ELEMENT-MISSING@UNB1.4 EDIFACT-ELEMENT-MISSING@UNB1.5 "
		"EDIFACT-ELEMENT-MISSING@UNZ6.2"},
	{"r73 eight digits in version 3", LIT("UNB+UNOC:3+A+B+20261123:0200+R1'" BODY UNZ),
		"EDIFACT-ELEMENT-LONG@UNB1.4-1"},
	{"r73 six in version 4", LIT("UNB+UNOC:4+A+B+261123:0200+R1'" BODY UNZ),
		"EDIFACT-ELEMENT-SHORT@UNB1.4-1"},
	{"r74 trailing component separator",
		LIT(UNB("UNOC:3") TOP "RFF+VA:382324067:'" UNT("5") UNZ), "EDIFACT-TRAILING@RFF4"},
	{"r74 trailing element separators", LIT(UNB("UNOC:3") TOP "RFF+VA:1++'" UNT("5") UNZ),
		"EDIFACT-TRAILING@RFF4"},
	{"r75 empty, and nothing in it is mandatory", LIT(UNB("UNOC:3") TOP "ALI'" UNT("5") UNZ),
		""},
	{"r75 empty, and something is", LIT(UNB("UNOC:3") TOP "FTX'" UNT("5") UNZ),
		"EDIFACT-ELEMENT-MISSING@FTX4.1"},
	{"r76 UNT", LIT(UNB("UNOC:3") TOP UNT("5") UNZ), "EDIFACT-COUNT@UNT4.1"},
	{"r76 UNE", LIT(UNB("UNOC:3") UNG BODY "UNE+2+G1'" UNZ), "EDIFACT-COUNT@UNE7.1"},
	{"r76 UNZ counts groups",
		LIT(UNB("UNOC:3") UNG BODY "UNH+2+PRICAT:D:96A:UN'BGM+9+C1+9'DTM+137:20261123:102'"
					   "UNT+4+2'UNE+2+G1'" UNZ),
		""},
	{"r76 UNZ counts messages", LIT(UNB("UNOC:3") BODY "UNZ+2+R1'"), "EDIFACT-COUNT@UNZ6.1"},
	{"r77 zeros in front",
		LIT("UNB+UNOC:3+A+B+261123:0200+00000916'" BODY "UNZ+1+00000000000916'"),
		"EDIFACT-REFERENCE-ZEROS@UNZ6.2"},
	{"r77 UNT 0062", LIT(UNB("UNOC:3") TOP "UNT+4+01'" UNZ), "EDIFACT-REFERENCE-ZEROS@UNT4.2"},
	{"r77 UNE 0048", LIT(UNB("UNOC:3") UNG BODY "UNE+1+G2'" UNZ), "EDIFACT-REFERENCE@UNE7.2"},
	{"r77 two messages of one reference", LIT(UNB("UNOC:3") BODY BODY "UNZ+2+R1'"),
		"EDIFACT-DUPLICATE@UNH1.1"},
	{"r77 each group counts anew",
		LIT(UNB("UNOC:3") UNG BODY UNE "UNG+PRICAT+A+B+261123:0200+G2+UN+D:96A'" BODY
					       "UNE+1+G2'UNZ+2+R1'"),
		""},
	{"r77 two groups of one reference",
		LIT(UNB("UNOC:3") UNG BODY UNE UNG BODY UNE "UNZ+2+R1'"),
		"EDIFACT-DUPLICATE@UNG8.5"},
	{"r78 groups and messages mixed",
		LIT(UNB("UNOC:3") UNG BODY UNE
			"UNH+2+PRICAT:D:96A:UN'BGM+9+C1+9'DTM+137:20261123:102'UNT+4+2'"
			"UNZ+2+R1'"),
		"EDIFACT-MIXED@UNH1"},
	{"r78 a message before a group", LIT(UNB("UNOC:3") BODY UNG BODY UNE "UNZ+1+R1'"),
		"EDIFACT-MIXED@UNG6"},
	{"r78 another type in the group",
		LIT(UNB("UNOC:3") "UNG+INVRPT+A+B+261123:0200+G1+UN+D:96A'" BODY UNE UNZ),
		"EDIFACT-GROUP-TYPE@UNH1.2"},
	{"empty group", LIT(UNB("UNOC:3") UNG "UNE+0+G1'" UNZ), "EDIFACT-EMPTY@UNE3"},
	{"empty interchange", LIT(UNB("UNOC:3") "UNZ+0+R1'"), "EDIFACT-EMPTY@UNZ2"},
	{"r79 a group of one segment repeats",
		LIT(UNB("UNOC:3") TOP "NAD+SU+1::9'NAD+BY+2::9'NAD+DP+3::9'" UNT("7") UNZ), ""},
	{"r80 INVRPT D.96A has INV behind QTY",
		LIT(UNB("UNOC:3") "UNH+1+INVRPT:D:96A:UN'BGM+35+C1+9'"
				  "DTM+137:20261123:102'LIN+1'QTY+145:5'INV+1'UNT+7+1'" UNZ),
		""},
	{"r80 INVRPT D.01B has it before",
		LIT(UNB("UNOC:3") "UNH+1+INVRPT:D:01B:UN'BGM+35+C1+9'"
				  "DTM+137:20261123:102'LIN+1'INV+1'QTY+145:5'UNT+7+1'" UNZ),
		""},
	{"r80 and not behind",
		LIT(UNB("UNOC:3") "UNH+1+INVRPT:D:01B:UN'BGM+35+C1+9'"
				  "DTM+137:20261123:102'LIN+1'QTY+145:5'INV+1'UNT+7+1'" UNZ),
		"EDIFACT-SEGMENT-UNEXPECTED@QTY5 EDIFACT-SEGMENT-MISSING@QTY7"},
	{"r81 UNS",
		LIT(UNB("UNOC:3") "UNH+1+PARTIN:D:96A:UN'BGM+10+C1+9'DTM+137:20261123:102'"
				  "NAD+SU+1::9'UNS+D'NAD+BY+2::9'UNT+7+1'" UNZ),
		""},
	{"r81 no UNS",
		LIT(UNB("UNOC:3") "UNH+1+PARTIN:D:96A:UN'BGM+10+C1+9'DTM+137:20261123:102'"
				  "NAD+SU+1::9'UNT+5+1'" UNZ),
		"EDIFACT-SEGMENT-MISSING@UNS5"},
	{"r82 UGH and UGT", LIT(UNB4("UNOC") TOP "UGH+1'RFF+VA:1'UGT+1'" UNT("7") UNZ), ""},
	{"r82 another id", LIT(UNB4("UNOC") TOP "UGH+1'RFF+VA:1'UGT+2'" UNT("7") UNZ),
		"EDIFACT-REFERENCE@UGT6.1"},
	{"r82 no UGT", LIT(UNB4("UNOC") TOP "UGH+1'RFF+VA:1'" UNT("6") UNZ),
		"EDIFACT-ENVELOPE@UNT6"},
	{"r82 none before version 4", LIT(UNB("UNOC:3") TOP "UGH+1'" UNT("5") UNZ),
		"EDIFACT-SEGMENT-UNKNOWN@UGH4"},
	{"r83 without an association code",
		LIT(UNB("UNOC:3") TOP "NAD+SU+12345678901234::9'" UNT("5") UNZ), ""},
	{"r83 EAN008 chooses a guide",
		LIT(UNB("UNOC:3") "UNH+1+PRICAT:D:96A:UN:EAN008'BGM+9+C1+9'DTM+137:20261123:102'"
				  "NAD+SU+12345678901234::9'" UNT("5") UNZ),
		"EDIFACT-ELEMENT-LONG@NAD4.2-1(17)"},
	{"r83 split message",
		LIT(UNB("UNOC:3") "UNH+1+PRICAT:D:96A:UN++1:C'BGM+9+C1+9'"
				  "DTM+137:20261123:102'" UNT("4") UNZ),
		""},
	{"r83 transfers in sequence",
		LIT(UNB("UNOC:3") PART("1", "X", "1:C") PART("2", "X", "2") PART("3", "X", "3:F")
				PART("4", "X", "1:C") "UNZ+4+R1'"),
		""},
	{"r83 one of an earlier interchange, another matter",
		LIT(UNB("UNOC:3") PART("1", "X", "7") PART("2", "Y", "3") "UNZ+2+R1'"), ""},
	{"r83 a transfer is missing",
		LIT(UNB("UNOC:3") PART("1", "X", "1:C") PART("2", "X", "3:F") "UNZ+2+R1'"),
		"EDIFACT-TRANSFER@UNH1.4"},
	{"r83 a transfer came twice",
		LIT(UNB("UNOC:3") PART("1", "X", "1:C") PART("2", "X", "1") "UNZ+2+R1'"),
		"EDIFACT-TRANSFER@UNH1.4"},
	{"r83 the first is no first", LIT(UNB("UNOC:3") PART("1", "X", "2:C") UNZ),
		"EDIFACT-TRANSFER@UNH1.4"},
	{"r84 D2 in UNG of version 4", LIT(UNB4("UNOC") "UNG+PRICAT++++G1'" BODY UNE UNZ),
		"EDIFACT-NOTE-PAIRED@UNG2.6"},
	{"r85 package", LIT(UNB("UNOC:3") "UNO+1+:1+X:1+5'abc'dUNP+5+1'" UNZ),
		"EDIFACT-PACKAGE@UNO2 | t.edi: byte 30: the interchange holds a package"},
	{"r90 CONTRL answers messages",
		LIT(UNB("UNOC:3") "UNH+1+CONTRL:2:2:UN'UCI+R9+A+B+8'UCM+1+PRICAT:D:96A:UN+7'"
				  "UNT+4+1'" UNZ),
		""},
	{"r90 or groups, never both",
		LIT(UNB("UNOC:3") "UNH+1+CONTRL:D:3:UN'UCI+R9+A+B+8'"
				  "UCM+1+PRICAT:D:96A:UN+7'UCF+1+A+B+7'UNT+5+1'" UNZ),
		"EDIFACT-LOOP-EXCLUSIVE@UCF4"},
	{"lower case tag", LIT(UNB("UNOC:3") UNH "bgm+9+C1+9'DTM+137:20261123:102'" UNT("4") UNZ),
		"EDIFACT-TAG-CASE@bgm2"},
	{"unknown segment", LIT(UNB("UNOC:3") TOP "QQQ+1'" UNT("5") UNZ),
		"EDIFACT-SEGMENT-UNKNOWN@QQQ4"},
	{"of another message", LIT(UNB("UNOC:3") TOP "ERC+1'" UNT("5") UNZ),
		"EDIFACT-SEGMENT-NOT-IN-SET@ERC4"},
	{"explicit nesting", LIT(UNB("UNOC:3") TOP "RFF:1:1+VA:1'" UNT("5") UNZ), ""},
	{"mandatory segment", LIT(UNB("UNOC:3") UNH "BGM+9+C1+9'UNT+3+1'" UNZ),
		"EDIFACT-SEGMENT-MISSING@DTM3"},
	{"code", LIT(UNB("UNOC:3") TOP "RFF+VA1:1'" UNT("5") UNZ), "EDIFACT-ELEMENT-CODE@RFF4.1-1"},
	{"too many components",
		LIT(UNB("UNOC:3") UNH "BGM+9+C1:X+9'DTM+137:20261123:102'" UNT("4") UNZ),
		"EDIFACT-ELEMENT-EXTRA@BGM2.2-2"},
	{"too many elements",
		LIT(UNB("UNOC:3") UNH "BGM+9+C1+9+AB+X'DTM+137:20261123:102'" UNT("4") UNZ),
		"EDIFACT-ELEMENT-EXTRA@BGM2.5"},
	{"message not defined", LIT(UNB("UNOC:3") "UNH+1+ORDERS:D:96A:UN'XX+1'UNT+3+1'" UNZ),
		"EDIFACT-SET-UNKNOWN@UNH1.2 EDIFACT-TAG@XX2"},
	{"no UNT", LIT(UNB("UNOC:3") TOP UNZ), "EDIFACT-ENVELOPE@UNT5"},
	{"no UNE", LIT(UNB("UNOC:3") UNG BODY UNZ), "EDIFACT-ENVELOPE@UNE7"},
	{"no UNZ before another UNB", LIT(UNB("UNOC:3") BODY WHOLE), "EDIFACT-ENVELOPE@UNZ6"},
	{"no UNZ before another UNA", LIT(UNB("UNOC:3") BODY "UNA:+.? '" WHOLE),
		"EDIFACT-ENVELOPE@UNZ6"},
	{"no UNZ before another UNA with another terminator",
		LIT(UNB("UNOC:3") BODY "UNA;!.? ~UNB!UNOC;3!A!B!261123;0200!R2~UNZ!0!R2~"),
		"EDIFACT-ENVELOPE@UNZ6 EDIFACT-EMPTY@UNZ2"},
	{"no UNT before another UNA",
		LIT(UNB("UNOC:3") TOP "UNA;!.? 'UNB!UNOC;3!A!B!261123;0200!R2'UNZ!0!R2'"),
		"EDIFACT-ENVELOPE@UNT5 EDIFACT-ENVELOPE@UNZ5 EDIFACT-EMPTY@UNZ2"},
	{"segment outside", LIT(UNB("UNOC:3") "LIN+1'" BODY UNZ), "EDIFACT-ENVELOPE@LIN2"},
	{"UNT without UNH", LIT(UNB("UNOC:3") BODY UNT("4") UNZ), "EDIFACT-ENVELOPE@UNT6"},
	{"UNE without UNG", LIT(UNB("UNOC:3") BODY UNE UNZ), "EDIFACT-ENVELOPE@UNE6"},
	{"bytes behind", LIT(WHOLE "UNH+1"), "EDIFACT-NO-UNB@1 | t.edi: byte 101: behind the last"},
};

static void by_rows(void **state)
{
	int failed = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *got = edi_support_read_as("edifact", rows[i].in, EDI_GUIDE);
		const bool part = strstr(rows[i].want, " | ") != NULL;
		if (part ? strncmp(got, rows[i].want, strlen(rows[i].want)) == 0
			 : strcmp(got, rows[i].want) == 0)
			continue;
		print_error("%s:\n  got  '%s'\n  want '%s'\n", rows[i].name, got, rows[i].want);
		failed++;
	}
	assert_int_equal(failed, 0);
}

static void by_tolerance(void **state)
{
	static const struct {
		const char *name, *tolerate;
		struct str in;
		const char *want; /* as edi_support_read_forgiving says it */
	} forgiven[] = {
		{"r10 text in front of UNB that begins like UNA", "leading-text",
			LIT(WHOLE "UNA1+.? '" WHOLE),
			"EDI-LEADING-TEXT@1(leading-text) = leading-text 1"},
		{"r15 a line end behind a release character", "wrapped-lines",
			LIT(UNB("UNOC:3") FTX("it?\n's ??\n") "\n"),
			"VALUE-LINE-END@0(wrapped-lines) = line-ends 1, wrapped-lines 2"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(forgiven) / sizeof(forgiven[0]); i++) {
		const char *got = edi_support_read_forgiving(
			"edifact", forgiven[i].tolerate, forgiven[i].in);
		if (strcmp(got, forgiven[i].want) != 0)
			fail_msg(
				"%s: '%s', expected '%s'", forgiven[i].name, got, forgiven[i].want);
	}
}

/* The last value of the segment FTX or PRI, as it is inside the program. */
static void values(void **state)
{
	static const struct {
		const char *name;
		struct str in;
		const char *want;
	} texts[] = {
		{"r67", LIT(UNB("UNOC:3") FTX("it?'s ?+?:?? ?a")), "it's +:? a"},
		{"r67 * in version 4", LIT(UNB4("UNOC") FTX("a?*b")), "a*b"},
		{"r67 the terminator behind a released release", LIT(UNB("UNOC:3") FTX("a??")),
			"a?"},
		{"r69", LIT(UNB("UNOC:3") PRI("12,50")), "12.50"},
		{"r70 C", LIT(UNB("UNOC:3") FTX("\xfc?+\xdf")), "\xc3\xbc+\xc3\x9f"},
		{"r70 D", LIT(UNB("UNOD:3") FTX("\xa3")), "\xc5\x81"},
		{"r70 E", LIT(UNB("UNOE:3") FTX("\xb6")), "\xd0\x96"},
		{"r70 F", LIT(UNB("UNOF:3") FTX("\xe1")), "\xce\xb1"},
		{"r70 G", LIT(UNB4("UNOG") FTX("\xa1")), "\xc4\xa6"},
		{"r70 H", LIT(UNB4("UNOH") FTX("\xa2")), "\xc4\xb8"},
		{"r70 I", LIT(UNB4("UNOI") FTX("\xc7")), "\xd8\xa7"},
		{"r70 J", LIT(UNB4("UNOJ") FTX("\xe0")), "\xd7\x90"},
		{"r70 K", LIT(UNB4("UNOK") FTX("\xd0")), "\xc4\x9e"},
		{"r70 L", LIT(UNB4("UNOL") FTX("\xa4")), "\xe2\x82\xac"},
		{"r70 W", LIT(UNB4("UNOW") FTX("\xe2\x82\xac")), "\xe2\x82\xac"},
		{"r70 UNOA with UTF-8", LIT(UNB("UNOA:3") FTX("\xc3\x9c")), "\xc3\x9c"},
		{"r70 UNOA with ISO 8859-1", LIT(UNB("UNOA:3") FTX("\xdc")), "\xc3\x9c"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		const struct edi_read_options o = {.defs = edi_support_defs(), .file = STR("t")};
		struct edi_read *r = NULL;
		struct arena a;
		struct diag d;
		struct err e;
		struct segment s;
		enum edi_event ev;
		arena_init(&a);
		diag_init(&d, &a);
		r = edi_read_open(-1, texts[i].in, &o, &e);
		while (edi_read_next(r, &ev, &s, &d, &e) == 1)
			if (str_is(s.tag, "FTX") || str_is(s.tag, "PRI"))
				break;
		if (!str_is(s.values[s.n - 1].text, texts[i].want))
			fail_msg("%s: " STR_FMT, texts[i].name, STR_ARG(s.values[s.n - 1].text));
		edi_read_close(r);
		arena_done(&a);
	}
}

/* r19: whatever is cut off, the file is never taken as whole. */
static void cut_anywhere(void **state)
{
	static const char whole[] = "UNA:+.? '" WHOLE;

	(void)state;
	for (enum edi_level level = EDI_ENVELOPE; level <= EDI_GUIDE;
		level = (enum edi_level)((int)level + 1)) {
		for (size_t n = 0; n + 1 < sizeof(whole); n++) {
			const char *got = edi_support_read_as(
				"edifact", (struct str){whole, n}, level);
			if (got[0] == 0)
				fail_msg("cut at %zu of %zu is taken as valid", n,
					sizeof(whole) - 1);
			if (n + 2 < sizeof(whole) && !strstr(got, " | ") &&
				!strstr(got, "EDIFACT-REF"))
				fail_msg("cut at %zu gives only '%s'", n, got);
		}
		assert_string_equal(edi_support_read_as("edifact",
					    (struct str){whole, sizeof(whole) - 1}, level),
			"");
	}
}

static void longer_than_any(void **state)
{
	const size_t n = (size_t)3 << 20;
	char *big = mem_alloc(n);
	const int at = snprintf(big, n, "%s", UNB("UNOC:3") TOP "FTX+AAI+++?'");
	char want[100];

	(void)state;
	memset(big + at, 'A', n - (size_t)at);
	(void)snprintf(want, sizeof(want),
		"EDIFACT-LIMIT@4 | t.edi: byte %zu: the segment has no terminator within 1048576 bytes",
		strlen(UNB("UNOC:3") TOP));
	const char *got = edi_support_read_as("edifact", (struct str){big, n}, EDI_NOTES);
	if (strncmp(got, want, strlen(want)) != 0)
		fail_msg("'%s', expected '%s'", got, want);
	memcpy(big, "UNB+UNOC:3+", 11);
	memset(big + 11, 'A', n - 11);
	got = edi_support_read_as("edifact", (struct str){big, n}, EDI_NOTES);
	assert_true(
		str_starts(str_c(got), STR("EDIFACT-LIMIT@1 | t.edi: byte 0: the segment has no")));
	mem_free(big);
}

static void context_and_loops(void **state)
{
	static const char in[] =
		"UNB+UNOC:3+5412345678908:14+SHOP:ZZ+261123:0200+77++PRICES++1+AGR+1'"
		"UNG+PRICAT+A+B+261123:0200+5+UN+D:96A'"
		"UNH+M1+PRICAT:D:96A:UN:EAN001'BGM+9+C1+9'DTM+137:20261123:102'"
		"PGI+11'LIN+1'DTM+137:20261123:102'UNT+7+M1'UNE+1+5'UNZ+1+77'";
	const struct edi_read_options o = {
		.defs = edi_support_defs(), .file = STR("t"), .usage = 'P'};
	const struct edi_context *c = NULL;
	struct arena a;
	struct diag d;
	struct err e;
	struct segment s;
	enum edi_event ev;
	struct edi_read *r = edi_read_open(-1, (struct str){in, sizeof(in) - 1}, &o, &e);
	int dates = 0;

	(void)state;
	arena_init(&a);
	diag_init(&d, &a);
	assert_non_null(r);
	assert_string_equal(edi_read_format(r), "edifact");
	c = edi_read_context(r);
	while (edi_read_next(r, &ev, &s, &d, &e) == 1)
		if (ev == EDI_SEGMENT && str_is(s.tag, "DTM") && ++dates == 2)
			break;
	assert_true(str_is(c->sender, "5412345678908") && str_is(c->sender_qual, "14"));
	assert_true(str_is(c->receiver, "SHOP") && str_is(c->receiver_qual, "ZZ"));
	assert_true(str_is(c->version, "3"));
	assert_true(str_is(c->reference, "77"));
	assert_int_equal(c->control, 77);
	assert_int_equal(c->usage, 'T');
	assert_true(str_is(c->group_code, "PRICAT") && str_is(c->group_version, "D96A"));
	assert_true(str_is(c->group_reference, "5"));
	assert_true(str_is(c->set_id, "PRICAT") && str_is(c->set_control, "M1"));
	assert_true(str_is(c->set_version, "D96A") && str_is(c->association, "EAN001"));
	assert_int_equal(s.position, 6);
	assert_int_equal(c->nloops, 2);
	assert_true(str_is(c->loops[0], "SG16") && str_is(c->loops[1], "SG33"));
	assert_int_equal(d.errors, 1);
	assert_true(str_is(d.first->code, "EDIFACT-USAGE"));
	edi_read_close(r);
	arena_done(&a);
}

/* CONTRL is checked by the version of the syntax that its UNH says, or by that of its interchange. */
static void controls(void **state)
{
	static const struct {
		struct str in;
		const char *version;
	} rows_of[] = {
		{LIT(UNB4("UNOC") "UNH+1+CONTRL:D:3:UN'"), "syntax-3"},
		{LIT(UNB4("UNOC") "UNH+1+CONTRL:2:2:UN'"), "syntax-3"},
		{LIT(UNB4("UNOC") "UNH+1+CONTRL:4:1:UN'"), "syntax-4"},
		{LIT(UNB4("UNOC") "UNH+1+CONTRL:D:01B:UN'"), "syntax-4"},
		{LIT(UNB("UNOC:3") "UNH+1+CONTRL:D:4:UN'"), "syntax-4"},
		{LIT(UNB("UNOC:3") "UNH+1+CONTRL:D:01B:UN'"), "syntax-3"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows_of) / sizeof(rows_of[0]); i++) {
		const struct edi_read_options o = {.defs = edi_support_defs(), .file = STR("t")};
		struct edi_read *r = NULL;
		struct arena a;
		struct diag d;
		struct err e;
		struct segment s;
		enum edi_event ev = EDI_INTERCHANGE;
		arena_init(&a);
		diag_init(&d, &a);
		r = edi_read_open(-1, rows_of[i].in, &o, &e);
		while (ev != EDI_SET && edi_read_next(r, &ev, &s, &d, &e) == 1)
			continue;
		assert_true(str_is(edi_read_context(r)->set_version, rows_of[i].version));
		edi_read_close(r);
		arena_done(&a);
	}
}

/* Segments, and release characters, lie across the borders of blocks; read by position from a file. */
static void totals_of_a_big_file(void **state)
{
	FILE *f = tmpfile();
	const struct edi_read_options o = {
		.defs = edi_support_defs(), .level = EDI_NOTES, .file = STR("big")};
	const uint64_t items = 50000;
	struct edi_totals t;
	struct arena a;
	struct diag d;
	struct err e;

	(void)state;
	assert_non_null(f);
	(void)fputs("UNA:+.? '\n" UNB("UNOC:3") "\n" TOP "PGI+11'", f);
	for (uint64_t i = 0; i < items; i++)
		(void)fprintf(f,
			"LIN+%llu++4000862141404:EN'\nIMD+F++:::it?'s ??? number ?+%llu?\?'\n",
			(unsigned long long)i % 1000000, (unsigned long long)i);
	(void)fprintf(f, "UNT+%llu+1'" UNZ, (unsigned long long)(items * 2 + 5));
	assert_int_equal(fflush(f), 0);
	arena_init(&a);
	diag_init(&d, &a);
	assert_int_equal(edi_read_totals(fileno(f), &o, STR("SG33"), &t, &d, &e), 0);
	assert_int_equal(d.errors, 0);
	assert_int_equal(t.loops, items);
	assert_int_equal(t.segments, items * 2 + 7);
	assert_int_equal(t.sets, 1);
	assert_int_equal(t.bytes, ftell(f));
	(void)fclose(f);
	arena_done(&a);
}

static int done(void **state)
{
	(void)state;
	edi_support_done();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_rows),
		cmocka_unit_test(by_tolerance),
		cmocka_unit_test(values),
		cmocka_unit_test(controls),
		cmocka_unit_test(cut_anywhere),
		cmocka_unit_test(longer_than_any),
		cmocka_unit_test(context_and_loops),
		cmocka_unit_test(totals_of_a_big_file),
	};

	return cmocka_run_group_tests(tests, NULL, done);
}
