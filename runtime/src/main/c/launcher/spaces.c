/*
 * Mount namespaces: a container has one of its own, a copy of the one that its supervisor is in. That is ours, or one
 * that Java holds, in which the layers below many steps are mounted already ("hold" and "join").
 */
#include "launcher.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

/* Enters our own mount namespace once more, which makes its root ours, and the working directory. */
static int enter_again(void) {
  int space = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
  if (space < 0) return -1;
  int result = setns(space, CLONE_NEWNS), error = errno;
  close(space);
  errno = error;
  return result;
}

/* Whether "/" is where a mount begins; a chroot's need not be. */
static bool root_is_mount_point(void) {
  struct statx status;
  if (statx(AT_FDCWD, "/", 0, STATX_BASIC_STATS, &status) < 0) return true;
  return !(status.stx_attributes_mask & STATX_ATTR_MOUNT_ROOT) || status.stx_attributes & STATX_ATTR_MOUNT_ROOT;
}

/*
 * The namespace's root becomes ours: that of the machine, where we are in a chroot. Who may not do that stays where it
 * is if that is a mount point, as a container's root is. 1 when we have moved, 0 when we have not.
 */
int leave_chroot(void) {
  if (enter_again() == 0) return 1;
  return root_is_mount_point() ? 0 : -1;
}

static int enter_root(int root) { return fchdir(root) < 0 || chroot(".") < 0 || chdir("/") < 0 ? -1 : 0; }

/* Of every mount of the namespace, those outside of a chroot too: none may tell others of what is mounted here. */
static int set_propagation(struct box *box, unsigned long kind) {
  int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (root < 0) return fail(box, "open", "/");
  int left = leave_chroot();
  if (left < 0) return fail(box, "setns", "/");
  if (mount(NULL, "/", NULL, MS_REC | kind, NULL) < 0) return fail(box, "mount", "/");
  if (left > 0 && enter_root(root) < 0) return fail(box, "chroot", "/");
  close(root);
  return 0;
}

int op_private(struct box *box, char **args) {
  (void)args;
  return set_propagation(box, MS_PRIVATE);
}

/* As "private", but what the machine mounts and unmounts from now on happens here too: for a namespace that stays. */
int op_slave(struct box *box, char **args) {
  (void)args;
  return set_propagation(box, MS_SLAVE);
}

/* The supervisor enters the namespace that Java gave it, so that its child is born into a copy of that. */
int join_space(struct box *box) {
  int result = 0;
  if (box->join) {
    if (setns(SPACE_FD, CLONE_NEWNS) < 0) result = fail(box, "setns", "/");
    else if (enter_root(SPACE_ROOT_FD) < 0) result = fail(box, "chroot", "/");
  }
  close(SPACE_FD);
  close(SPACE_ROOT_FD);
  return result;
}

/*
 * Says that all is mounted, and stays until Java has opened the namespace and lets go. The tree is an overlay over what
 * is held, mounted to see whether a step could do it; that it could join as well, we try on ourselves.
 */
int op_hold(struct box *box, char **args) {
  (void)args;
  char pid[24], tree[40];
  int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (root < 0) return fail(box, "open", "/");
  if (enter_again() < 0 || enter_root(root) < 0) return fail(box, "setns", "/");
  snprintf(tree, sizeof tree, "/proc/self/fd/%d", box->tree_fd);
  if (umount2(tree, MNT_DETACH) < 0) return fail(box, "umount", "overlay");
  snprintf(pid, sizeof pid, "%d", (int)getpid());
  report("held", pid, NULL);
  char byte;
  while (read(PEER_FD, &byte, 1) < 0 && errno == EINTR) continue;
  _exit(0);
}
