/*
 * Codes of acknowledgments, in words for content editors and operators. The values are facts of
 * X12 (data elements I18, 716, 718, 720, 723 in 004010, with codes seen of later versions, and with
 * those of 618, 620, 621, which begin with I) and of EDIFACT (0085); the words are ours. Small tables, read in turn.
 */
#include "edi/ack_codes.h"

struct entry {
	const char *code;
	const char *text;
};

static const struct entry i18[] = {
	{"000", "no error"},
	{"001", "the control numbers in the interchange header and trailer differ"},
	{"002", "the partner does not work with this standard"},
	{"003", "the partner does not work with this version of the envelope"},
	{"004", "the segment terminator cannot be used"},
	{"005", "the partner does not know the qualifier of the sender's id"},
	{"006", "the partner does not know the sender's id"},
	{"007", "the qualifier of the receiver's id is wrong"},
	{"008", "the receiver's id is wrong"},
	{"009", "the receiver's id is not known there"},
	{"010", "the authorization qualifier is wrong"},
	{"011", "the authorization value is wrong"},
	{"012", "the security qualifier is wrong"},
	{"013", "the security value is wrong"},
	{"014", "the date of the interchange is wrong"},
	{"015", "the time of the interchange is wrong"},
	{"016", "the standards id or repetition separator is wrong"},
	{"017", "the version of the interchange is wrong"},
	{"018", "the control number of the interchange is wrong"},
	{"019", "the request for an acknowledgment (0 or 1) is wrong"},
	{"020", "the mark for test or production is wrong"},
	{"021", "the number of groups in the trailer is wrong"},
	{"022", "header and trailers are not in order"},
	{"023", "the file ended too early; it was probably cut short on its way"},
	{"024", "the interchange holds something that is not allowed, such as a wrong group header"},
	{"025", "an interchange with this control number was received before"},
	{"026", "the element separator cannot be used"},
	{"027", "the component separator cannot be used"},
	{"028", "the date for delivery on demand is wrong"},
	{"029", "the time for delivery on demand is wrong"},
	{"030", "the time code for delivery on demand is wrong"},
	{"031", "the grade of service is wrong"},
};

static const struct entry c716[] = {
	{"1", "the partner does not take this kind of group"},
	{"2", "the partner does not take this version"},
	{"3", "the end of the group (GE) is missing"},
	{"4", "the control numbers of the group's start and end differ"},
	{"5", "the number of messages at the group's end is wrong"},
	{"6", "the control number of the group is wrong"},
	{"10", "a security check of the group failed (code 10)"},
	{"11", "a security check of the group failed (code 11)"},
	{"12", "a security check of the group failed (code 12)"},
	{"13", "a security check of the group failed (code 13)"},
	{"14", "a security check of the group failed (code 14)"},
	{"15", "a security check of the group failed (code 15)"},
	{"16", "a security check of the group failed (code 16)"},
	{"17", "a security check of the group failed (code 17)"},
	{"18", "a security check of the group failed (code 18)"},
	{"19", "a group with this control number was received before"},
	{"20", "a security check of the group failed (code 20)"},
	{"21", "a security check of the group failed (code 21)"},
	{"22", "a security check of the group failed (code 22)"},
	{"23", "a security check of the group failed (code 23)"},
	{"24", "a security check of the group failed (code 24)"},
	{"25", "a security check of the group failed (code 25)"},
	{"26", "a security check of the group failed (code 26)"},
};

static const struct entry c718[] = {
	{"1", "the partner does not take this kind of message"},
	{"2", "the end of the message (SE) is missing"},
	{"3", "the control numbers of the message's start and end differ"},
	{"4", "the number of segments at the message's end is wrong"},
	{"5", "one or more segments have errors"},
	{"6", "the kind of message is missing or wrong"},
	{"7", "the control number of the message is missing or wrong"},
	{"8", "a security check of the message failed (code 8)"},
	{"9", "a security check of the message failed (code 9)"},
	{"10", "a security check of the message failed (code 10)"},
	{"11", "a security check of the message failed (code 11)"},
	{"12", "a security check of the message failed (code 12)"},
	{"13", "a security check of the message failed (code 13)"},
	{"15", "a security check of the message failed (code 15)"},
	{"16", "a security check of the message failed (code 16)"},
	{"17", "a security check of the message failed (code 17)"},
	{"23", "the control number of the message occurs twice in its group"},
	{"24", "a security check of the message failed (code 24)"},
	{"25", "a security check of the message failed (code 25)"},
	{"26", "a security check of the message failed (code 26)"},
	{"27", "a security check of the message failed (code 27)"},
	{"I5", "one or more segments break the partner's guide"},
	{"I6", "the partner does not take this guide"},
};

