/*
 * Directories in which files are made quickly.
 *
 * Before an ext4 without a journal makes a file, it looks at each inode of the block group that was deleted in the last
 * minutes. Where some thousand files have just been removed, a new one takes up to a millisecond instead of ten
 * microseconds. A file lies near its directory, so each process makes its directories in a place of its own: one of some
 * that are spread over the disk, the one that was not used for the longest time.
 */
#include "wadah.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#ifndef FS_TOPDIR_FL
#define FS_TOPDIR_FL 0x00020000
#endif

#define POSIX(type, name) JNIEXPORT type JNICALL Java_dev_wadah_posix_Posix_##name

enum { PLACES = 16, FORGOTTEN_SECONDS = 360 };

/* sysfs tells of each ext4 which task writes its journal. */
static bool is_ext4_without_journal(const char *directory) {
  char name[64], path[128], task[16] = "";
  struct stat status;
  if (stat(directory, &status) < 0) return false;
  snprintf(name, sizeof name, "/sys/dev/block/%u:%u", major(status.st_dev), minor(status.st_dev));
  ssize_t length = readlink(name, path, sizeof path - 1);
  if (length < 0) return false;
  path[length] = 0;
  const char *device = strrchr(path, '/');
  snprintf(name, sizeof name, "/sys/fs/ext4/%.30s/journal_task", device == NULL ? path : device + 1);
  int fd = open(name, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  length = read(fd, task, sizeof task - 1);
  close(fd);
  return length > 0 && strncmp(task, "<none>", 6) == 0;
}

/* What is made in a "top directory" is spread over the disk. */
static bool spread(const char *room) {
  int fd = open(room, O_RDONLY | O_DIRECTORY | O_CLOEXEC), flags = 0;
  if (fd < 0) return false;
  bool result = ioctl(fd, FS_IOC_GETFLAGS, &flags) == 0;
  if (result && !(flags & FS_TOPDIR_FL)) {
    flags |= FS_TOPDIR_FL;
    result = ioctl(fd, FS_IOC_SETFLAGS, &flags) == 0;
  }
  close(fd);
  return result;
}

/* A number below PLACES; -1 where there is no reason, or no way, to spread anything. */
static int choose(const char *room) {
  char place[PATH_MAX];
  int oldest = 0;
  time_t used = 0, now = time(NULL);
  if ((mkdir(room, 0700) < 0 && errno != EEXIST) || !is_ext4_without_journal(room) || !spread(room)) return -1;
  for (int i = 0; i < PLACES; i++) {
    struct stat status;
    snprintf(place, sizeof place, "%s/%d", room, i);
    if (stat(place, &status) < 0) { /* a new one, unless some are as good as new */
      if (i == 0 || used > now - FORGOTTEN_SECONDS) oldest = mkdir(place, 0700) == 0 || errno == EEXIST ? i : -1;
      break;
    }
    if (i == 0 || status.st_mtime < used) oldest = i, used = status.st_mtime;
  }
  if (oldest < 0) return -1;
  snprintf(place, sizeof place, "%s/%d", room, oldest);
  return utimensat(AT_FDCWD, place, NULL, 0) == 0 ? oldest : -1;
}

/* `room` is on the same file system as all that is to be made. */
POSIX(jint, choosePlace)(JNIEnv *env, jclass self, jstring room) {
  (void)self;
  struct wadah_path path;
  if (!wadah_path_get(env, &path, room)) return -1;
  int place = strlen(path.text) + 16 < PATH_MAX ? choose(path.text) : -1;
  wadah_path_free(&path);
  return place;
}

/* In the place and then moved, which leaves it where it lies. Another process may be quicker with what it finds there. */
static int make_in_place(const char *place, const char *name) {
  char made[PATH_MAX];
  if (snprintf(made, sizeof made, "%s/new", place) >= (int)sizeof made) return -1;
  if (mkdir(made, 0700) < 0 && errno != EEXIST) return -1;
  return (int)syscall(SYS_renameat2, AT_FDCWD, made, AT_FDCWD, name, RENAME_NOREPLACE);
}

POSIX(void, mkdirIn)(JNIEnv *env, jclass self, jstring place, jstring name) {
  (void)self;
  struct wadah_path path, in;
  if (!wadah_path_get(env, &path, name)) return;
  if (wadah_path_get(env, &in, place)) {
    if (make_in_place(in.text, path.text) < 0 && mkdir(path.text, 0700) < 0) wadah_throw(env, "mkdir", name, errno);
    wadah_path_free(&in);
  }
  wadah_path_free(&path);
}
