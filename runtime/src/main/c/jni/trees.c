/* Removing trees, locks, syncing, and the kind of file system for dev.wadah.posix.Posix. Runs on any JVM thread. */
#include "wadah.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#define POSIX(type, name) JNIEXPORT type JNICALL Java_dev_wadah_posix_Posix_##name

/* Deeper directories are moved up before they are emptied, so that neither descriptors nor the stack run out. */
#define DEEP 64

/* One removal: the directory at its top, how deep it has gone, how many deep directories were moved to the top. */
struct removal {
  int top, depth;
  unsigned moved;
};

static int remove_at(struct removal *removal, int dir, const char *name, unsigned char type);

/* Empties an open directory and closes it. Names that vanish meanwhile are as good as removed. */
static int empty(struct removal *removal, int fd) {
  DIR *stream = fdopendir(fd);
  if (stream == NULL) {
    close(fd);
    return -1;
  }
  int result = 0, error = 0;
  unsigned moved;
  if (removal->depth++ == 0) removal->top = dirfd(stream);
  do {
    struct dirent *entry;
    moved = removal->moved;
    while ((errno = 0, entry = readdir(stream)) != NULL) {
      if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
      if (remove_at(removal, dirfd(stream), entry->d_name, entry->d_type) < 0 && result == 0) {
        result = -1;
        error = errno;
      }
    }
    rewinddir(stream);
  } while (removal->depth == 1 && removal->moved != moved && result == 0);
  removal->depth--;
  closedir(stream);
  errno = error;
  return result;
}

/* Gives a directory a mode that lets its owner in. fchmodat follows links: only after a look, in trees that are ours alone. */
static int let_in(int dir, const char *name) {
  struct stat st;
  if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISDIR(st.st_mode)) return -1;
  return fchmodat(dir, name, 0700, 0);
}

static int open_directory(int dir, const char *name) {
  return openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static int move_up(struct removal *removal, int dir, const char *name) {
  char unique[64];
  snprintf(unique, sizeof unique, ".wadah-deep-%ld-%u", (long)getpid(), removal->moved++);
  return renameat(dir, name, removal->top, unique);
}

static int remove_directory(struct removal *removal, int dir, const char *name) {
  if (unlinkat(dir, name, AT_REMOVEDIR) == 0 || errno == ENOENT) return 0;
  if (errno != ENOTEMPTY && errno != EEXIST) return -1;
  if (removal->depth >= DEEP) return move_up(removal, dir, name);
  int fd = open_directory(dir, name);
  if (fd < 0 && errno == EACCES) { /* overlay's work/work has mode 0000 */
    if (let_in(dir, name) < 0) return -1;
    fd = open_directory(dir, name);
  }
  if (fd < 0) return errno == ENOENT ? 0 : -1;
  if (empty(removal, fd) < 0) {
    /* Readable but not writable, an ordinary user's r-x directory. */
    if (errno != EACCES || let_in(dir, name) < 0 || (fd = open_directory(dir, name)) < 0) return -1;
    if (empty(removal, fd) < 0) return -1;
  }
  return unlinkat(dir, name, AT_REMOVEDIR) == 0 || errno == ENOENT ? 0 : -1;
}

static int remove_at(struct removal *removal, int dir, const char *name, unsigned char type) {
  if (type != DT_DIR) {
    if (unlinkat(dir, name, 0) == 0 || errno == ENOENT || errno == ENOTDIR) return 0;
    if (errno != EISDIR && errno != EPERM) return -1; /* the type may be unknown: unlink of a directory says so */
  }
  return remove_directory(removal, dir, name);
}

/* Removes a file or a whole tree, following no link; nothing there is success. */
POSIX(void, removeTree)(JNIEnv *env, jclass self, jint dir, jstring name) {
  (void)self;
  struct wadah_path path;
  struct removal removal = {-1, 0, 0};
  if (!wadah_place_get(env, &path, &dir, name)) return;
  int result = remove_at(&removal, dir, path.text, DT_UNKNOWN);
  int error = errno;
  wadah_path_free(&path);
  if (result < 0) wadah_throw(env, "remove", name, error);
}

POSIX(jint, unlinkOpen)(JNIEnv *env, jclass self, jstring name) {
  (void)self;
  struct wadah_path path;
  struct stat status;
  if (!wadah_path_get(env, &path, name)) return -1;
  int fd = open(path.text, O_PATH | O_NOFOLLOW | O_CLOEXEC), error = errno, result = fd;
  if (fd >= 0 && (result = fstat(fd, &status)) == 0) {
    result = S_ISREG(status.st_mode) ? unlink(path.text) : -1;
    error = S_ISREG(status.st_mode) ? errno : 0;
  }
  wadah_path_free(&path);
  if (result >= 0) return fd;
  if (fd >= 0) close(fd);
  if (error != 0) wadah_throw(env, "unlink", name, error);
  return -1;
}

/*
 * Opens and locks a lock file; -1 without an exception when another holds it. A holder removes its file before it
 * lets go, so a file that no longer has the name is not the lock: try again with the one that has.
 */
static int try_lock(const char *path) {
  for (;;) {
    int fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0) return -1;
    struct stat mine, there;
    int got = flock(fd, LOCK_EX | LOCK_NB);
    if (got == 0 && fstat(fd, &mine) == 0 && stat(path, &there) == 0 && mine.st_ino == there.st_ino &&
        mine.st_dev == there.st_dev)
      return fd;
    int error = errno;
    close(fd);
    if (got < 0) {
      errno = error;
      return -1;
    }
  }
}

POSIX(jint, tryLock)(JNIEnv *env, jclass self, jstring name) {
  (void)self;
  struct wadah_path path;
  if (!wadah_path_get(env, &path, name)) return -1;
  int fd = try_lock(path.text);
  int error = errno;
  wadah_path_free(&path);
  if (fd < 0 && error != EWOULDBLOCK && error != EINTR) wadah_throw(env, "flock", name, error);
  return fd;
}

/* Waits until everything written to the file system of `name` is on the disk. */
POSIX(void, syncFileSystem)(JNIEnv *env, jclass self, jstring name) {
  (void)self;
  struct wadah_path path;
  if (!wadah_path_get(env, &path, name)) return;
  int fd = open(path.text, O_RDONLY | O_CLOEXEC);
  int result = fd < 0 ? -1 : syncfs(fd);
  int error = errno;
  if (fd >= 0) close(fd);
  wadah_path_free(&path);
  if (result < 0) wadah_throw(env, "syncfs", name, error);
}

POSIX(jlong, fileSystem)(JNIEnv *env, jclass self, jstring name) {
  (void)self;
  struct wadah_path path;
  struct statfs status;
  if (!wadah_path_get(env, &path, name)) return 0;
  int result = statfs(path.text, &status), error = errno;
  wadah_path_free(&path);
  if (result < 0) wadah_throw(env, "statfs", name, error);
  return result < 0 ? 0 : (jlong)(uint32_t)status.f_type;
}
