/*
 * Names, attributes and links: one function per system call of dev.wadah.posix.Posix. Runs on any JVM thread, with
 * whatever rights the JVM has. A path is relative to the directory descriptor `dir`; AT_FDCWD for the usual meaning.
 */
#include "wadah.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#define POSIX(type, name) JNIEXPORT type JNICALL Java_dev_wadah_posix_Posix_##name

/* Ends a call that gives nothing: an exception for a negative result. */
static void done(JNIEnv *env, const char *call, struct wadah_path *path, jstring name, int result) {
  int error = errno;
  wadah_path_free(path);
  if (result < 0) wadah_throw(env, call, name, error);
}

static jlong nanos(struct timespec time) { return (jlong)time.tv_sec * 1000000000 + time.tv_nsec; }

/* The order of the values: see FileStatus. */
static jlongArray status_array(JNIEnv *env, const struct stat *st) {
  jlong values[] = {st->st_mode, st->st_uid, st->st_gid, st->st_size, nanos(st->st_mtim), (jlong)st->st_rdev,
                    (jlong)st->st_ino, (jlong)st->st_nlink, (jlong)st->st_dev, nanos(st->st_ctim),
                    (jlong)st->st_blocks * 512};
  jsize count = sizeof values / sizeof *values;
  jlongArray array = (*env)->NewLongArray(env, count);
  if (array != NULL) (*env)->SetLongArrayRegion(env, array, 0, count, values);
  return array;
}

/* NULL without an exception when there is no such file. */
POSIX(jlongArray, stat)(JNIEnv *env, jclass self, jint dir, jstring name) {
  (void)self;
  struct wadah_path path;
  struct stat st;
  if (!wadah_place_get(env, &path, &dir, name)) return NULL;
  int result = fstatat(dir, path.text, &st, AT_SYMLINK_NOFOLLOW);
  if (result < 0 && (errno == ENOENT || errno == ENOTDIR)) {
    wadah_path_free(&path);
    return NULL;
  }
  done(env, "lstat", &path, name, result);
  if (result < 0) return NULL;
  return status_array(env, &st);
}

POSIX(jlongArray, statOpen)(JNIEnv *env, jclass self, jint fd) {
  (void)self;
  struct stat st;
  if (fstat(fd, &st) == 0) return status_array(env, &st);
  wadah_throw(env, "fstat", NULL, errno);
  return NULL;
}

/* -1 where the file system does not keep it. */
POSIX(jlong, birth)(JNIEnv *env, jclass self, jint dir, jstring name) {
  (void)self;
  struct wadah_path path;
  struct statx st;
  if (!wadah_place_get(env, &path, &dir, name)) return -1;
  int result = statx(dir, path.text, AT_SYMLINK_NOFOLLOW, STATX_BTIME, &st);
  if (result < 0 && errno == ENOSYS) {
    wadah_path_free(&path);
    return -1;
  }
  done(env, "statx", &path, name, result);
  if (result < 0 || (st.stx_mask & STATX_BTIME) == 0) return -1;
  return (jlong)st.stx_btime.tv_sec * 1000000000 + st.stx_btime.tv_nsec;
}

struct linux_dirent64 {
  ino64_t d_ino;
  off64_t d_off;
  unsigned short d_reclen;
  unsigned char d_type;
  char d_name[];
};

/* Names as one growing, NUL-separated text, so that the array can be made in the right size. */
struct names {
  char *text;
  size_t used, room;
  jsize count;
};

static int collect(int fd, struct names *names) {
  char buffer[32768] __attribute__((aligned(8)));
  for (;;) {
    long n = syscall(SYS_getdents64, fd, buffer, sizeof buffer);
    if (n <= 0) return (int)n;
    for (long at = 0; at < n;) {
      struct linux_dirent64 *entry = (struct linux_dirent64 *)(buffer + at);
      at += entry->d_reclen;
      if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
      size_t length = strlen(entry->d_name) + 1;
      if (names->used + length > names->room) {
        size_t room = names->room == 0 ? 4096 : names->room * 2;
        char *text = realloc(names->text, room);
        if (text == NULL) return -1;
        names->text = text;
        names->room = room;
      }
      memcpy(names->text + names->used, entry->d_name, length);
      names->used += length;
      names->count++;
    }
  }
}

