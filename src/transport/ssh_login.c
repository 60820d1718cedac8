/* Who we are, told to a server that is the right one: a private key, or a password. */
#include "transport/ssh_state.h"

#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"

static struct str user(const struct ssh *s)
{
	return s->ep->user;
}

static struct str password(const struct ssh *s)
{
	struct str p = cred_secret(s->cred);

	while (p.n > 0 && (p.p[p.n - 1] == '\n' || p.p[p.n - 1] == '\r'))
		p.n--;
	return p;
}

static int refused(const struct ssh *s, const char *how, struct err *e)
{
	(void)err_set(e, ERR_AUTH,
		"the server refuses user " STR_FMT " with %s. Check user and credential with the "
		"partner; it is tried again only after hours, so that the account is not locked",
		STR_ARG(user(s)), how);
	return err_reason(e, "AUTH-REFUSED");
}

static int unusable(const struct ssh *s, const char *why, struct err *e)
{
	(void)err_set(e, ERR_AUTH, "the private key in keys/" STR_FMT " cannot be used: %s",
		STR_ARG(s->ep->credential), why);
	return err_reason(e, "KEY-UNUSABLE");
}

/* Says before the night what libssh2 would only call a failure. */
static int check_key(const struct ssh *s, struct err *e)
{
	struct sshkey_look look;

	if (!sshkey_look(cred_secret(s->cred), &look))
		return unusable(s, "it is not a private key as ssh-keygen writes it", e);
	if (look.encrypted)
		return unusable(s, "it has a passphrase; take it off with ssh-keygen -p", e);
	if (strcmp(look.kind, "ssh-rsa") == 0)
		return unusable(s,
			"libssh2 1.10 signs with RSA and SHA-1 only, which servers refuse; make an "
			"ed25519 or ecdsa key and give the partner its public part",
			e);
	return 0;
}

/* The methods the server offers, or NULL: *rc 0 means that it asks for none. */
static const char *methods(struct ssh *s, long *rc)
{
	const char *list = NULL;
	const struct str u = user(s);

	ssh_begin(s);
	do {
		list = libssh2_userauth_list(s->session, u.p, (unsigned)u.n);
		*rc = list ? 0 : libssh2_session_last_errno(s->session);
	} while (ssh_again(s, *rc));
	if (!list && libssh2_userauth_authenticated(s->session))
		*rc = 0;
	return list;
}

static bool offers(const char *list, const char *method)
{
	struct str rest = str_c(list);
	struct str one = {NULL, 0};

	while (str_split(&rest, ',', &one)) {
		if (str_is(one, method))
			return true;
	}
	return false;
}

/* Did the server answer? libssh2 has the same codes for a refusal and for a connection that broke
 * while it waited for the answer; only its texts differ. */
static bool answered(const struct ssh *s)
{
	char *text = NULL;

	(void)libssh2_session_last_error(s->session, &text, NULL, 0);
	return !text || !str_starts(str_c(text), STR("Waiting for"));
}

/* What an attempt came to: 1 in, 0 refused, -1 and *e. */
static int outcome(struct ssh *s, long rc, const char *what, struct err *e)
{
	if (rc == 0)
		return 1;
	if ((rc == LIBSSH2_ERROR_AUTHENTICATION_FAILED ||
		    rc == LIBSSH2_ERROR_PUBLICKEY_UNVERIFIED) &&
		answered(s))
		return 0;
	if (rc == LIBSSH2_ERROR_PASSWORD_EXPIRED) {
		(void)err_set(e, ERR_AUTH, "the password of user " STR_FMT " has expired",
			STR_ARG(user(s)));
		return err_reason(e, "PASSWORD-EXPIRED");
	}
	return ssh_fault(s, rc, what, e);
}

static int by_key(struct ssh *s, struct err *e)
{
	const struct str key = cred_secret(s->cred);
	const struct str u = user(s);
	long rc = 0;

	ssh_begin(s);
	do
		rc = libssh2_userauth_publickey_frommemory(
			s->session, u.p, u.n, NULL, 0, key.p, key.n, NULL);
	while (ssh_again(s, rc));
	if (rc == LIBSSH2_ERROR_FILE || rc == LIBSSH2_ERROR_METHOD_NONE)
		return unusable(s, "libssh2 cannot read it; expected ed25519 or ecdsa", e);
	const int in = outcome(s, rc, "login", e);
	return in == 0 ? refused(s, "this key", e) : in;
}

static int by_password(struct ssh *s, struct err *e)
{
	const struct str secret = password(s);
	const struct str u = user(s);
	long rc = 0;

	ssh_begin(s);
	do
		rc = libssh2_userauth_password_ex(
			s->session, u.p, (unsigned)u.n, secret.p, (unsigned)secret.n, NULL);
	while (ssh_again(s, rc));
	return outcome(s, rc, "login", e);
}

/* Answers one hidden prompt, once: anything else is not a question for a password. */
static LIBSSH2_USERAUTH_KBDINT_RESPONSE_FUNC(answer)
{
	struct ssh *s = *abstract;

	(void)name;
	(void)name_len;
	(void)instruction;
	(void)instruction_len;
	if (num_prompts != 1 || prompts[0].echo || s->answered)
		return;
	const struct str secret = password(s);
	char *text = ssh_memory_take(secret.n + 1, abstract);
	memcpy(text, secret.p, secret.n);
	responses[0].text = text;
	responses[0].length = (unsigned)secret.n;
	s->answered = true;
}

static int by_prompt(struct ssh *s, struct err *e)
{
	const struct str u = user(s);
	long rc = 0;

	s->answered = false;
	ssh_begin(s);
	do
		rc = libssh2_userauth_keyboard_interactive_ex(
			s->session, u.p, (unsigned)u.n, answer);
	while (ssh_again(s, rc));
	return outcome(s, rc, "login", e);
}

static int not_offered(const char *list, const char *ours, struct err *e)
{
	struct buf shown;

	buf_init(&shown, 200);
	utf8_quote(&shown, str_c(list), 150);
	(void)err_set(
		e, ERR_AUTH, "the server does not take a %s; it offers %s", ours, buf_cstr(&shown));
	buf_done(&shown);
	return err_reason(e, "AUTH-REFUSED");
}

/* A password goes out at most twice: as such, and as the answer to a prompt. */
static int login_password(struct ssh *s, const char *list, struct err *e)
{
	const bool prompt = offers(list, "keyboard-interactive");
	int in = 0;

	if (!offers(list, "password") && !prompt)
		return not_offered(list, "password", e);
	if (offers(list, "password"))
		in = by_password(s, e);
	if (in == 0 && prompt)
		in = by_prompt(s, e);
	return in == 0 ? refused(s, "this password", e) : in;
}

int ssh_login_user(struct ssh *s, struct err *e)
{
	const bool secret = str_is(s->ep->auth, "password");
	const char *list = NULL;
	long rc = 0;
	int in = 0;

	if (!s->cred || user(s).n == 0)
		return err_set(e, ERR_CONFIG, "the endpoint needs a user and a credential");
	if (!secret && check_key(s, e) != 0)
		return -1;
	list = methods(s, &rc);
	if (!list)
		return rc == 0 ? 0 : ssh_fault(s, rc, "login", e);
	if (secret)
		in = login_password(s, list, e);
	else if (offers(list, "publickey"))
		in = by_key(s, e);
	else
		return not_offered(list, "key", e);
	return in == 1 ? 0 : -1;
}
