/* Transliteration: typography goes, letters stay. */
#include "map/translit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const struct {
	enum translit_target target;
	const char *text;
	const char *gives;
	const char *with;
	const char *changed;
	bool replaced;
} rows[] = {
	{TRANSLIT_LATIN1, "“a” „b“ ‘c’ – — … € ™", "\"a\" \"b\" 'c' - - ... EUR (TM)", NULL,
		"“”„‘’–—…€™", false},
	{TRANSLIT_LATIN1, "Größe ×2 ½ ©", "Größe ×2 ½ ©", NULL, NULL, false},
	{TRANSLIT_ASCII, "Größe ×2 ½ ©", "Größe x2 1/2 (c)", NULL, NULL, false},
	{TRANSLIT_LATIN1, "Łódź Θ 紅葉", "Łódź Θ 紅葉", NULL, "", false},
	{TRANSLIT_LATIN1, "Łódź – 紅葉", "?ód? - ??", "?", "Łź–紅葉", true},
	{TRANSLIT_ASCII, "Größe“", "Gre\"", "", "öß“", true},
	{TRANSLIT_ASCII, "é", "(missing)", "(missing)", "é", true},
	{TRANSLIT_X12_BASIC, "ab#é", "AB??", "?", "#é", true},
	{TRANSLIT_LATIN1, "plain é", "plain é", "?", "", false},
	{TRANSLIT_X12_BASIC, "a[b]_c|é", "A(B)-C/é", NULL, NULL, false},
	{TRANSLIT_LATIN1,
		"no\xc2\xa0"
		"break",
		"no break", NULL, NULL, false},
	{TRANSLIT_LATIN1, "bad\xff", "bad\xff", NULL, NULL, false},
	{TRANSLIT_ASCII, "", "", NULL, NULL, false},
	{TRANSLIT_LATIN1, "≥5 ≤ 6", ">=5 <= 6", NULL, NULL, false},
};

static void table(void **state)
{
	struct arena a;

	(void)state;
	arena_init(&a);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct str with = rows[i].with ? str_c(rows[i].with) : (struct str){NULL, 0};
		struct translit_told told;
		struct str got = translit_text(
			str_c(rows[i].text), rows[i].target, with, &told, &a);

		if (!str_is(got, rows[i].gives))
			fail_msg("'%s' gives '" STR_FMT "', not '%s'", rows[i].text, STR_ARG(got),
				rows[i].gives);
		if (rows[i].changed &&
			(!str_is((struct str){told.changed, told.n}, rows[i].changed) ||
				told.replaced != rows[i].replaced))
			fail_msg("'%s' tells " STR_FMT, rows[i].text, (int)told.n, told.changed);
	}
	arena_done(&a);
}

/* As UNOA, with capitals only, and as ISO 8859-2. */
static bool capitals(const void *of, uint32_t cp)
{
	return *(const bool *)of ? cp < 0x100 || cp == 0x141 || cp == 0x142
				 : cp < 0x80 && cp != '_' && cp != '#' && !(cp >= 'a' && cp <= 'z');
}

static void into_any(void **state)
{
	static const bool wide[] = {false, true};
	static const struct {
		bool wide;
		const char *text, *with, *gives, *changed;
	} into[] = {
		{false, "Ab-1", NULL, "AB-1", ""},
		{false, "a_b – é", NULL, "A-B - é", "_–"},
		{false, "a#é€", "?", "A??EUR", "#é€"},
		{false, "line\nend", "?", "LINE\nEND", ""},
		{true, "Łódź – …", NULL, "Łódź - ...", "–…"},
		{true, "Łódź", "?", "Łód?", "ź"},
		{true, "no\xc2\xa0way", NULL, "no way", "\xc2\xa0"},
		{true, "plain", "?", "plain", ""},
	};
	struct arena a;

	(void)state;
	arena_init(&a);
	for (size_t i = 0; i < sizeof(into) / sizeof(into[0]); i++) {
		const struct str with = into[i].with ? str_c(into[i].with) : (struct str){NULL, 0};
		struct translit_told told;
		const struct str got = translit_into(
			str_c(into[i].text), capitals, &wide[into[i].wide], with, &told, &a);

		if (!str_is(got, into[i].gives))
			fail_msg("'%s' gives '" STR_FMT "', not '%s'", into[i].text, STR_ARG(got),
				into[i].gives);
		if (!str_is((struct str){told.changed, told.n}, into[i].changed))
			fail_msg("'%s' tells %.*s", into[i].text, (int)told.n, told.changed);
	}
	arena_done(&a);
}

static void names(void **state)
{
	enum translit_target t = TRANSLIT_LATIN1;

	(void)state;
	assert_true(translit_target(STR("x12-basic"), &t) && t == TRANSLIT_X12_BASIC);
	assert_false(translit_target(STR("latin2"), &t));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table),
		cmocka_unit_test(into_any),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
