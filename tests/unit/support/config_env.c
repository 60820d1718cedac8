/* A small environment's files for tests of the configuration; see config_env.h. */
#include "unit/support/config_env.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fsx.h"
#include "base/fsx_tree.h"
#include "model/xml.h"

static const struct {
	const char *name;
	const char *text;
} good[] = {
	{"environment.xml",
		"<environment " CONFIG_ENV_NS
		" name='dev' usage='test' instance='00112233445566778899aabbccddeeff'>\n"
		" <identity qualifier='14' id='0614141000012' group='HEARTHLOOM'/>\n"
		" <set name='gln' value='0614141000012'/>\n"
		" <run time='4h' workers='2'/>\n"
		" <retention archive='365d'/>\n"
		" <disk min-free='64M'/>\n"
		"</environment>\n"},
	{"partners/acme.xml",
		"<partner " CONFIG_ENV_NS " name='acme' usage='test'>\n"
		" <identity qualifier='ZZ' id='ACME'/>\n"
		" <endpoint name='main' protocol='sftp' usage='test' host='127.0.0.1' port='2222' user='x'\n"
		"  credential='acme-key' put='in' get='out'>\n"
		"  <host-key sha256='SHA256:0123456789012345678901234567890123456789abc'/>\n"
		" </endpoint>\n"
		"</partner>\n"},
	{"partners/beta.xml",
		"<partner " CONFIG_ENV_NS " name='beta' usage='test'>\n"
		" <identity qualifier='01' id='123456789' group='BETA'/>\n"
		" <endpoint name='drop' protocol='directory' usage='test' path='/srv/beta' put='in' get='out'/>\n"
		"</partner>\n"},
	{"bundle/agreements/acme.xml",
		"<agreements " CONFIG_ENV_NS " partner='acme'>\n"
		" <agreement name='acme-832' message='832' version='004010' map='maps/acme.xml' source='ampliance'\n"
		"  endpoint='main' send='changes'>\n"
		"  <envelope element='*' component='&gt;' terminator='~' newline='yes' repertoire='latin1' ack='yes'/>\n"
		"  <expect ack='ta1' within='4h'/>\n"
		"  <expect ack='997' within='24h'/>\n"
		"  <set name='season' value='AW26'/>\n"
		" </agreement>\n"
		"</agreements>\n"},
	{"bundle/routes.xml",
		"<routes " CONFIG_ENV_NS ">\n"
		" <source name='ampliance' kind='snapshot' shape='tree' format='json' items='content/' ready='marker'\n"
		"  max-age='36h' workflow='settings'/>\n"
		" <source name='settings' kind='reference' format='json'/>\n"
		" <source name='products' kind='reference' format='csv' separator=';' decimal=',' numbers='net gross'/>\n"
		" <route source='ampliance' agreement='acme-832'/>\n"
		"</routes>\n"},
};

static void put(const char *name, const char *bytes, size_t n)
{
	const int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd != -1);
	assert_int_equal(write(fd, bytes, n), (ssize_t)n);
	assert_int_equal(close(fd), 0);
}

void config_env_make(const char *file, const char *bytes, size_t n)
{
	config_env_remove();
	(void)mkdir("partners", 0700);
	(void)mkdir("bundle", 0700);
	(void)mkdir("bundle/agreements", 0700);
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (!file || strcmp(file, good[i].name) != 0)
			put(good[i].name, good[i].text, strlen(good[i].text));
	if (file && bytes)
		put(file, bytes, n > 0 ? n : strlen(bytes));
}

void config_env_remove(void)
{
	static const char *const names[] = {"environment.xml", "partners", "bundle"};
	struct err e;
	const int dir = fsx_dir(".", &e);
	struct stat st;

	assert_true(dir != -1);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (stat(names[i], &st) == 0)
			assert_int_equal(S_ISDIR(st.st_mode) ? fsx_tree_remove(dir, names[i], &e)
							     : fsx_remove(dir, names[i], &e),
				0);
	fsx_close(dir);
}

const char *config_env_faults(const struct faults *f)
{
	struct str all = STR("");

	for (const struct fault *x = f->first; x; x = x->next) {
		struct str place = STR("");
		if (x->line > 0 && x->column > 0)
			place = arena_printf(f->arena, ":%u:%u", x->line, x->column);
		else if (x->line > 0)
			place = arena_printf(f->arena, ":%u", x->line);
		all = arena_printf(f->arena, STR_FMT "%s" STR_FMT ": %s%s\n", STR_ARG(all), x->file,
			STR_ARG(place), x->warning ? "warning: " : "", x->text);
	}
	return arena_cstr(f->arena, all);
}

/* A "*" at the end of what is expected stands for the rest of the last line. */
static bool matches(const char *found, const char *expected)
{
	const size_t n = strlen(expected);

	if (n == 0 || expected[n - 1] != '*')
		return strcmp(found, expected) == 0;
	return strncmp(found, expected, n - 1) == 0 && strlen(found) > n &&
		strchr(found + n - 1, '\n') == found + strlen(found) - 1;
}

static bool run_row(const struct config_env_case *row, int dir)
{
	struct arena a;
	struct faults f;
	struct config *c = NULL;
	const char *found = NULL;
	bool ok = false;

	arena_init(&a);
	faults_init(&f, &a);
	config_env_make(row->file, row->bytes, row->n);
	c = config_load(dir, &f);
	found = config_env_faults(&f);
	ok = matches(found, row->faults) && (c == NULL) == (f.n > 0);
	if (!ok)
		(void)fprintf(
			stderr, "row '%s'\nfound:\n%sexpected:\n%s", row->name, found, row->faults);
	config_free(c);
	arena_done(&a);
	return ok;
}

void config_env_run(const struct config_env_case *rows, size_t n)
{
	struct err e;
	const int dir = fsx_dir(".", &e);
	size_t bad = 0;

	xml_start();
	for (size_t i = 0; i < n; i++)
		bad += run_row(&rows[i], dir) ? 0 : 1;
	fsx_close(dir);
	assert_int_equal(bad, 0);
}