static jobjectArray to_array(JNIEnv *env, const struct names *names) {
  jclass string = (*env)->FindClass(env, "java/lang/String");
  jobjectArray array = string == NULL ? NULL : (*env)->NewObjectArray(env, names->count, string, NULL);
  const char *at = names->text;
  for (jsize i = 0; array != NULL && i < names->count; i++) {
    size_t length = strlen(at);
    jstring name = wadah_string(env, at, length);
    if (name == NULL) return NULL;
    (*env)->SetObjectArrayElement(env, array, i, name);
    (*env)->DeleteLocalRef(env, name);
    at += length + 1;
  }
  return array;
}

/* NULL without an exception when it is no directory. */
POSIX(jobjectArray, names)(JNIEnv *env, jclass self, jint dir, jstring name) {
  (void)self;
  struct wadah_path path;
  if (!wadah_place_get(env, &path, &dir, name)) return NULL;
  int fd = openat(dir, path.text, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  int error = errno;
  wadah_path_free(&path);
  if (fd < 0) {
    if (error != ENOENT && error != ENOTDIR && error != ELOOP) wadah_throw(env, "opendir", name, error);
    return NULL;
  }
  struct names names = {NULL, 0, 0, 0};
  int result = collect(fd, &names);
  error = errno;
  close(fd);
  jobjectArray array = NULL;
  if (result < 0)
    wadah_throw(env, "getdents", name, error);
  else
    array = to_array(env, &names);
  free(names.text);
  return array;
}

POSIX(jstring, readlink)(JNIEnv *env, jclass self, jint dir, jstring name) {
  (void)self;
  struct wadah_path path;
  char target[PATH_MAX];
  if (!wadah_place_get(env, &path, &dir, name)) return NULL;
  ssize_t n = readlinkat(dir, path.text, target, sizeof target);
  done(env, "readlink", &path, name, (int)n);
  return n < 0 ? NULL : wadah_string(env, target, (size_t)n);
}

POSIX(void, symlink)(JNIEnv *env, jclass self, jstring target, jint dir, jstring name) {
  (void)self;
  struct wadah_path to, path;
  if (!wadah_path_get(env, &to, target)) return;
  if (wadah_place_get(env, &path, &dir, name)) done(env, "symlink", &path, name, symlinkat(to.text, dir, path.text));
  wadah_path_free(&to);
}

POSIX(void, link)(JNIEnv *env, jclass self, jint fromDir, jstring from, jint dir, jstring name) {
  (void)self;
  struct wadah_path old, path;
  if (!wadah_place_get(env, &old, &fromDir, from)) return;
  if (wadah_place_get(env, &path, &dir, name)) done(env, "link", &path, name, linkat(fromDir, old.text, dir, path.text, 0));
  wadah_path_free(&old);
}

/* renameat2; flags 1 is RENAME_NOREPLACE. Without flags the old system call, which every kernel and file system has. */
POSIX(void, rename)(JNIEnv *env, jclass self, jint fromDir, jstring from, jint dir, jstring name, jint flags) {
  (void)self;
  struct wadah_path old, path;
  if (!wadah_place_get(env, &old, &fromDir, from)) return;
  if (wadah_place_get(env, &path, &dir, name)) {
    long result = flags == 0 ? renameat(fromDir, old.text, dir, path.text)
                             : syscall(SYS_renameat2, fromDir, old.text, dir, path.text, (unsigned)flags);
    done(env, "rename", &path, name, (int)result);
  }
  wadah_path_free(&old);
}

POSIX(void, mkdir)(JNIEnv *env, jclass self, jint dir, jstring name, jint mode) {
  (void)self;
  struct wadah_path path;
  if (wadah_place_get(env, &path, &dir, name)) done(env, "mkdir", &path, name, mkdirat(dir, path.text, (mode_t)mode));
}

POSIX(void, mknod)(JNIEnv *env, jclass self, jint dir, jstring name, jint mode, jlong device) {
  (void)self;
  struct wadah_path path;
  if (wadah_place_get(env, &path, &dir, name))
    done(env, "mknod", &path, name, mknodat(dir, path.text, (mode_t)mode, (dev_t)device));
}

POSIX(void, unlink)(JNIEnv *env, jclass self, jint dir, jstring name) {
  (void)self;
  struct wadah_path path;
  if (wadah_place_get(env, &path, &dir, name)) done(env, "unlink", &path, name, unlinkat(dir, path.text, 0));
}

POSIX(void, rmdir)(JNIEnv *env, jclass self, jint dir, jstring name) {
  (void)self;
  struct wadah_path path;
  if (wadah_place_get(env, &path, &dir, name)) done(env, "rmdir", &path, name, unlinkat(dir, path.text, AT_REMOVEDIR));
}

#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452
#endif

/* chmod has no no-follow form before Linux 6.6; there an O_PATH descriptor is checked and then named through /proc. */
static int chmod_nofollow(int dir, const char *path, mode_t mode) {
  if (syscall(SYS_fchmodat2, dir, path, mode, AT_SYMLINK_NOFOLLOW) == 0) return 0;
  /* Seccomp profiles older than the system call answer EPERM for it. */
  if (errno != ENOSYS && errno != EPERM) return -1;
  int fd = openat(dir, path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0) return -1;
  struct stat st;
  char alias[32];
  snprintf(alias, sizeof alias, "/proc/self/fd/%d", fd);
  int result = fstat(fd, &st);
  if (result == 0 && S_ISLNK(st.st_mode)) {
    errno = EOPNOTSUPP;
    result = -1;
  }
  if (result == 0) result = chmod(alias, mode);
  int error = errno;
  close(fd);
  errno = error;
  return result;
}

POSIX(void, chmod)(JNIEnv *env, jclass self, jint dir, jstring name, jint mode) {
  (void)self;
  struct wadah_path path;
  if (wadah_place_get(env, &path, &dir, name))
    done(env, "chmod", &path, name, chmod_nofollow(dir, path.text, (mode_t)mode));
}

POSIX(void, lchown)(JNIEnv *env, jclass self, jint dir, jstring name, jint uid, jint gid) {
  (void)self;
  struct wadah_path path;
  if (wadah_place_get(env, &path, &dir, name))
    done(env, "lchown", &path, name, fchownat(dir, path.text, (uid_t)uid, (gid_t)gid, AT_SYMLINK_NOFOLLOW));
}

/* Access time too: it is in no layer, and a fixed one keeps trees alike. */
POSIX(void, setModified)(JNIEnv *env, jclass self, jint dir, jstring name, jlong mtime) {
  (void)self;
  struct wadah_path path;
  struct timespec time = wadah_timespec(mtime);
  struct timespec times[] = {time, time};
  if (wadah_place_get(env, &path, &dir, name))
    done(env, "utimensat", &path, name, utimensat(dir, path.text, times, AT_SYMLINK_NOFOLLOW));
}

/* No attribute and a file system without attributes are both NULL. */
static int absent(int error) { return error == ENODATA || error == ENOTSUP; }

/* The calls for attributes know no directory before Linux 6.13. */
static const char *named(const struct wadah_path *path, char alias[PATH_MAX]) {
  if (path->opened < 0 || path->text[0] == 0) return path->text;
  snprintf(alias, PATH_MAX, "/proc/self/fd/%d/%s", path->opened, path->text);
  return alias;
}

POSIX(jbyteArray, getXattr)(JNIEnv *env, jclass self, jstring name, jstring attribute) {
  (void)self;
  struct wadah_path path, key;
  char alias[PATH_MAX];
  int dir = AT_FDCWD;
  if (!wadah_place_get(env, &path, &dir, name)) return NULL;
  jbyteArray array = NULL;
  if (wadah_path_get(env, &key, attribute)) {
    char value[4096], *at = value;
    ssize_t n = lgetxattr(named(&path, alias), key.text, value, sizeof value);
    if (n < 0 && errno == ERANGE) { /* 65,536 is the kernel's limit, XATTR_SIZE_MAX */
      at = malloc(65536);
      if (at != NULL) n = lgetxattr(named(&path, alias), key.text, at, 65536);
    }
    if (n < 0 && !absent(errno)) wadah_throw(env, "lgetxattr", name, errno);
    if (n >= 0 && (array = (*env)->NewByteArray(env, (jsize)n)) != NULL)
      (*env)->SetByteArrayRegion(env, array, 0, (jsize)n, (const jbyte *)at);
    if (at != value) free(at);
    wadah_path_free(&key);
  }
  wadah_path_free(&path);
  return array;
}

POSIX(void, setXattr)(JNIEnv *env, jclass self, jstring name, jstring attribute, jbyteArray value) {
  (void)self;
  struct wadah_path path, key;
  char alias[PATH_MAX];
  int dir = AT_FDCWD;
  if (!wadah_place_get(env, &path, &dir, name)) return;
  if (wadah_path_get(env, &key, attribute)) {
    jsize length = (*env)->GetArrayLength(env, value);
    jbyte *bytes = (*env)->GetByteArrayElements(env, value, NULL);
    if (bytes != NULL) {
      if (lsetxattr(named(&path, alias), key.text, bytes, (size_t)length, 0) < 0) wadah_throw(env, "lsetxattr", name, errno);
      (*env)->ReleaseByteArrayElements(env, value, bytes, JNI_ABORT);
    }
    wadah_path_free(&key);
  }
  wadah_path_free(&path);
}

POSIX(void, removeXattr)(JNIEnv *env, jclass self, jstring name, jstring attribute) {
  (void)self;
  struct wadah_path path, key;
  char alias[PATH_MAX];
  int dir = AT_FDCWD;
  if (!wadah_place_get(env, &path, &dir, name)) return;
  if (wadah_path_get(env, &key, attribute)) {
    if (lremovexattr(named(&path, alias), key.text) < 0 && !absent(errno)) wadah_throw(env, "lremovexattr", name, errno);
    wadah_path_free(&key);
  }
  wadah_path_free(&path);
}

POSIX(jobjectArray, listXattrs)(JNIEnv *env, jclass self, jstring name) {
  (void)self;
  struct wadah_path path;
  char alias[PATH_MAX];
  int dir = AT_FDCWD;
  if (!wadah_place_get(env, &path, &dir, name)) return NULL;
  char list[65536]; /* XATTR_LIST_MAX */
  ssize_t n = llistxattr(named(&path, alias), list, sizeof list);
  if (n < 0 && errno == ENOTSUP) n = 0;
  done(env, "llistxattr", &path, name, (int)n);
  if (n < 0) return NULL;
  struct names names = {list, (size_t)n, sizeof list, 0};
  for (ssize_t i = 0; i < n; i++) names.count += list[i] == 0;
  return to_array(env, &names);
}

POSIX(jint, effectiveUser)(JNIEnv *env, jclass self) {
  (void)env, (void)self;
  return (jint)geteuid();
}

POSIX(jint, user)(JNIEnv *env, jclass self) {
  (void)env, (void)self;
  return (jint)getuid();
}

POSIX(jlong, device)(JNIEnv *env, jclass self, jint major, jint minor) {
  (void)env, (void)self;
  return (jlong)makedev((unsigned)major, (unsigned)minor);
}
