/* Small things that are made in the root before it is entered: device nodes, links, injected files, directories. */
#include "launcher.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* Opens the directory in which `path` lies; *name is its last part. */
static int open_parent(struct box *box, const char *path, const char **name) {
  const char *slash = strrchr(path, '/');
  char parent[MAX_PATH];
  *name = slash == NULL ? path : slash + 1;
  snprintf(parent, sizeof parent, "%.*s", slash == NULL ? 0 : (int)(slash - path), path);
  return open_within(box->root_fd, parent, REFUSE);
}

/* In a user namespace nobody may make device nodes, but the host's own can be bound. */
static int bind_node(int parent, const char *name, const char *path) {
  int fd = openat(parent, name, O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
  if (fd < 0) return -1;
  int result = mount_at(-1, path, fd, NULL, MS_BIND, NULL);
  close(fd);
  return result;
}

/* args: path, mode with file type, major, minor */
int op_node(struct box *box, char **args) {
  const char *name;
  int parent = open_parent(box, args[0], &name);
  if (parent < 0) return fail(box, "open", args[0]);
  dev_t device = makedev((unsigned)number(args[2]), (unsigned)number(args[3]));
  int result = mknodat(parent, name, (mode_t)number(args[1]), device);
  if (result < 0 && errno == EPERM) result = bind_node(parent, name, args[0]);
  if (result < 0) return fail(box, "mknod", args[0]);
  close(parent);
  return 0;
}

/* args: target, path */
int op_symlink(struct box *box, char **args) {
  const char *name;
  int parent = open_parent(box, args[1], &name);
  if (parent < 0) return fail(box, "open", args[1]);
  if (symlinkat(args[0], parent, name) < 0) return fail(box, "symlink", args[1]);
  close(parent);
  return 0;
}

static int write_all(int fd, const char *text) {
  for (size_t left = strlen(text); left > 0;) {
    ssize_t n = write(fd, text, left);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return -1;
    text += n;
    left -= (size_t)n;
  }
  return 0;
}

/* args: path, content, mode. The file lies in the scratch tmpfs and is bound to its place, so no layer ever holds it. */
int op_file(struct box *box, char **args) {
  char name[16];
  snprintf(name, sizeof name, "%d", box->scratch_count++);
  int fd = openat(box->scratch_fd, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, (mode_t)number(args[2]));
  if (fd < 0 || write_all(fd, args[1]) < 0) return fail(box, "write", args[0]);
  int target = open_within(box->root_fd, args[0], MAKE_FILE);
  if (target < 0) return fail(box, "mount point", args[0]);
  if (mount_at(fd, NULL, target, NULL, MS_BIND, NULL) < 0) return fail(box, "mount", args[0]);
  close(fd);
  close(target);
  return 0;
}

/* args: path. A working directory that is missing is made, and stays. */
int op_mkdir(struct box *box, char **args) {
  int fd = open_within(box->root_fd, args[0], MAKE_KEPT_DIRECTORY);
  if (fd < 0) return fail(box, "mkdir", args[0]);
  struct stat status;
  if (fstat(fd, &status) < 0 || !S_ISDIR(status.st_mode)) {
    errno = ENOTDIR;
    return fail(box, "mkdir", args[0]);
  }
  close(fd);
  return 0;
}
