/* Forms of values; see text.h. */
#include "edi/text.h"

#include <string.h>

#include "base/date.h"

struct str text_trim(struct str s, uint16_t min)
{
	while (s.n > min && s.p[s.n - 1] == ' ')
		s.n--;
	return s;
}

bool text_blank(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != ' ')
			return false;
	return true;
}

size_t text_digits(struct str s, bool point)
{
	size_t i = s.n > 0 && s.p[0] == '-' ? 1 : 0;
	size_t digits = 0;
	bool dot = false;

	for (; i < s.n; i++) {
		if (str_is_digit(s.p[i])) {
			digits++;
		} else if (s.p[i] == '.' && point && !dot && i + 1 < s.n) {
			dot = true;
		} else {
			return SIZE_MAX;
		}
	}
	return digits > 0 ? digits : SIZE_MAX;
}

bool text_canonical(struct str text, uint16_t min, char *out, struct str *result)
{
	const bool minus = text.n > 0 && text.p[0] == '-';
	struct str s = minus ? str_from(text, 1) : text;
	const size_t dot = str_chr(s, '.');
	struct str whole = str_sub(s, 0, dot == SIZE_MAX ? s.n : dot);
	struct str part = dot == SIZE_MAX ? (struct str){s.p, 0} : str_from(s, dot + 1);
	size_t n = 0;

	if (text_digits(text, true) == SIZE_MAX)
		return false;
	while (whole.n > 0 && whole.p[0] == '0')
		whole = str_from(whole, 1);
	while (part.n > 0 && part.p[part.n - 1] == '0')
		part.n--;
	if (minus && (whole.n > 0 || part.n > 0))
		out[n++] = '-';
	for (size_t have = whole.n + part.n; have < min || (have == 0 && n < 1); have++)
		out[n++] = '0';
	if (whole.n > 0)
		memcpy(out + n, whole.p, whole.n);
	n += whole.n;
	if (part.n > 0) {
		out[n++] = '.';
		memcpy(out + n, part.p, part.n);
		n += part.n;
	}
	*result = (struct str){out, n};
	return true;
}

static int two(const char *p)
{
	return (p[0] - '0') * 10 + (p[1] - '0');
}

bool text_date(struct str s)
{
	int year = 0;

	if (!str_is_digits(s) || (s.n != 8 && s.n != 6))
		return false;
	if (s.n == 8)
		year = two(s.p) * 100 + two(s.p + 2);
	else
		year = two(s.p) + (two(s.p) < 50 ? 2000 : 1900);
	return date_valid(year, two(s.p + s.n - 4), two(s.p + s.n - 2));
}

bool text_time(struct str s)
{
	return str_is_digits(s) && s.n >= 4 && s.n <= 8 && s.n != 5 && two(s.p) < 24 &&
		two(s.p + 2) < 60 && (s.n < 6 || two(s.p + 4) < 60);
}

struct str text_bare(struct str s)
{
	while (s.n > 1 && s.p[0] == '0')
		s = str_from(s, 1);
	return s;
}
