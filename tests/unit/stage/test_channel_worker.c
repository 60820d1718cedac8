/* The transfer worker with a folder for a partner: what is there decides what is done, and odd frames end it. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fsx.h"
#include "base/mem.h"
#include "secure/hash.h"
#include "stage/channel.h"
#include "stage/channel_worker.h"
#include "stage/frame.h"
#include "unit/support/box.h"

#define NAME "n.x12"
#define TEMP "." NAME ".tmp"

/* A worker at work, and what it has. */
struct at_work {
	struct env v;
	struct config_endpoint ep;
	struct channel_job job;
	char path[300];
	char sha[HASH_HEX];
	int fd;
	pid_t pid;
	struct frame *f;
};

static int folder(int dir, const char *name)
{
	struct err e;

	assert_int_equal(fsx_mkdirs(dir, name, 0700, &e), 0);
	const int fd = fsx_subdir(dir, name, &e);
	assert_true(fd >= 0);
	return fd;
}

static void prepare(struct at_work *w, const struct box *b)
{
	char here[200];

	memset(w, 0, sizeof(*w));
	w->v.clock = clock_system();
	log_init(&w->v.log, &w->v.clock);
	w->v.log.fd = -1;
	assert_non_null(getcwd(here, sizeof(here)));
	(void)snprintf(w->path, sizeof(w->path), "%s/%s/partner", here, b->path);
	fsx_close(folder(b->dir, "partner/in"));
	fsx_close(folder(b->dir, "partner/out"));
	w->ep = (struct config_endpoint){.name = STR("main"),
		.protocol = STR("directory"),
		.path = str_c(w->path),
		.put = STR("in"),
		.get = STR("out")};
	w->job = (struct channel_job){&w->v, &w->ep, folder(b->dir, "keys"),
		folder(b->dir, "outbox"), folder(b->dir, "received")};
	fsx_close(folder(b->dir, "received/.tmp"));
	box_put(w->job.outbox, NAME, "ISA*");
	box_hash(STR("ISA*"), w->sha);
	w->f = mem_alloc(sizeof(*w->f));
}

static void start(struct at_work *w)
{
	struct err e;
	int fd[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fd), 0);
	w->pid = fork();
	assert_true(w->pid >= 0);
	if (w->pid == 0) {
		(void)close(fd[0]);
		_exit(channel_worker_main(fd[1], &w->job));
	}
	(void)close(fd[1]);
	w->fd = fd[0];
	assert_int_equal(frame_receive(w->fd, w->f, &e), 1);
}

static void ask(struct at_work *w)
{
	struct err e;

	assert_int_equal(frame_send(w->fd, w->f, &e), 0);
	do
		assert_int_equal(frame_receive(w->fd, w->f, &e), 1);
	while (w->f->type == FRAME_PROGRESS);
}

