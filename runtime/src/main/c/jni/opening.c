/* Opening files and directories for dev.wadah.posix.Posix, beneath a directory too. Runs on any JVM thread. */
#include "wadah.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define POSIX(type, name) JNIEXPORT type JNICALL Java_dev_wadah_posix_Posix_##name

POSIX(jobject, open)(JNIEnv *env, jclass self, jint dir, jstring name, jint flags, jint mode) {
  (void)self;
  struct wadah_path path;
  if (!wadah_place_get(env, &path, &dir, name)) return NULL;
  int fd = openat(dir, path.text, flags | O_CLOEXEC, (mode_t)mode);
  int error = errno;
  wadah_path_free(&path);
  if (fd < 0) {
    wadah_throw(env, "open", name, error);
    return NULL;
  }
  return wadah_new_fd(env, fd);
}

/*
 * The walk for kernels before 5.6 and for seccomp profiles that do not know openat2: every component is opened
 * without following links, and ".." is refused, so that the path cannot leave `root`.
 */
static int walk_beneath(int root, char *path, int flags) {
  int at = root;
  char *rest = path, *part;
  while ((part = strsep(&rest, "/")) != NULL) {
    if (*part == 0 || strcmp(part, ".") == 0) {
      if (rest != NULL || at != root) continue;
      part = "."; /* the root itself */
    }
    if (strcmp(part, "..") == 0) {
      if (at != root) close(at);
      errno = EXDEV;
      return -1;
    }
    int last = rest == NULL;
    int next = openat(at, part, (last ? flags : O_PATH | O_DIRECTORY) | O_NOFOLLOW | O_CLOEXEC);
    int error = errno;
    if (at != root) close(at);
    if (next < 0) {
      errno = error;
      return -1;
    }
    at = next;
  }
  return at;
}

static int open_short(int root, char *path, int flags) {
  struct open_how how = {.flags = (unsigned)flags | O_CLOEXEC,
                         .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_SYMLINKS};
  long fd = syscall(SYS_openat2, root, path, &how, sizeof how);
  /* EPERM: an old container runtime's seccomp answer for a system call that it has never heard of. */
  if (fd >= 0 || (errno != ENOSYS && errno != EPERM)) return (int)fd;
  return walk_beneath(root, path, flags);
}

/* What is longer than the kernel takes is opened in pieces: directories may lie thousands deep. */
int wadah_open_beneath(int root, char *path, int flags) {
  int at = root, result = -1;
  for (;;) {
    while (*path == '/') path++;
    char *cut = strlen(path) < PATH_MAX ? NULL : memrchr(path, '/', PATH_MAX - 1);
    if (cut == NULL) {
      result = open_short(at, *path == 0 ? (char[]){"."} : path, flags);
      break;
    }
    *cut = 0;
    int next = open_short(at, path, O_PATH | O_DIRECTORY);
    if (next < 0) break;
    if (at != root) close(at);
    at = next;
    path = cut + 1;
  }
  int error = errno;
  if (at != root) close(at);
  errno = error;
  return result;
}

/* A plain descriptor number, for the directories of which an unpacking keeps one open. */
POSIX(jint, openBeneath)(JNIEnv *env, jclass self, jint root, jstring name, jint flags) {
  (void)self;
  struct wadah_path path;
  if (!wadah_path_get(env, &path, name)) return -1;
  int fd = wadah_open_beneath(root, path.text, flags);
  int error = errno;
  wadah_path_free(&path);
  if (fd < 0) wadah_throw(env, "openat2", name, error);
  return fd;
}

POSIX(jint, openDirectory)(JNIEnv *env, jclass self, jint dir, jstring name) {
  (void)self;
  struct wadah_path path;
  if (!wadah_place_get(env, &path, &dir, name)) return -1;
  int fd = openat(dir, path.text, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  int error = errno;
  wadah_path_free(&path);
  if (fd < 0) wadah_throw(env, "open", name, error);
  return fd;
}

POSIX(void, close)(JNIEnv *env, jclass self, jint fd) {
  (void)env, (void)self;
  close(fd);
}

POSIX(jobject, descriptor)(JNIEnv *env, jclass self, jint fd) {
  (void)self;
  return wadah_new_fd(env, fd);
}
