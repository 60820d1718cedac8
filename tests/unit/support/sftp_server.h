/* A real sshd on a loopback port (tests/peers/sshd) and endpoints that lead to it. */
#ifndef UNIT_SUPPORT_SFTP_SERVER_H
#define UNIT_SUPPORT_SFTP_SERVER_H

#include "secure/cred.h"
#include "transport/transport.h"

enum { SFTP_SERVER_TEXT = 200 };

struct sftp_server {
	bool there;	 /* false: sshd is not installed */
	char info[8192]; /* sshd.json */
	uint16_t port;
	long pid;
	char user[SFTP_SERVER_TEXT];
	char pin[2][SFTP_SERVER_TEXT]; /* ed25519, ecdsa */
	int root;		       /* srv/root, where a login lands, with in/ and out/ */
	struct clock clock;
};

/* One endpoint and what it borrows. */
struct sftp_link {
	struct config_endpoint ep;
	struct str pin[2];
	struct cred *cred;
	struct transport t;
};

/* For cmocka, of a group: *state is the server, its files in srv/. */
int sftp_server_start(void **state);
int sftp_server_stop(void **state);
/* The server of *state; the test is skipped when there is none. */
struct sftp_server *sftp_server_need(void **state);
/* tests/peers/sshd with these words; its output goes to a file. The exit status. */
int sftp_server_run(const char *verb, const char *dir, const char *option, const char *value);
/* What stands behind the words, the second searched for after the first. */
const char *sftp_server_behind(const char *text, const char *first, const char *second);
/* A signal to all processes that serve connections, not to the listener. */
void sftp_server_signal(long pid, int sig);

/* An endpoint of the server with a private key; not connected. Freed by sftp_link_close. */
void sftp_link_prepare(const struct sftp_server *v, struct sftp_link *l, const char *key);
int sftp_link_open(struct sftp_link *l, struct err *e);
/* Both, with the key the server knows; the test fails when it is not let in. */
void sftp_link_connected(const struct sftp_server *v, struct sftp_link *l);
void sftp_link_close(struct sftp_link *l);

/* A file with this content, open to read and write. */
int sftp_file_of(const char *name, const char *content, size_t n);
void sftp_file_holds(const char *path, const char *content, size_t n);

#endif
