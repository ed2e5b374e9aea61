/* Reading, filling and copying files for dev.wadah.posix.Posix. Runs on any JVM thread. */
#include "wadah.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define NEW_FILE (O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC)

#define POSIX(type, name) JNIEXPORT type JNICALL Java_dev_wadah_posix_Posix_##name
#define CHUNK 65536

ssize_t wadah_read_fully(int fd, void *to, size_t length) {
  size_t have = 0;
  while (have < length) {
    ssize_t n = read(fd, (char *)to + have, length - have);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return -1;
    if (n == 0) break;
    have += (size_t)n;
  }
  return (ssize_t)have;
}

static int write_fully(int fd, const char *from, size_t length) {
  while (length > 0) {
    ssize_t n = write(fd, from, length);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return -1;
    from += n;
    length -= (size_t)n;
  }
  return 0;
}

/* Copies at most `length` bytes from the descriptor into the array; the number of bytes, or -1 with errno. */
static jint read_into(JNIEnv *env, int fd, jbyteArray array, jint offset, jint length) {
  char chunk[CHUNK];
  jint have = 0;
  while (have < length) {
    size_t want = (size_t)(length - have) < sizeof chunk ? (size_t)(length - have) : sizeof chunk;
    ssize_t n = wadah_read_fully(fd, chunk, want);
    if (n < 0) return -1;
    (*env)->SetByteArrayRegion(env, array, offset + have, (jsize)n, (const jbyte *)chunk);
    if ((*env)->ExceptionCheck(env)) return -1;
    have += (jint)n;
    if ((size_t)n < want) break;
  }
  return have;
}

/* Open, read, close in one call. O_NONBLOCK: a FIFO must not hold us up; regular files ignore it. */
POSIX(jint, readFile)(JNIEnv *env, jclass self, jint dir, jstring name, jbyteArray array, jint offset, jint length) {
  (void)self;
  struct wadah_path path;
  if (!wadah_place_get(env, &path, &dir, name)) return -1;
  int fd = openat(dir, path.text, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  int error = errno;
  jint n = fd < 0 ? -1 : read_into(env, fd, array, offset, length);
  if (fd >= 0) {
    error = errno;
    close(fd);
  }
  wadah_path_free(&path);
  if (n < 0) wadah_throw(env, fd < 0 ? "open" : "read", name, error);
  return n;
}

static jbyteArray read_whole(JNIEnv *env, int fd, jstring name, jint limit) {
  struct stat st;
  if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
    wadah_throw(env, "read", name, S_ISDIR(st.st_mode) ? EISDIR : EINVAL);
    return NULL;
  }
  if (st.st_size > limit) {
    wadah_throw(env, "read", name, EFBIG);
    return NULL;
  }
  char *bytes = malloc((size_t)st.st_size + 1);
  ssize_t n = bytes == NULL ? -1 : wadah_read_fully(fd, bytes, (size_t)st.st_size);
  jbyteArray array = n < 0 ? NULL : (*env)->NewByteArray(env, (jsize)n);
  if (n < 0) wadah_throw(env, "read", name, errno);
  if (array != NULL) (*env)->SetByteArrayRegion(env, array, 0, (jsize)n, (const jbyte *)bytes);
  free(bytes);
  return array;
}