static const struct entry c720[] = {
	{"1", "the partner does not know this segment"},
	{"2", "the segment was not expected at this place"},
	{"3", "a mandatory segment is missing"},
	{"4", "the loop occurs too often"},
	{"5", "the segment occurs too often"},
	{"6", "the segment is not part of this message"},
	{"7", "the segment is out of order"},
	{"8", "the segment has faulty elements"},
	{"I4", "the partner's guide does not use this segment"},
	{"I6", "a segment is missing that another one requires"},
	{"I7", "the loop occurs too rarely"},
	{"I8", "the segment occurs too rarely"},
	{"I9", "the segment is there although another one excludes it"},
	{"511", "the segment ends in empty elements"},
};

static const struct entry c723[] = {
	{"1", "a mandatory value is missing"},
	{"2", "a value is missing that another one requires"},
	{"3", "the segment has too many elements"},
	{"4", "the value is too short"},
	{"5", "the value is too long"},
	{"6", "the value holds a character that is not allowed"},
	{"7", "the value is not in the list of codes"},
	{"8", "the date is wrong"},
	{"9", "the time is wrong"},
	{"10", "two values are there that exclude each other"},
	{"12", "the element is repeated too often"},
	{"13", "the element has too many components"},
	{"I6", "the partner's guide does not use this code"},
	{"I9", "a value is missing that another one requires"},
	{"I10", "the partner's guide does not use this element"},
	{"I11", "the element is repeated too rarely"},
	{"I12", "the value has not the form of the partner's guide"},
	{"I13", "the value is there although another one excludes it"},
};

static const struct entry c0085[] = {
	{"2", "the partner does not work with this version or level of the syntax"},
	{"7", "it was sent to somebody else: the recipient is another one"},
	{"12", "the value is not allowed there"},
	{"13", "something that is mandatory is missing"},
	{"14", "the partner does not take this value at this place"},
	{"15", "the partner does not take this at this place"},
	{"16", "there are too many elements or components"},
	{"17", "there is no agreement with the partner about this"},
	{"18", "an error that the partner does not name"},
	{"19", "the decimal mark is not the agreed one"},
	{"20", "a character cannot be used as a separator"},
	{"21", "the value holds a character that is not allowed"},
	{"22", "a separator is not one of those that UNA names"},
	{"23", "the partner does not know the sender"},
	{"24", "it is too old"},
	{"25", "the partner does not take test data"},
	{"26", "the same was received before"},
	{"27", "the partner does not work with this security"},
	{"28", "the references of header and trailer differ"},
	{"29", "the number in the trailer is not that of what was received"},
	{"30", "groups and messages outside of them are mixed"},
	{"31", "a group holds messages of several types"},
	{"32", "the group or interchange is empty"},
	{"33", "something stands outside of a message or group"},
	{"35", "the segment or element is repeated too often"},
	{"36", "the group of segments is repeated too often"},
	{"37", "digits stand where letters belong, or letters where digits do"},
	{"38", "the decimal mark has no digit in front of it"},
	{"39", "the value is too long"},
	{"40", "the value is too short"},
	{"43", "the recipient is not known there"},
	{"45", "the segment or element ends in separators with nothing behind them"},
	{"46", "the partner does not work with this character set"},
	{"47", "the partner does not work with this part of the envelope"},
	{"48", "elements are there, or missing, against a rule about several of them"},
};

#define LIST(id, table)                                       \
	{                                                     \
		id, table, sizeof(table) / sizeof((table)[0]) \
	}

static const struct {
	const char *id;
	const struct entry *entries;
	size_t n;
} lists[] = {
	LIST("I18", i18),
	LIST("716", c716),
	LIST("718", c718),
	LIST("720", c720),
	LIST("723", c723),
	LIST("0085", c0085),
};

struct str ack_codes_find(struct str list, struct str code)
{
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		if (!str_is(list, lists[i].id))
			continue;
		for (size_t k = 0; k < lists[i].n; k++)
			if (str_is(code, lists[i].entries[k].code))
				return str_c(lists[i].entries[k].text);
	}
	return (struct str){"", 0};
}
