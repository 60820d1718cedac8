/* Fingerprints and the looks of private keys. The keys were made for this test and open nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "transport/sshkey.h"

static void test_print(void **state)
{
	uint8_t hash[32] = {0};
	char out[SSHKEY_PRINT];

	(void)state;
	sshkey_print(hash, out);
	assert_string_equal(out, "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
	for (size_t i = 0; i < sizeof(hash); i++)
		hash[i] = (uint8_t)(i * 8 + 3);
	sshkey_print(hash, out);
	assert_string_equal(out, "SHA256:AwsTGyMrMztDS1NbY2tze4OLk5ujq7O7w8vT2+Pr8/s");
	assert_int_equal(strlen(out), SSHKEY_PRINT - 2);
}

static void test_is(void **state)
{
	const char print[] = "SHA256:AwsTGyMrMztDS1NbY2tze4OLk5ujq7O7w8vT2+Pr8/s";

	(void)state;
	assert_true(sshkey_is(str_c(print), print));
	assert_true(sshkey_is(STR("SHA256:AwsTGyMrMztDS1NbY2tze4OLk5ujq7O7w8vT2+Pr8/s="), print));
	assert_true(sshkey_is(STR(" SHA256:AwsTGyMrMztDS1NbY2tze4OLk5ujq7O7w8vT2+Pr8/s\n"), print));
	assert_false(sshkey_is(STR("SHA256:awsTGyMrMztDS1NbY2tze4OLk5ujq7O7w8vT2+Pr8/s"), print));
	assert_false(sshkey_is(STR("SHA256:AwsTGyMrMztDS1NbY2tze4OLk5ujq7O7w8vT2+Pr8/"), print));
	assert_false(sshkey_is(STR("AwsTGyMrMztDS1NbY2tze4OLk5ujq7O7w8vT2+Pr8/s"), print));
	assert_false(sshkey_is(STR(""), print));
	assert_false(sshkey_is(STR("SHA256:"), "SHA256:"));
}

struct look {
	const char *text;
	bool key;
	bool openssh;
	bool encrypted;
	const char *kind;
};

#define BEGIN "-----BEGIN OPENSSH PRIVATE KEY-----\n"

static const struct look looks[] = {
	/* magic, none, none, "", one key of 51 bytes: ssh-ed25519 */
	{BEGIN "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gt\nZWQyNTUxOQ",
		true, true, false, "ssh-ed25519"},
	{BEGIN "b3BlbnNzaC1rZXktdjEAAAAACmFlczI1Ni1jdHIAAAAGYmNyeXB0AAAAAAAAAAEAAAAz\r\n"
	       "AAAAC3NzaC1lZDI1NTE5",
		true, true, true, "ssh-ed25519"},
	{BEGIN "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAABFwAAAAdzc2gtcnNh", true,
		true, false, "ssh-rsa"},
	/* cut within the name, a length beyond the end, another magic, nothing */
	{BEGIN "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gt", true, true,
		false, ""},
	{BEGIN "b3BlbnNzaC1rZXktdjEA/////25vbmU=", true, true, false, ""},
	{BEGIN "b3BlbnNzaC1rZXktdjIAAAAABG5vbmU=", true, true, false, ""},
	/* cut behind the cipher, within the derivation, behind it; a kind with a zero, and one that is too long */
	{BEGIN "b3BlbnNzaC1rZXktdjEAAAAABG5vbmU=", true, true, false, ""},
	{BEGIN "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAA==", true, true, false, ""},
	{BEGIN "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ==", true, true, false, ""},
	{BEGIN "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gAZWQyNTUxOQ==",
		true, true, false, ""},
	{BEGIN "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAChhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFh",
		true, true, false, ""},
	{BEGIN, true, true, false, ""},
	{"-----BEGIN RSA PRIVATE KEY-----\nMIIE", true, false, false, "ssh-rsa"},
	{"-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n", true, false, true, ""},
	{"-----BEGIN ENCRYPTED PRIVATE KEY-----\n", true, false, true, ""},
	{"-----BEGIN PRIVATE KEY-----\nMC4C", true, false, false, ""},
	{"-----BEGIN RSA KEY-----\nProc-Type: 4,ENCRYPTED\n", false, false, false, ""},
	{"-----BEGIN CERTIFICATE-----\nMIIE", false, false, false, ""},
	{"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5 me", false, false, false, ""},
	{"", false, false, false, ""},
};

static void test_look(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(looks) / sizeof(looks[0]); i++) {
		const struct look *c = &looks[i];
		struct sshkey_look got;

		const bool key = sshkey_look(str_c(c->text), &got);
		if (key != c->key || got.openssh != c->openssh || got.encrypted != c->encrypted ||
			strcmp(got.kind, c->kind) != 0)
			fail_msg("%zu: %d %d %d %s", i, key, got.openssh, got.encrypted, got.kind);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_print),
		cmocka_unit_test(test_is),
		cmocka_unit_test(test_look),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