/* A whole small regular file below a directory that may be hostile. */
POSIX(jbyteArray, readBeneath)(JNIEnv *env, jclass self, jstring directory, jstring name, jint limit) {
  (void)self;
  struct wadah_path root, path;
  if (!wadah_path_get(env, &root, directory)) return NULL;
  jbyteArray array = NULL;
  int at = open(root.text, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (at < 0) {
    wadah_throw(env, "open", directory, errno);
  } else {
    if (wadah_path_get(env, &path, name)) {
      int fd = wadah_open_beneath(at, path.text, O_RDONLY | O_NONBLOCK);
      if (fd < 0) {
        wadah_throw(env, "openat2", name, errno);
      } else {
        array = read_whole(env, fd, name, limit);
        close(fd);
      }
      wadah_path_free(&path);
    }
    close(at);
  }
  wadah_path_free(&root);
  return array;
}

/* The part of a direct buffer; NULL with an exception when it is none, or the part does not lie in it. */
static char *part(JNIEnv *env, jobject buffer, jint offset, jint length) {
  char *bytes = (*env)->GetDirectBufferAddress(env, buffer);
  if (bytes != NULL && offset >= 0 && length >= 0 && (*env)->GetDirectBufferCapacity(env, buffer) >= (jlong)offset + length)
    return bytes + offset;
  wadah_throw(env, "buffer", NULL, EINVAL);
  return NULL;
}

/* The whole way of a small file into a buffer: open, read, look, close. */
POSIX(void, readInto)
(JNIEnv *env, jclass self, jint root, jstring name, jobject into, jint offset, jint length, jlongArray result) {
  (void)self;
  struct wadah_path path;
  struct stat st;
  char *to = part(env, into, offset, length);
  if (to == NULL || !wadah_path_get(env, &path, name)) return;
  /* O_NONBLOCK: a FIFO that has taken the file's place must not hold us up. */
  int fd = wadah_open_beneath(root, path.text, O_RDONLY | O_NONBLOCK);
  const char *failed = fd < 0 ? "openat2" : NULL;
  ssize_t n = fd < 0 ? -1 : wadah_read_fully(fd, to, (size_t)length);
  if (failed == NULL && n < 0) failed = "read";
  if (failed == NULL && fstat(fd, &st) < 0) failed = "fstat";
  int error = errno;
  if (fd >= 0) close(fd);
  wadah_path_free(&path);
  if (failed != NULL) {
    wadah_throw(env, failed, name, error);
    return;
  }
  jlong values[5] = {n};
  wadah_stamp(&st, values + 1);
  (*env)->SetLongArrayRegion(env, result, 0, sizeof values / sizeof *values, values);
}

POSIX(jint, read)(JNIEnv *env, jclass self, jint fd, jobject into, jint offset, jint length) {
  (void)self;
  char *to = part(env, into, offset, length);
  if (to == NULL) return -1;
  ssize_t n = wadah_read_fully(fd, to, (size_t)length);
  if (n < 0) wadah_throw(env, "read", NULL, errno);
  return (jint)n;
}

/* An advice only: what it asks for is read in any case, and errors show then. */
POSIX(void, prefetch)(JNIEnv *env, jclass self, jint fd, jlong ahead, jlong length) {
  (void)env, (void)self;
  off_t at = lseek(fd, 0, SEEK_CUR);
  if (at >= 0) (void)posix_fadvise(fd, at + ahead, length, POSIX_FADV_WILLNEED);
}

/* -1 where the file system has no direct writes, or /proc is not there. */
POSIX(jint, openDirect)(JNIEnv *env, jclass self, jint fd) {
  (void)env, (void)self;
  char path[32];
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  return open(path, O_WRONLY | O_DIRECT | O_CLOEXEC);
}

#define HOLE 65536
#define PIECE (1 << 18) /* looked at for itself */

/* What compares equal to itself one byte further on is one byte all along; other content is told by its beginning. */
static int is_hole(const char *bytes, size_t length) {
  return length >= HOLE && bytes[0] == 0 && memcmp(bytes, bytes + 1, length - 1) == 0;
}

static int write_at(int fd, const char *bytes, size_t length, off_t position, int flags) {
  while (length > 0) {
    struct iovec all = {(char *)bytes, length};
    ssize_t n = flags == 0 ? pwrite(fd, bytes, length, position) : pwritev2(fd, &all, 1, position, flags);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return -1;
    bytes += n;
    position += n;
    length -= (size_t)n;
  }
  return 0;
}

/* Zeros become a hole: sparse files stay sparse in the tar of a layer. What lies between holes is written at once. */
POSIX(void, writeNew)
(JNIEnv *env, jclass self, jint fd, jobject from, jint offset, jint length, jlong position, jint flags) {
  (void)self;
  const char *bytes = part(env, from, offset, length);
  size_t all = bytes == NULL ? 0 : (size_t)length, begin = 0;
  for (size_t at = 0, next; at < all; at = next) {
    next = all - at < PIECE ? all : at + PIECE;
    int hole = is_hole(bytes + at, next - at);
    size_t end = hole ? at : next;
    if (!hole && next < all) continue;
    if (write_at(fd, bytes + begin, end - begin, position + (off_t)begin, flags) < 0) {
      wadah_throw(env, "write", NULL, errno);
      return;
    }
    begin = next;
  }
}

/* Owner before mode: chown clears the setuid and setgid bits. */
static const char *settle(int fd, jint mode, jint uid, jint gid, jlong mtime) {
  struct timespec time = wadah_timespec(mtime);
  struct timespec times[] = {time, time};
  if (fchown(fd, (uid_t)uid, (gid_t)gid) < 0) return "fchown";
  if (fchmod(fd, (mode_t)mode) < 0) return "fchmod";
  return futimens(fd, times) < 0 ? "futimens" : NULL;
}

POSIX(void, settle)(JNIEnv *env, jclass self, jobject descriptor, jint mode, jint uid, jint gid, jlong mtime) {
  (void)self;
  const char *failed = settle(wadah_fd(env, descriptor), mode, uid, gid, mtime);
  if (failed != NULL) wadah_throw(env, failed, NULL, errno);
}

static const char *fill(JNIEnv *env, int fd, jbyteArray content, jint offset, jint length) {
  char chunk[CHUNK];
  while (length > 0) {
    jint n = length < CHUNK ? length : CHUNK;
    (*env)->GetByteArrayRegion(env, content, offset, n, (jbyte *)chunk);
    if ((*env)->ExceptionCheck(env)) return "array"; /* out of bounds; that exception stays */
    if (write_fully(fd, chunk, (size_t)n) < 0) return "write";
    offset += n;
    length -= n;
  }
  return NULL;
}

/* Creates, fills, owns and times a file in one crossing of the border; owner, mode and time as `attributes` say. */
POSIX(void, putFile)
(JNIEnv *env, jclass self, jint dir, jstring name, jbyteArray content, jint offset, jint length, jlongArray attributes) {
  (void)self;
  struct wadah_path path;
  jlong a[4]; /* mode, uid, gid, mtime */
  (*env)->GetLongArrayRegion(env, attributes, 0, 4, a);
  if ((*env)->ExceptionCheck(env) || !wadah_place_get(env, &path, &dir, name)) return;
  int fd = openat(dir, path.text, NEW_FILE, 0600);
  const char *failed = fd < 0 ? "open" : fill(env, fd, content, offset, length);
  if (failed == NULL) failed = settle(fd, (jint)a[0], (jint)a[1], (jint)a[2], a[3]);
  int error = errno;
  if (fd >= 0) close(fd);
  wadah_path_free(&path);
  if (failed != NULL) wadah_throw(env, failed, name, error);
}

POSIX(jint, create)
(JNIEnv *env, jclass self, jint dir, jstring name) {
  (void)self;
  struct wadah_path path;
  if (!wadah_place_get(env, &path, &dir, name)) return -1;
  int fd = openat(dir, path.text, NEW_FILE, 0600);
  int error = errno;
  wadah_path_free(&path);
  if (fd < 0) wadah_throw(env, "open", name, error);
  return fd;
}

/* What putFile does behind the opening. */
POSIX(void, fill)
(JNIEnv *env, jclass self, jint fd, jbyteArray content, jint offset, jint length, jlongArray attributes) {
  (void)self;
  jlong a[4];
  (*env)->GetLongArrayRegion(env, attributes, 0, 4, a);
  const char *failed = (*env)->ExceptionCheck(env) ? "array" : fill(env, fd, content, offset, length);
  if (failed == NULL) failed = settle(fd, (jint)a[0], (jint)a[1], (jint)a[2], a[3]);
  int error = errno;
  close(fd);
  if (failed != NULL) wadah_throw(env, failed, NULL, error);
}

/* The plain way, for pairs of file systems that copy_file_range refuses. */
static int copy_by_hand(int from, int to, off_t length) {
  char chunk[CHUNK];
  while (length > 0) {
    size_t want = length < CHUNK ? (size_t)length : CHUNK;
    ssize_t n = wadah_read_fully(from, chunk, want);
    if (n < 0) return -1;
    if (n == 0) return 0;
    if (write_fully(to, chunk, (size_t)n) < 0) return -1;
    length -= n;
  }
  return 0;
}

static int copy_range(int from, int to, off_t length) {
  while (length > 0) {
    ssize_t n = copy_file_range(from, NULL, to, NULL, (size_t)length, 0);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && (errno == EXDEV || errno == EINVAL || errno == ENOSYS || errno == EOPNOTSUPP || errno == EPERM))
      return copy_by_hand(from, to, length);
    if (n < 0) return -1;
    if (n == 0) return 0; /* shorter than it was when measured */
    length -= n;
  }
  return 0;
}

