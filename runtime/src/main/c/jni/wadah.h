/* What the files of the JNI library share: path strings, exceptions, file descriptors. */
#ifndef WADAH_H
#define WADAH_H

#include <jni.h>
#include <stddef.h>
#include <sys/types.h>
#include <time.h>

/*
 * A path as the kernel wants it. Java strings hold UTF-8 names as text, and every byte 0xNN that is not part of
 * UTF-8 as the lone surrogate U+DCNN; the locale plays no part. Short paths live in the struct itself.
 */
struct wadah_path {
  char *text; /* NULL when the conversion failed and an exception is pending */
  int opened; /* the directory that wadah_place_get opened, or -1 */
  char room[512];
};

/* Converts; on failure (a NUL, a surrogate that stands for no byte, no memory) an exception is pending and 0 is returned. */
int wadah_path_get(JNIEnv *env, struct wadah_path *path, jstring string);
void wadah_path_free(struct wadah_path *path);

/*
 * As wadah_path_get, for a path relative to the directory `*dir`. What is longer than the kernel takes, since directories
 * may lie thousands deep, is entered in pieces: `*dir` is then the directory to which the rest is relative, open until
 * the path is freed. Where the way does not exist the text is empty, which every system call answers with ENOENT.
 */
int wadah_place_get(JNIEnv *env, struct wadah_path *path, int *dir, jstring string);

/* The opposite direction; NULL with an exception pending when memory is short. */
jstring wadah_string(JNIEnv *env, const char *bytes, size_t length);

/* Throws PosixException for `call` on `path` (may be NULL) with the errno value `error`. */
void wadah_throw(JNIEnv *env, const char *call, jstring path, int error);

/* The number in a java.io.FileDescriptor, and a new FileDescriptor that owns a number. */
int wadah_fd(JNIEnv *env, jobject descriptor);
jobject wadah_new_fd(JNIEnv *env, int fd);

/* As openat2 beneath `root`, through no link; `path` is changed on the way. A descriptor, or -1 with errno. */
int wadah_open_beneath(int root, char *path, int flags);

/* Reads until `length` bytes are there or the file ends; -1 with errno. */
ssize_t wadah_read_fully(int fd, void *to, size_t length);

/* Size, modification time, change time, inode: what tells that a file is as it was. */
struct stat;
void wadah_stamp(const struct stat *st, jlong values[4]);

/* Nanoseconds since 1970, which may be before it, as the kernel takes them. */
struct timespec wadah_timespec(jlong nanos);

/* The name of an errno value, "EPERM"; "E?" for one that is not in the table. */
const char *wadah_errno_name(int error);

#endif
