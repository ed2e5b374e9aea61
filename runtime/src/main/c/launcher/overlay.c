/* The overlay: by the new mount interface where it can take each layer by itself, by mount(2) otherwise. */
#include "launcher.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { FSCONFIG_LIMIT = 255 }; /* the kernel cuts off values at 256 bytes */

static int set(int fs, const char *key, const char *value) {
  return (int)syscall(SYS_fsconfig, fs, value == NULL ? FSCONFIG_SET_FLAG : FSCONFIG_SET_STRING, key, value, 0);
}

/* A short name for a path: a symbolic link in the scratch directory, which is the working directory meanwhile. */
static int shorten(struct box *box, const char *path, char name[16]) {
  snprintf(name, 16, "%d", box->scratch_count++);
  return symlinkat(path, box->scratch_fd, name);
}

static int set_path(struct box *box, int fs, const char *key, const char *path) {
  char name[16];
  if (strlen(path) <= FSCONFIG_LIMIT) return set(fs, key, path);
  if (shorten(box, path, name) < 0) return -1;
  return set(fs, key, name);
}

/* Options: "key=value" or "flag", parted by commas; one that begins with "?" may be unknown to the kernel. */
static int set_options(int fs, const char *options) {
  char *copy = strdup(options), *next = copy;
  int result = copy == NULL ? -1 : 0;
  for (char *option; result == 0 && (option = strsep(&next, ",")) != NULL;) {
    bool optional = *option == '?';
    if (optional) option++;
    if (*option == 0) continue;
    char *value = strchr(option, '=');
    if (value != NULL) *value++ = 0;
    result = set(fs, option, value);
    if (result < 0 && optional) result = 0;
  }
  int error = errno;
  free(copy);
  errno = error;
  return result;
}

/* The kernel's own words on what it did not like, if it has any. */
static int fail_overlay(struct box *box, int fs, const char *call, const char *path) {
  int error = errno;
  char words[512];
  ssize_t length = read(fs, words, sizeof words - 1);
  words[length < 0 ? 0 : length] = 0;
  words[strcspn(words, "\n")] = 0;
  close(fs);
  return fail_with(box, call, path, error, words);
}

static int attach(struct box *box, int fs) {
  int mounted = (int)syscall(SYS_fsmount, fs, FSMOUNT_CLOEXEC, 0);
  if (mounted < 0) return fail_overlay(box, fs, "fsmount", "overlay");
  char name[16];
  int target = scratch_directory(box, name);
  if (target < 0 || syscall(SYS_move_mount, mounted, "", target, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) < 0)
    return fail_overlay(box, fs, "move_mount", "overlay");
  close(target);
  close(mounted);
  close(fs);
  box->tree_fd = openat(box->scratch_fd, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
  return box->tree_fd < 0 ? fail(box, "open", "overlay") : 0;
}

/* 1: this kernel cannot take layers one by one (before 6.5); nothing has been done then. */
static int by_fsconfig(struct box *box, const char *options) {
  int fs = (int)syscall(SYS_fsopen, "overlay", FSOPEN_CLOEXEC);
  if (fs < 0) return errno == ENOSYS || errno == EPERM ? 1 : fail(box, "fsopen", "overlay");
  for (size_t i = 0; i < box->lowers.length; i++) {
    const char *lower = box->lowers.items[i];
    if (set_path(box, fs, "lowerdir+", lower) == 0) continue;
    if (i == 0 && errno == EINVAL && access(lower, F_OK) == 0) {
      close(fs);
      return 1;
    }
    return fail_overlay(box, fs, "fsconfig", lower);
  }
  if (box->upper != NULL && set_path(box, fs, "upperdir", box->upper) < 0)
    return fail_overlay(box, fs, "fsconfig", box->upper);
  if (box->work != NULL && set_path(box, fs, "workdir", box->work) < 0)
    return fail_overlay(box, fs, "fsconfig", box->work);
  if (set_options(fs, options) < 0) return fail_overlay(box, fs, "fsconfig", options);
  if (syscall(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
    return fail_overlay(box, fs, "mount", box->upper == NULL ? "overlay" : box->upper);
  return attach(box, fs);
}

/* All paths must fit into one page here: 500 links named "0" to "499" do. */
static char *page_of_options(struct box *box, const char *options) {
  size_t room = (size_t)sysconf(_SC_PAGESIZE), at;
  char *data = malloc(room), name[16];
  if (data == NULL) return NULL;
  at = (size_t)snprintf(data, room, "lowerdir=");
  for (size_t i = 0; i < box->lowers.length && at < room; i++) {
    if (shorten(box, box->lowers.items[i], name) < 0) return NULL;
    at += (size_t)snprintf(data + at, room - at, "%s%s", i == 0 ? "" : ":", name);
  }
  const char *keys[] = {"upperdir", "workdir"}, *paths[] = {box->upper, box->work};
  for (int i = 0; i < 2 && at < room; i++) {
    if (paths[i] == NULL) continue;
    if (shorten(box, paths[i], name) < 0) return NULL;
    at += (size_t)snprintf(data + at, room - at, ",%s=%s", keys[i], name);
  }
  for (const char *option = options; *option != 0 && at < room;) {
    size_t length = strcspn(option, ",");
    bool optional = *option == '?';
    at += (size_t)snprintf(data + at, room - at, ",%.*s", (int)length - optional, option + optional);
    option += length + (option[length] == ',');
  }
  if (at < room) return data;
  errno = E2BIG;
  return NULL;
}

static int by_mount(struct box *box, const char *options) {
  char name[16];
  int target = scratch_directory(box, name);
  if (target < 0) return fail(box, "mkdir", "scratch");
  char *data = page_of_options(box, options);
  if (data == NULL) return fail(box, "mount", "overlay");
  if (mount_at(-1, "overlay", target, "overlay", 0, data) < 0) return fail_with(box, "mount", "overlay", errno, data);
  free(data);
  close(target);
  box->tree_fd = openat(box->scratch_fd, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
  return box->tree_fd < 0 ? fail(box, "open", "overlay") : 0;
}

/*
 * args: options, "mount" to leave the new interface alone. Mounts the lowers, upper and work named before, and forgets
 * them; the mount is the tree that "root" or "place" takes.
 */
int op_overlay(struct box *box, char **args) {
  char empty[2][16];
  if (box->tree_fd >= 0) close(box->tree_fd);
  box->tree_fd = -1;
  if (fchdir(box->scratch_fd) < 0) return fail(box, "fchdir", "scratch");
  /* Without an upper directory overlay wants two lower ones. */
  for (int i = 0; i < 2 && box->upper == NULL && box->lowers.length < 2; i++) {
    int fd = scratch_directory(box, empty[i]);
    if (fd < 0) return fail(box, "mkdir", "scratch");
    close(fd);
    if (append(box, &box->lowers, empty[i]) < 0) return -1;
  }
  int result = strcmp(args[1], "mount") == 0 ? 1 : by_fsconfig(box, args[0]);
  if (result > 0) result = by_mount(box, args[0]);
  box->lowers.length = 0;
  box->upper = box->work = NULL;
  if (result == 0 && chdir("/") < 0) return fail(box, "chdir", "/");
  return result;
}