/* How it leaves when nobody talks to it any more. */
static int end(struct at_work *w)
{
	int status = 0;

	(void)close(w->fd);
	assert_int_equal(waitpid(w->pid, &status, 0), w->pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void done(struct at_work *w)
{
	fsx_close(w->job.keys);
	fsx_close(w->job.outbox);
	fsx_close(w->job.received);
	mem_free(w->f);
}

static void send_it(struct at_work *w, int64_t size, const char *sha, int64_t before)
{
	frame_start(w->f, FRAME_WORK);
	frame_int(w->f, CHANNEL_DO_SEND);
	frame_str(w->f, STR(NAME));
	frame_int(w->f, size);
	frame_str(w->f, str_c(sha));
	frame_int(w->f, before);
	ask(w);
}

static int64_t result(struct at_work *w, struct str *text)
{
	assert_int_equal(w->f->type, FRAME_RESULT);
	const int64_t code = frame_get_int(w->f);
	(void)frame_get_str(w->f);
	*text = frame_get_str(w->f);
	assert_true(frame_ok(w->f));
	return code;
}

enum { ANEW, RENAMING, AGAIN }; /* what is known of attempts before */

/* The decision table at reconnect: each row is what lies there, and what is known. */
static void what_is_there_decides(void **state)
{
	static const struct {
		const char *final; /* bytes under the final name, "/" a folder; NULL none */
		const char *temp;
		int64_t before;
		bool read_back;
		int64_t outcome;
		const char *says;
	} rows[] = {
		{"ISA*", NULL, ANEW, true, CHANNEL_FOUND, "the same bytes were there before"},
		{"ISA*", NULL, RENAMING, true, CHANNEL_FOUND, "found on reconnect"},
		{"ISA*", NULL, AGAIN, true, CHANNEL_FOUND, "still there, not sent once more"},
		{"ISB*", NULL, ANEW, true, CHANNEL_COLLISION, "read back, its SHA-256 is"},
		{"ISB*", TEMP, RENAMING, true, CHANNEL_COLLISION, "read back, its SHA-256 is"},
		{"ISA*", NULL, ANEW, false, CHANNEL_COLLISION, "could not be compared"},
		{"ISA*", NULL, RENAMING, false, CHANNEL_LIKELY, "size only, not read back"},
		{"ISA*", TEMP, RENAMING, false, CHANNEL_COLLISION, "which is there too, as"},
		{"ISA*", NULL, AGAIN, false, CHANNEL_LIKELY, "still there"},
		{"ISA* and more", NULL, ANEW, true, CHANNEL_COLLISION, "13 bytes, ours has 4"},
		{"/", NULL, ANEW, true, CHANNEL_COLLISION, "the partner has another file named"},
		{NULL, NULL, RENAMING, true, CHANNEL_DOUBT, "the partner may have collected it"},
	};
	const struct box *b = *state;
	const int in = folder(b->dir, "partner/in");
	struct at_work w;

	prepare(&w, b);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct str text;
		if (rows[i].final && strcmp(rows[i].final, "/") == 0)
			assert_int_equal(mkdirat(in, NAME, 0700), 0);
		else if (rows[i].final)
			box_put(in, NAME, rows[i].final);
		if (rows[i].temp)
			box_put(in, TEMP, "ISA*");
		w.ep.read_back = rows[i].read_back;
		start(&w);
		send_it(&w, 4, w.sha, rows[i].before);
		if (result(&w, &text) != rows[i].outcome ||
			str_find(text, str_c(rows[i].says), 0) == SIZE_MAX)
			fail_msg("row %zu: " STR_FMT, i, STR_ARG(text));
		assert_int_equal(end(&w), 0);
		(void)unlinkat(in, NAME, 0);
		(void)unlinkat(in, NAME, AT_REMOVEDIR);
		(void)unlinkat(in, TEMP, 0);
	}
	fsx_close(in);
	done(&w);
}

/* Ours is not what the ledger says, or is not there. */
static void what_is_not_ours_is_not_sent(void **state)
{
	static const struct {
		int64_t size;
		bool same;
		const char *says;
	} rows[] = {{5, true, "was changed after it was made"},
		{4, false, "was changed after it was made"}};
	const struct box *b = *state;
	struct at_work w;
	struct str text;

	prepare(&w, b);
	start(&w);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		send_it(&w, rows[i].size, rows[i].same ? w.sha : "other", ANEW);
		assert_int_equal(result(&w, &text), CHANNEL_CORRUPT);
		assert_true(str_find(text, str_c(rows[i].says), 0) != SIZE_MAX);
	}
	assert_int_equal(unlinkat(w.job.outbox, NAME, 0), 0);
	send_it(&w, 4, w.sha, ANEW);
	assert_int_equal(result(&w, &text), CHANNEL_CORRUPT);
	assert_true(str_find(text, STR("No such file"), 0) != SIZE_MAX);
	assert_int_equal(end(&w), 0);
	done(&w);
}

/* Nothing is renamed without the word of the supervisor. */
static void only_when_it_may(void **state)
{
	const struct box *b = *state;
	const int in = folder(b->dir, "partner/in");
	struct at_work w;
	struct stat st;
	struct err e;

	prepare(&w, b);
	start(&w);
	send_it(&w, 4, w.sha, ANEW);
	assert_int_equal(w.f->type, FRAME_MAY);
	frame_start(w.f, FRAME_LOG); /* any other word */
	ask(&w);
	assert_int_equal(w.f->type, FRAME_FAIL);
	send_it(&w, 4, w.sha, ANEW);
	assert_int_equal(w.f->type, FRAME_MAY);
	assert_int_equal(end(&w), 74); /* and then nobody is there to answer */
	assert_int_equal(fsx_stat(in, NAME, &st, &e), 0);
	fsx_close(in);
	done(&w);
}

/* Work that there is not, frames that are none, and a place for a letter that is not there. */
static void odd_frames_end_it(void **state)
{
	const struct box *b = *state;
	struct at_work w;
	struct err e;

	prepare(&w, b);
	start(&w);
	frame_start(w.f, FRAME_WORK);
	frame_int(w.f, CHANNEL_DO_FETCH);
	frame_str(w.f, STR("letter"));
	frame_str(w.f, STR("nowhere"));
	ask(&w);
	assert_int_equal(w.f->type, FRAME_FAIL);
	frame_start(w.f, FRAME_WORK);
	frame_int(w.f, 99);
	assert_int_equal(frame_send(w.fd, w.f, &e), 0);
	assert_int_equal(frame_receive(w.fd, w.f, &e), 0); /* it is gone */
	assert_int_equal(end(&w), 74);
	start(&w);
	frame_start(w.f, FRAME_LOG);
	assert_int_equal(frame_send(w.fd, w.f, &e), 0);
	assert_int_equal(frame_receive(w.fd, w.f, &e), 0);
	assert_int_equal(end(&w), 74);
	w.ep.protocol = STR("pigeon");
	start(&w);
	assert_int_equal(w.f->type, FRAME_FAIL);
	assert_int_equal(end(&w), 0);
	done(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_BOX(what_is_there_decides),
		IN_BOX(what_is_not_ours_is_not_sent),
		IN_BOX(only_when_it_may),
		IN_BOX(odd_frames_end_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
