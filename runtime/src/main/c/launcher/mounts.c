/* Mounts. All of this happens in process 1's own mount namespace, so every mount vanishes with it. */
#include "launcher.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <unistd.h>

/* "/proc/self/fd/N": a path that means exactly what the descriptor is, whatever has been renamed or mounted since. */
struct fd_path {
  char text[32];
};

static struct fd_path fd_path(int fd) {
  struct fd_path path;
  snprintf(path.text, sizeof path.text, "/proc/self/fd/%d", fd);
  return path;
}

/* mount(2) on a descriptor. `from` is the source when it is not -1. */
int mount_at(int from, const char *source, int target, const char *type, unsigned long flags, const char *data) {
  struct fd_path on = fd_path(target), of = fd_path(from);
  return mount(from < 0 ? source : of.text, on.text, type, flags, data);
}

/* The flags of a mount must be repeated when mount(2) changes one of them. */
static unsigned long kept_flags(int target) {
  struct statfs status;
  if (fstatfs(target, &status) < 0) return 0;
  unsigned long flags = 0, known = MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOATIME | MS_NODIRATIME;
  flags |= (unsigned long)status.f_flags & known;
  if (status.f_flags & 0x1000 /* ST_RELATIME */) flags |= MS_RELATIME;
  return flags;
}

/* Makes the mount at `target` read-only, with all that are below it where the kernel can (5.12). */
int make_readonly(int target, bool recursive) {
  struct mount_attr attributes = {.attr_set = MOUNT_ATTR_RDONLY};
  unsigned flags = AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0);
  if (syscall(SYS_mount_setattr, target, "", flags, &attributes, sizeof attributes) == 0) return 0;
  if (errno != ENOSYS && errno != EPERM) return -1;
  return mount_at(-1, NULL, target, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | kept_flags(target), NULL);
}

/* args: directory. It is hidden from us from here on, so it must be one that nobody needs. */
int op_scratch(struct box *box, char **args) {
  if (mount("scratch", args[0], "tmpfs", MS_NOSUID | MS_NODEV, "mode=700") < 0) return fail(box, "mount", args[0]);
  box->scratch_fd = open(args[0], O_PATH | O_DIRECTORY | O_CLOEXEC);
  return box->scratch_fd < 0 ? fail(box, "open", args[0]) : 0;
}