/* Shares the blocks where the file system can (FICLONE), else copies within the kernel where that can be done. */
POSIX(void, copy)(JNIEnv *env, jclass self, jobject from, jobject to) {
  (void)self;
  int in = wadah_fd(env, from), out = wadah_fd(env, to);
  struct stat st;
  if (ioctl(out, FICLONE, in) == 0) return;
  if (fstat(in, &st) < 0 || copy_range(in, out, st.st_size) < 0) wadah_throw(env, "copy_file_range", NULL, errno);
}

/* Files of the same size are told apart by their first pages mostly, or not at all. */
static int same_bytes(int a, int b) {
  static _Thread_local char one[CHUNK], other[CHUNK];
  for (;;) {
    ssize_t n = wadah_read_fully(a, one, sizeof one);
    ssize_t m = n < 0 ? -1 : wadah_read_fully(b, other, sizeof other);
    if (n < 0 || m < 0) return -1;
    if (n != m || memcmp(one, other, (size_t)n) != 0) return 0;
    if (n < (ssize_t)sizeof one) return 1;
  }
}

POSIX(jboolean, sameContent)(JNIEnv *env, jclass self, jstring a, jstring b) {
  (void)self;
  struct wadah_path paths[2];
  jstring names[] = {a, b};
  int fds[2], result = -1;
  for (int i = 0; i < 2; i++) {
    if (!wadah_path_get(env, &paths[i], names[i])) {
      if (i == 1) close(fds[0]);
      return JNI_FALSE;
    }
    fds[i] = open(paths[i].text, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    int error = errno;
    wadah_path_free(&paths[i]);
    if (fds[i] < 0) {
      if (i == 1) close(fds[0]);
      return wadah_throw(env, "open", names[i], error), JNI_FALSE;
    }
  }
  result = same_bytes(fds[0], fds[1]);
  int error = errno;
  close(fds[0]);
  close(fds[1]);
  if (result < 0) wadah_throw(env, "read", a, error);
  return result == 1;
}

/* For dev.wadah.posix.ByteSums. */
JNIEXPORT jint JNICALL Java_dev_wadah_posix_ByteSums_sum(JNIEnv *env, jclass self, jbyteArray bytes, jint offset, jint length) {
  (void)self;
  jint sum = 0;
  for (jint n; length > 0; offset += n, length -= n) {
    jbyte piece[512];
    n = length < (jint)sizeof piece ? length : (jint)sizeof piece;
    (*env)->GetByteArrayRegion(env, bytes, offset, n, piece);
    if ((*env)->ExceptionCheck(env)) return 0;
    for (jint i = 0; i < n; i++) sum += (unsigned char)piece[i];
  }
  return sum;
}
