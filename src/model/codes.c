/* The codes of findings; see codes.h. Sorted by bytes of the name, which test_codes checks. */
#include "model/codes.h"

#include "base/err.h"

static const struct code table[] = {
	{"CSV-COLUMNS", SEV_ERROR, "the row has more or fewer columns than the header",
		"look for a missing or an extra separator, or one in a value without quotes"},
	{"CSV-ENCODING", SEV_FATAL, "the file is not UTF-8", "export the file as UTF-8"},
	{"CSV-HEADER", SEV_FATAL, "the header row lacks a column or names one twice",
		"compare the header with the columns that the source is configured with"},
	{"CSV-QUOTE", SEV_FATAL, "a quoted value is not closed, or text follows its closing quote",
		"double the quotes inside values, and close the value"},
	{"ITEM-TOO-LARGE", SEV_ERROR, "the item is larger than one item may be",
		"split the item, or leave out of the export what is not needed"},
	{"JOIN-KEY-EMPTY", SEV_WARNING, "a row of the joined source has no key, so nothing can join it",
		"fill in the key of the row, or remove the row"},
	{"JOIN-ROW-MISSING", SEV_ERROR, "no row of the joined source has this key",
		"add the row to the joined source, or correct the key"},
	{"JOIN-ROW-ORPHAN", SEV_NOTE, "a row of the joined source belongs to no item",
		"none needed if the item is not exported yet; otherwise correct the key of the row"},
	{"JOIN-ROWS-AMBIGUOUS", SEV_ERROR, "several rows have this key where only one may",
		"remove the rows that are too many, or let the map choose among them"},
	{"JOIN-ROWS-LIMIT", SEV_ERROR, "more rows have this key than one item may join",
		"10000 rows are read; correct the key, or join by one that is more exact"},
	{"JSON-DEPTH", SEV_ERROR, "objects and arrays are nested deeper than is read",
		"flatten the content type; 64 levels are read"},
	{"JSON-DUPLICATE-KEY", SEV_ERROR, "one object has the same key twice",
		"remove one of the two; which of them counts cannot be known"},
	{"JSON-ENCODING", SEV_FATAL, "the JSON text is not UTF-8", "export the file as UTF-8"},
	{"JSON-SYNTAX", SEV_FATAL, "this is not JSON",
		"export the file again; if it was edited by hand, correct it at the place named"},
	{"KEY-DUPLICATE", SEV_ERROR, "two items of one source have the same key",
		"give each item a key of its own, or remove one of them"},
	{"KEY-MISSING", SEV_ERROR, "the item has no value where its key should be",
		"fill in the key of the item"},
	{"LINK-CYCLE", SEV_ERROR, "the content links lead back to the item they started from",
		"remove one of the links"},
	{"LINK-DANGLING", SEV_ERROR, "a content link leads to an item that is not in the export",
		"export the linked item too, or remove the link"},
	{"LINK-DEPTH", SEV_ERROR, "content links lead through more items than are followed",
		"link to the item directly; 8 links in a row are followed"},
	{"LOOKUP-MISSING", SEV_ERROR, "the table has no row for this value",
		"add the value to the table of the map, or correct the value"},
	{"LOOP-TRIGGER-MISSING", SEV_ERROR, "a loop has content, but the segment it begins with is empty",
		"fill in the fields that this segment is made from, or let the map leave out the loop"},
	{"NOT-EDI", SEV_FATAL, "the file is no EDI interchange",
		"look at the start of the file: it may be an error page, empty or compressed"},
	{"REGEX-LIMIT", SEV_ERROR, "a pattern of the map could not be decided on this value",
		"correct the value, or write the pattern without repetitions inside repetitions"},
	{"TRANSLITERATE-TARGET", SEV_ERROR, "there is no transliteration for this target",
		"name latin1, ascii or x12-basic in the map"},
	{"VALUE-CHANGED", SEV_NOTE, "characters were replaced, since the target cannot carry them",
		"none needed if the result is good; otherwise add the spelling to the map"},
	{"VALUE-DIVISION", SEV_ERROR, "a value that is divided by is zero",
		"correct the value, or let the map test for zero"},
	{"VALUE-NOT-DATE", SEV_ERROR, "the value is not a date or time in the form expected",
		"correct the value, or the form that the map names"},
	{"VALUE-NOT-IN-LIST", SEV_ERROR, "the value is not in the code list",
		"use a value of the list; gridspool validate names the list"},
	{"VALUE-NOT-NUMBER", SEV_ERROR, "the value is not a number in the form expected",
		"correct the value; the decimal mark is what the source is configured with"},
	{"VALUE-NOT-TEXT", SEV_ERROR, "the field has parts of its own where one value is expected",
		"name the part in the map: localized(body/name, 'en-GB') or body/name/values/value"},
	{"VALUE-OVERFLOW", SEV_ERROR, "the result has more digits than can be computed with",
		"correct the value; 38 digits, 18 of them decimals, are kept"},
	{"VALUE-REPERTOIRE", SEV_ERROR, "the value has a character that the target cannot carry",
		"replace the character, or let the map transliterate"},
	{"VALUE-REQUIRED", SEV_ERROR, "a mandatory element has no value",
		"fill in the field that it is made from"},
	{"VALUE-SEPARATOR", SEV_ERROR, "the value holds a character that separates elements",
		"remove the character, or choose other separators in the agreement"},
	{"VALUE-TOO-LONG", SEV_ERROR, "the value is longer than the target allows",
		"shorten the value, or let the map cut or split it"},
	{"VALUE-TOO-SHORT", SEV_ERROR, "the value is shorter than the target demands",
		"complete the value, or let the map pad it"},
	{"WORKFLOW-UNKNOWN", SEV_WARNING, "the workflow state is not in the hub settings",
		"export the settings of the hub again"},
	{"X12-ACK-COUNT", SEV_WARNING, "an acknowledgment counts other than it lists",
		"nothing is lost; ask the partner which of the two is right"},
	{"X12-ACK-DAMAGED", SEV_ERROR, "an acknowledgment cannot be understood, and nothing of it is applied",
		"ask the partner to send it again"},
	{"X12-CONTROL-NUMBER", SEV_ERROR, "control numbers of header and trailer differ",
		"the sender has to make header and trailer agree"},
	{"X12-COUNT", SEV_ERROR, "a trailer counts other than what is there",
		"something is lost or too much; the sender has to send it again"},
	{"X12-ELEMENT-BLANK", SEV_WARNING, "a mandatory element holds only blanks",
		"ask the partner to fill it in"},
	{"X12-ELEMENT-CODE", SEV_ERROR, "the code is not in the list of its element",
		"use a code of the list, or extend the list in the guide"},
	{"X12-ELEMENT-DATE", SEV_ERROR, "the element is not a date",
		"write dates as the element says: CCYYMMDD, or YYMMDD where it has six digits"},
	{"X12-ELEMENT-EXTRA", SEV_ERROR, "the segment has more elements than are defined",
		"remove what is behind the last element that is defined"},
	{"X12-ELEMENT-LONG", SEV_ERROR, "the element is longer than allowed", "shorten the value"},
	{"X12-ELEMENT-MISSING", SEV_ERROR, "a mandatory element is empty", "fill in the element"},
	{"X12-ELEMENT-REPEAT", SEV_ERROR, "the element repeats more often than allowed",
		"leave out the repetitions that are too many"},
	{"X12-ELEMENT-SHORT", SEV_ERROR, "the element is shorter than demanded",
		"complete the value"},
	{"X12-ELEMENT-TIME", SEV_ERROR, "the element is not a time",
		"write times as HHMM, HHMMSS or with hundredths, from 0000 to 2359"},
	{"X12-ELEMENT-TYPE", SEV_ERROR, "the element holds characters that its type excludes",
		"write what the type says: digits for N and R, no control characters in AN"},
	{"X12-ELEMENT-UNUSED", SEV_ERROR, "the partner's guide does not use this element",
		"leave the element out of the map"},
	{"X12-ENVELOPE", SEV_ERROR, "a segment of the envelopes is missing or stands at a wrong place",
		"ask the partner for a file with ISA, GS, ST, SE, GE and IEA in pairs"},
	{"X12-GROUP-CODE", SEV_ERROR, "the functional code of the group does not fit its messages",
		"correct GS01; each message type belongs to one code"},
	{"X12-ISA-LENGTH", SEV_FATAL, "the ISA segment does not have its fixed length of 106 bytes",
		"pad each element of ISA to its length; look for removed blanks"},
	{"X12-LIMIT", SEV_ERROR, "the segment has more elements than are read",
		"look for a wrong segment terminator"},
	{"X12-LOOP-REPEAT", SEV_ERROR, "the loop repeats more often than allowed",
		"split the message, or correct the guide"},
	{"X12-NO-ISA", SEV_FATAL, "the interchange does not begin with ISA",
		"look for bytes before ISA; the sender has to send an interchange whole"},
	{"X12-NOTE-CONDITIONAL", SEV_ERROR,
		"an element is there, but not those that have to be with it (note C)",
		"add the others, or leave the element out"},
	{"X12-NOTE-EXCLUSIVE", SEV_ERROR,
		"two elements are there of which only one may be (note E)",
		"leave one of them out"},
	{"X12-NOTE-LIST", SEV_ERROR,
		"the first element is there, but none of those of which one has to be with it (note L)",
		"add one of the others, or leave the element out"},
	{"X12-NOTE-PAIRED", SEV_ERROR, "of elements that belong together one is missing (note P)",
		"fill in all of them or none"},
	{"X12-NOTE-REQUIRED", SEV_ERROR,
		"none of the elements is there of which one has to be (note R)",
		"fill in one of them"},
	{"X12-SEGMENT-EMPTY", SEV_WARNING, "a segment holds nothing",
		"leave it out; two terminators in a row make one too"},
	{"X12-SEGMENT-MISSING", SEV_ERROR, "a mandatory segment is missing",
		"add the segment at the place named"},
	{"X12-SEGMENT-NOT-IN-SET", SEV_ERROR, "the segment is defined, but not part of this message",
		"leave it out, or use a message that has it"},
	{"X12-SEGMENT-ORDER", SEV_ERROR, "the segment is known, but not allowed at this place",
		"move the segment to where the definition has it"},
	{"X12-SEGMENT-REPEAT", SEV_ERROR, "the segment repeats more often than allowed",
		"leave out the repetitions that are too many"},
	{"X12-SEGMENT-UNEXPECTED", SEV_ERROR, "the segment stands without the first segment of its loop",
		"send the first segment of the loop before it"},
	{"X12-SEGMENT-UNKNOWN", SEV_ERROR, "no segment of this name is defined",
		"correct the name; a line break or separator inside a value may have cut a segment"},
	{"X12-SEGMENT-UNUSED", SEV_ERROR, "the partner's guide does not use this segment",
		"leave the segment out of the map"},
	{"X12-SEPARATOR", SEV_FATAL, "the separators named by ISA cannot be used",
		"they must be four different characters, no letters, digits or blanks"},
	{"X12-SET-DUPLICATE", SEV_ERROR, "two messages of one group have the same control number",
		"count ST02 upwards within the group"},
	{"X12-SET-UNKNOWN", SEV_ERROR, "no definition for this message type and version is there",
		"add the definition to maps/, or ask the partner for a version that is there"},
	{"X12-TAG", SEV_ERROR, "a segment tag is not two or three capital letters and digits",
		"correct the tag, or look for a wrong separator"},
	{"X12-TERMINATOR", SEV_WARNING, "the last segment has no terminator",
		"ask the partner to end the file with the terminator; it may be cut short"},
	{"X12-TRUNCATED", SEV_FATAL, "the file ends before the interchange does",
		"the sender has to send it again; compare the sizes"},
	{"X12-USAGE", SEV_ERROR, "the usage in ISA15 does not fit this environment",
		"production takes P, test takes T; the sender has to choose the right one"},
	{"X12-VERSION", SEV_ERROR, "the version is not the one agreed",
		"agree on one version; the agreement names it"},
};

enum { ROWS = sizeof(table) / sizeof(table[0]) };

const struct code *codes_all(size_t *n)
{
	*n = ROWS;
	return table;
}

const struct code *codes_find(struct str name)
{
	size_t low = 0;
	size_t high = ROWS;

	while (low < high) {
		const size_t mid = low + (high - low) / 2;
		const int c = str_cmp(name, str_c(table[mid].name));
		if (c == 0)
			return &table[mid];
		if (c < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return NULL;
}

const char *codes_severity(enum severity severity)
{
	static const char *const names[] = {
		[SEV_NOTE] = "note",
		[SEV_WARNING] = "warning",
		[SEV_ERROR] = "error",
		[SEV_FATAL] = "fatal",
	};

	BUG_IF((size_t)severity >= sizeof(names) / sizeof(names[0]));
	return names[severity];
}
