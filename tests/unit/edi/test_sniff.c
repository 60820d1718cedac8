/* Case 18: what a file is that is no interchange we read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "edi/sniff.h"

static void by_rows(void **state)
{
	static const struct {
		struct str in;
		const char *want;
	} rows[] = {
		{{"PK\003\004", 4}, "ZIP"},
		{{"\037\213", 2}, "gzip"},
		{{"%PDF-", 5}, "PDF"},
		{{"BZh9", 4}, "bzip2"},
		{{"\3757zXZ\0", 6}, "xz"},
		{{"7z\274\257\047\034", 6}, "7-Zip"},
		{{"\050\265\057\375", 4}, "Zstandard"},
		{{"\320\317\021\340", 4}, "Office"},
		{{"\311\342\301\134\360\360", 6}, "X12 in EBCDIC"},
		{{"\344\325\302\116\344\325\326", 7}, "EDIFACT in EBCDIC"},
		{{"ISA\357\277\27500", 8}, "U+FFFD"},
		{{"UNB\357\277\275UNOA", 10}, "U+FFFD"},
		{{"\376\377\0I", 4}, "UTF-16"},
		{{"I\0S\0A\0", 6}, "UTF-16"},
		{{"\0I\0S\0A", 6}, "UTF-16"},
		{{"\357\273\277 <?xml ?>", 12}, "XML"},
		{{"<html>", 6}, "HTML"},
		{{"{}", 2}, "JSON"},
		{{"UNA:+.? '", 9}, "EDIFACT"},
		{{"UNB+UNOC", 8}, "EDIFACT"},
		{{"UNABLE TO", 9}, "text of a kind"},
		{{"NB+UNOB:1", 9}, "EDIFACT whose first byte"},
		{{"UNH+1+PRICAT", 12}, "without its interchange header"},
		{{"Re: x\nUNB+UNOC:3", 16}, "EDIFACT with other text"},
		{{"LAGUNBURG UNB X", 15}, "text of a kind"},
		{{"STX=ANA", 7}, "TRADACOMS"},
		{{"SA*00*", 6}, "first byte"},
		{{"GS*SC", 5}, "ISA"},
		{{"ISA*00*", 7}, "breaks off"},
		{{" \n", 2}, "empty"},
		{{"", 0}, "empty"},
		{{"\001\002\0\003\004", 5}, "binary"},
		{{"Dear Sir,", 9}, "text of a kind"},
		{{"-----BEGIN PGP", 14}, "encrypted"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (!strstr(sniff_text(rows[i].in), rows[i].want))
			fail_msg("%s: %s", rows[i].want, sniff_text(rows[i].in));
}

/* Where an interchange starts behind other text. */
static void starts(void **state)
{
	(void)state;
	assert_int_equal(sniff_start(STR("x UNA:+.? 'UNB+UNOC:3")), 2);
	assert_int_equal(sniff_start(STR("UNA1+.? 'UNB+UNOC:3")), 9);
	assert_int_equal(sniff_start(STR("Dear Sir,")), SIZE_MAX);
}

static void characters_of_several_bytes(void **state)
{
	(void)state;
	assert_int_equal(sniff_multibyte(STR("\xc3\x96*")), 2);
	assert_int_equal(sniff_multibyte(STR("\xe2\x80\xa6*")), 3);
	assert_int_equal(sniff_multibyte(STR("*00")), 0);
	assert_int_equal(sniff_multibyte(STR("\x87G")), 0);
	assert_int_equal(sniff_multibyte(STR("")), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(by_rows), cmocka_unit_test(starts),
		cmocka_unit_test(characters_of_several_bytes)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
