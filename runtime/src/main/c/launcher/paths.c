/*
 * Resolves paths within a root that the container's image controls. Every component is opened by itself without following
 * links, links are read and walked by hand, and ".." goes back along the descriptors we came by: whatever the image
 * (or a container that shares a cache directory) does meanwhile, no step can leave the root. The same as openat2 with
 * RESOLVE_IN_ROOT, but it can make what is missing on its way, tells the true path, and needs no kernel 5.6.
 */
#include "launcher.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_DEPTH = 256, MAX_LINKS = 40 };

struct walk {
  int fds[MAX_DEPTH]; /* fds[0] is the root, not ours to close */
  size_t ends[MAX_DEPTH]; /* length of `path` at that depth */
  int depth;
  int links;
  dev_t device; /* of the root: what is made elsewhere (in a tmpfs, a cache) is no stub */
  char path[MAX_PATH];
  char rest[2 * MAX_PATH];
};

static void up(struct walk *walk) {
  if (walk->depth == 0) return;
  close(walk->fds[walk->depth--]);
  walk->path[walk->ends[walk->depth]] = 0;
}

static int down(struct walk *walk, int fd, const char *name) {
  size_t end = walk->ends[walk->depth];
  if (walk->depth + 1 == MAX_DEPTH || end + strlen(name) + 2 > sizeof walk->path) {
    close(fd);
    errno = ENAMETOOLONG;
    return -1;
  }
  end += (size_t)sprintf(walk->path + end, "/%s", name);
  walk->fds[++walk->depth] = fd;
  walk->ends[walk->depth] = end;
  return 0;
}

/* Puts the target of the link `fd` before what is still to be walked. */
static int follow(struct walk *walk, int fd) {
  char target[sizeof walk->rest];
  ssize_t length = readlinkat(fd, "", target, MAX_PATH);
  close(fd);
  if (length < 0) return -1;
  if (++walk->links > MAX_LINKS) {
    errno = ELOOP;
    return -1;
  }
  if ((size_t)length + strlen(walk->rest) + 2 > sizeof target) {
    errno = ENAMETOOLONG;
    return -1;
  }
  target[length] = '/';
  strcpy(target + length + 1, walk->rest);
  strcpy(walk->rest, target);
  while (target[0] == '/' && walk->depth > 0) up(walk);
  return 0;
}

static int make(struct walk *walk, const char *name, enum missing missing, bool last) {
  int parent = walk->fds[walk->depth];
  if (missing == MAKE_FILE && last) {
    int fd = openat(parent, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd < 0) return -1;
    close(fd);
  } else if (mkdirat(parent, name, 0755) < 0) {
    return -1;
  }
  struct stat status;
  if (missing != MAKE_KEPT_DIRECTORY && fstat(parent, &status) == 0 && status.st_dev == walk->device) {
    char path[MAX_PATH + NAME_MAX + 2];
    snprintf(path, sizeof path, "%s/%s", walk->path, name);
    report("stub", path, NULL);
  }
  return openat(parent, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
}

/* Walks one component. */
static int step(struct walk *walk, const char *name, enum missing missing, bool last) {
  if (strcmp(name, ".") == 0) return 0;
  if (strcmp(name, "..") == 0) {
    up(walk);
    return 0;
  }
  int fd = openat(walk->fds[walk->depth], name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0 && errno == ENOENT && missing != REFUSE) fd = make(walk, name, missing, last);
  if (fd < 0) return -1;
  struct stat status;
  if (fstat(fd, &status) < 0) {
    close(fd);
    return -1;
  }
  return S_ISLNK(status.st_mode) ? follow(walk, fd) : down(walk, fd, name);
}

static int walk_all(struct walk *walk, enum missing missing) {
  for (;;) {
    char *rest = walk->rest + strspn(walk->rest, "/");
    size_t length = strcspn(rest, "/");
    if (length == 0) return 0;
    if (length > NAME_MAX) {
      errno = ENAMETOOLONG;
      return -1;
    }
    char name[NAME_MAX + 1];
    memcpy(name, rest, length);
    name[length] = 0;
    rest += length;
    bool last = rest[strspn(rest, "/")] == 0;
    memmove(walk->rest, rest, strlen(rest) + 1);
    if (step(walk, name, missing, last) < 0) return -1;
  }
}

/*
 * Opens (O_PATH) what `path` means to somebody whose root directory is `root`. Missing parts are made when `missing` says
 * so, 0755 and 0644, owned by root, and reported as stubs unless they are to be kept. -1 with errno set, not reported.
 */
int open_within(int root, const char *path, enum missing missing) {
  static struct walk walk; /* static for its size alone; process 1 has one thread */
  struct stat status;
  if (strlen(path) >= MAX_PATH) {
    errno = ENAMETOOLONG;
    return -1;
  }
  if (fstat(root, &status) < 0) return -1;
  walk.fds[0] = root;
  walk.ends[0] = 0;
  walk.depth = walk.links = 0;
  walk.device = status.st_dev;
  walk.path[0] = 0;
  strcpy(walk.rest, path);
  int result = walk_all(&walk, missing), error = errno;
  if (result == 0) {
    /* The last descriptor is the answer; the root itself is handed out as a copy. */
    result = walk.depth == 0 ? fcntl(root, F_DUPFD_CLOEXEC, 0) : walk.fds[walk.depth];
    if (walk.depth > 0) walk.depth--;
    error = errno;
  }
  while (walk.depth > 0) close(walk.fds[walk.depth--]);
  errno = error;
  return result;
}
