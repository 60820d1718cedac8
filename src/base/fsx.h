/*
 * Files. Every name is relative to a folder descriptor and never leaves it (openat2
 * RESOLVE_BENEATH, no symlinks). A file appears only by fsx_publish or fsx_publish_many:
 * written under .tmp of its folder, fsynced, renamed without overwrite, folder fsynced.
 * The first fsync error on a file is final: the temporary is dropped.
 */
#ifndef BASE_FSX_H
#define BASE_FSX_H

#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

/* Opening. All O_CLOEXEC, all -1 with *e on failure; the descriptor is the result. */
/* A trusted path, as given by the user. */
int fsx_dir(const char *path, struct err *e) ATTR_CHECK;
/* name may have '/' but no "..". */
int fsx_subdir(int dir, const char *name, struct err *e) ATTR_CHECK;
/* To read; a regular file only, never a FIFO or link. */
int fsx_open(int dir, const char *name, struct err *e) ATTR_CHECK;
/* A user's own path, to read; follows links. */
int fsx_open_path(const char *path, struct err *e) ATTR_CHECK;
/* Accepts -1; errors of reads do not matter. */
void fsx_close(int fd);

/* Makes the folder (mode) if it is not there; its parent is fsynced. */
int fsx_mkdir(int dir, const char *name, mode_t mode, struct err *e) ATTR_CHECK;
int fsx_mkdirs(int dir, const char *name, mode_t mode, struct err *e) ATTR_CHECK;

int fsx_write_all(int fd, const void *p, size_t n, struct err *e) ATTR_CHECK;
/* Up to n bytes at offset; *got is less only at the end of the file. */
int fsx_pread(int fd, void *p, size_t n, uint64_t offset, size_t *got, struct err *e) ATTR_CHECK;
/* Does anybody have this file open for writing? 1, 0; -1: only its owner may ask. */
int fsx_writer(int fd);
/* The whole of a file into *b (ERR_LIMIT by b->max). */
int fsx_read(int fd, struct buf *b, struct err *e) ATTR_CHECK;
int fsx_read_path(const char *path, struct buf *b, struct err *e) ATTR_CHECK;
int fsx_size(int fd, uint64_t *size, struct err *e) ATTR_CHECK;

/* The folder, in each folder, of what is not complete. */
#define FSX_TMP ".tmp"

/* A file being written under dir/.tmp. Not visible before it is published. */
struct fsx_tmp {
	int dir; /* borrowed: the folder it will appear in */
	int fd;
	char tmp[64]; /* name under .tmp */
};

int fsx_tmp_open(int dir, struct fsx_tmp *t, struct err *e) ATTR_CHECK;
/* A file without a name, to write and read back; in $TMPDIR or /tmp, gone when it is closed. The reason
 * code is set when that folder is not there or may not be written. */
#define FSX_NO_SCRATCH "TMPDIR-UNUSABLE"
int fsx_scratch(struct err *e) ATTR_CHECK;
/* Removes it; accepts one that is published or zeroed with fd -1. */
void fsx_tmp_drop(struct fsx_tmp *t);
/* fsync, close, rename to name (never over another: ERR_EXISTS), fsync folders. */
int fsx_publish(struct fsx_tmp *t, const char *name, struct err *e) ATTR_CHECK;
/* The same, but may replace what is there: only what a person asked us to write. */
int fsx_publish_over(struct fsx_tmp *t, const char *name, struct err *e) ATTR_CHECK;

struct fsx_pending {
	struct fsx_tmp tmp;
	char name[256];
};
/* The same for a batch: all fsynced, all renamed, each folder fsynced once. On failure those
 * not yet renamed are dropped, the ones renamed stay (their content is complete). */
int fsx_publish_many(struct fsx_pending *files, size_t n, struct err *e) ATTR_CHECK;
/* Bytes in, file out: fsx_tmp_open, write, fsx_publish. */
int fsx_put(int dir, const char *name, struct str bytes, struct err *e) ATTR_CHECK;
/* As fsx_put, but may replace what is there (state files of ours only: never data of others). */
int fsx_replace(int dir, const char *name, struct str bytes, struct err *e) ATTR_CHECK;

/* Rename without overwrite between two folders of one file system, both fsynced.
 * EEXIST: ERR_EXISTS. EACCES, EPERM: ERR_DENIED. EXDEV: ERR_CONFIG, never copy and delete. */
int fsx_move(int from, const char *name, int to, const char *new_name, struct err *e) ATTR_CHECK;
/* Removes a file; a name that is not there is fine. The folder is fsynced. */
int fsx_remove(int dir, const char *name, struct err *e) ATTR_CHECK;
int fsx_sync_dir(int dir, struct err *e) ATTR_CHECK;

/* What a name is. 1 found, 0 absent, -1 failed. Links are not followed. */
int fsx_stat(int dir, const char *name, struct stat *st, struct err *e) ATTR_CHECK;

/* Names in a folder, "." and ".." left out, sorted by bytes. Freed by fsx_list_done. */
struct fsx_list {
	char **names;
	size_t n;
	size_t cap;
};
int fsx_list(int dir, struct fsx_list *l, struct err *e) ATTR_CHECK;
void fsx_list_done(struct fsx_list *l);
/* The same one by one, in no order and without a limit; ends at the first that gives -1. */
int fsx_each(int dir, int (*one)(void *ctx, const char *name, struct err *e), void *ctx,
	struct err *e) ATTR_CHECK;

#endif