/* A new empty directory in the scratch tmpfs; returns an O_PATH descriptor. */
int scratch_directory(struct box *box, char name[16]) {
  snprintf(name, 16, "%d", box->scratch_count++);
  if (mkdirat(box->scratch_fd, name, 0755) < 0) return -1;
  return openat(box->scratch_fd, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

/* args: path on the host. Links are followed: the path was chosen by the user, not by the image. */
int op_source(struct box *box, char **args) {
  if (box->tree_fd >= 0) close(box->tree_fd);
  box->tree_fd = open(args[0], O_PATH | O_CLOEXEC);
  return box->tree_fd < 0 ? fail(box, "open", args[0]) : 0;
}

/* args: directory of the host. The tree covers it, so that it has a path. */
int op_cover(struct box *box, char **args) {
  int target = open(args[0], O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (target < 0) return fail(box, "open", args[0]);
  if (mount_at(box->tree_fd, NULL, target, NULL, MS_BIND, NULL) < 0) return fail(box, "mount", args[0]);
  close(target);
  return 0;
}

/* The tree becomes the root: bound once more, because pivot_root wants a mount. */
int op_root(struct box *box, char **args) {
  (void)args;
  char name[16];
  int target = scratch_directory(box, name);
  if (target < 0) return fail(box, "mkdir", "scratch");
  if (mount_at(box->tree_fd, NULL, target, NULL, MS_BIND | MS_REC, NULL) < 0) return fail(box, "mount", "root");
  close(target);
  box->root_fd = openat(box->scratch_fd, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
  return box->root_fd < 0 ? fail(box, "open", "root") : 0;
}

static bool is_directory(int fd) {
  struct stat status;
  return fstat(fd, &status) == 0 && S_ISDIR(status.st_mode);
}

/* args: path within the tree, target within the root, 1 for read-only, 1 for recursive */
int op_place(struct box *box, char **args) {
  bool read_only = number(args[2]), recursive = number(args[3]);
  int from = open_within(box->tree_fd, args[0], REFUSE);
  if (from < 0) return fail(box, "open", args[0]);
  int target = open_within(box->root_fd, args[1], is_directory(from) ? MAKE_DIRECTORY : MAKE_FILE);
  if (target < 0) return fail(box, "mount point", args[1]);
  if (mount_at(from, NULL, target, NULL, MS_BIND | (recursive ? MS_REC : 0), NULL) < 0)
    return fail(box, "mount", args[1]);
  close(from);
  close(target);
  if (!read_only) return 0;
  target = open_within(box->root_fd, args[1], REFUSE);
  if (target < 0 || make_readonly(target, recursive) < 0) return fail(box, "read-only mount", args[1]);
  close(target);
  return 0;
}

/*
 * args: type, source, target within the root, flags of mount(2), data, fallback.
 * Fallback: "?" to go on when the kernel refuses; a host path to bind instead (a container within a container may not
 * mount /proc, but may bind the one it has); empty to fail.
 */
int op_mount(struct box *box, char **args) {
  int target = open_within(box->root_fd, args[2], MAKE_DIRECTORY);
  if (target < 0) return fail(box, "mount point", args[2]);
  int result = mount_at(-1, args[1], target, args[0], number(args[3]), args[4]);
  if (result < 0 && args[5][0] != 0) {
    tolerate(box, "mount", args[2]);
    result = args[5][0] == '?' ? 0 : mount_at(-1, args[5], target, NULL, MS_BIND | MS_REC, NULL);
  }
  if (result < 0) return fail(box, "mount", args[2]);
  close(target);
  return 0;
}

/* args: path within the root; not being there is no error, "/" is the root's own mount */
int op_readonly(struct box *box, char **args) {
  int target = open_within(box->root_fd, args[0], REFUSE);
  if (target < 0) return errno == ENOENT ? 0 : fail(box, "open", args[0]);
  if (strcmp(args[0], "/") != 0) {
    if (mount_at(target, NULL, target, NULL, MS_BIND | MS_REC, NULL) < 0) return fail(box, "mount", args[0]);
    close(target);
    target = open_within(box->root_fd, args[0], REFUSE);
    if (target < 0) return fail(box, "open", args[0]);
  }
  if (make_readonly(target, false) < 0) return fail(box, "read-only mount", args[0]);
  close(target);
  return 0;
}

/* args: path within the root. A directory is covered by an empty one, a file by /dev/null; absence is no error. */
int op_mask(struct box *box, char **args) {
  int target = open_within(box->root_fd, args[0], REFUSE);
  if (target < 0) return errno == ENOENT || errno == ENOTDIR ? 0 : fail(box, "open", args[0]);
  int result = is_directory(target) ? mount_at(-1, "tmpfs", target, "tmpfs", MS_RDONLY, "size=0")
                                    : mount_at(-1, "/dev/null", target, NULL, MS_BIND, NULL);
  if (result < 0) return fail(box, "mount", args[0]);
  close(target);
  return 0;
}

/* The initial ramfs cannot be pivoted away from; then the root is moved over it instead. */
static int move_root(void) {
  if (mount(".", "/", NULL, MS_MOVE, NULL) < 0 || chroot(".") < 0) return -1;
  return chdir("/");
}

/*
 * Enters the root and lets go of everything outside: the old root is stacked under the new one and detached, and no
 * descriptor stays open but 0, 1, 2, status and peer, so that neither a path nor /proc/self/fd leads out. The old root
 * must be the namespace's: of a container on top of a mere chroot ".." would lead to what is outside of that.
 */
int op_pivot(struct box *box, char **args) {
  (void)args;
  if (leave_chroot() < 0) return fail(box, "setns", "/");
  if (fchdir(box->root_fd) < 0) return fail(box, "fchdir", "root");
  if (syscall(SYS_pivot_root, ".", ".") < 0) {
    if (errno != EINVAL || move_root() < 0) return fail(box, "pivot_root", "root");
  } else if (umount2(".", MNT_DETACH) < 0 || chdir("/") < 0) {
    return fail(box, "umount", "old root");
  }
  if (syscall(SYS_close_range, PEER_FD + 1, ~0u, 0) < 0)
    for (int fd = PEER_FD + 1; fd < 4096; fd++) close(fd);
  box->root_fd = box->scratch_fd = box->tree_fd = -1;
  return 0;
}
