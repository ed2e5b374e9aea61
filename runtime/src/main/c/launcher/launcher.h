/*
 * The launcher performs a flat list of operations that Java wrote, and reports. It takes no decision of its own.
 *
 * Who runs what: the process that Java starts is the supervisor; it stays outside all namespaces, clones process 1 of the
 * container, passes signals and terminal bytes on, and reports how it ended. Process 1 performs the operations in
 * order; the last of them is "exec".
 */
#ifndef LAUNCHER_H
#define LAUNCHER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Descriptors that Java hands over. CONTROL: first the operations, then signals, a byte each; its end means "kill". */
enum { CONTROL_FD = 3, STATUS_FD = 4 };

/* With "join" Java hands over a mount namespace as well, and the root directory that we have in it. */
enum { SPACE_FD = 5, SPACE_ROOT_FD = 6 };

/* Where process 1 keeps its end of the socket to the supervisor, which has closed those two by then. */
enum { PEER_FD = 5 };

enum { MAX_LIST_BYTES = 64 << 20, MAX_LOWERS = 500, MAX_PATH = 4096 };

struct box;

/* One kind of operation. Signature: a letter per argument; s any text, p a path (not empty), n decimal, x hexadecimal. */
struct kind {
  const char *name;
  const char *signature;
  int (*perform)(struct box *box, char **args); /* NULL: the supervisor does it */
};

struct op {
  const struct kind *kind;
  char **args;
};

/* A growing list of strings, NULL at the end. */
struct strings {
  char **items;
  size_t length, room;
};

/* All that is known while the operations are performed. */
struct box {
  struct op *ops;
  size_t op_count, op_now;
  char **words;

  int root_fd;    /* the container's root directory, while we are outside of it */
  int scratch_fd; /* a tmpfs of our own, seen by nobody else, for mounts in the making */
  int tree_fd;    /* the mount or directory that the next "root" or "place" takes */
  int scratch_count;

  struct strings lowers, args, env, groups;
  char *upper, *work;
  bool init, terminal;

  uint64_t clone_flags; /* supervisor */
  bool join;
  struct strings cleanup;
  const char *into; /* control group of version 2 that process 1 is born into */
  bool born_into;   /* whether it was; else it goes there by itself */
};

/* report.c: records on the status descriptor */
void report(const char *kind, const char *first, ...) __attribute__((sentinel));
int fail(struct box *box, const char *call, const char *path);
int fail_with(struct box *box, const char *call, const char *path, int error, const char *detail);
void tolerate(struct box *box, const char *call, const char *path);

/* ops.c: the list */
int read_ops(struct box *box);
const struct kind *find_kind(const char *name);
uint64_t number(const char *text);
uint64_t hex(const char *text);
int append(struct box *box, struct strings *list, char *item);

/* paths.c: paths within the root, never outside of it */
enum missing { REFUSE, MAKE_DIRECTORY, MAKE_FILE, MAKE_KEPT_DIRECTORY };
int open_within(int root, const char *path, enum missing missing);

/* spaces.c: mount namespaces, and the root of one */
int join_space(struct box *box);
int leave_chroot(void);
int op_private(struct box *box, char **args);
int op_slave(struct box *box, char **args);
int op_hold(struct box *box, char **args);

/* mounts.c, overlay.c, files.c */
int op_cover(struct box *box, char **args);
int op_scratch(struct box *box, char **args);
int op_root(struct box *box, char **args);
int op_source(struct box *box, char **args);
int op_place(struct box *box, char **args);
int op_mount(struct box *box, char **args);
int op_readonly(struct box *box, char **args);
int op_mask(struct box *box, char **args);
int op_pivot(struct box *box, char **args);
int op_overlay(struct box *box, char **args);
int op_file(struct box *box, char **args);
int op_node(struct box *box, char **args);
int op_symlink(struct box *box, char **args);
int op_mkdir(struct box *box, char **args);
int mount_at(int from, const char *source, int target, const char *type, unsigned long flags, const char *data);
int make_readonly(int target, bool recursive);
int scratch_directory(struct box *box, char name[16]);

/* process.c: what process 1 makes of itself */
int op_devices(struct box *box, char **args);
int op_cgroup(struct box *box, char **args);
int op_into(struct box *box, char **args);
int op_unshare(struct box *box, char **args);
int op_hostname(struct box *box, char **args);
int op_loopback(struct box *box, char **args);
int op_keyring(struct box *box, char **args);
int op_rlimit(struct box *box, char **args);
int op_cwd(struct box *box, char **args);

/* privileges.c */
unsigned char *unhex(const char *text);
int op_bounding(struct box *box, char **args);
int op_nonewprivs(struct box *box, char **args);
int op_seccomp(struct box *box, char **args);
int op_ids(struct box *box, char **args);
int op_capabilities(struct box *box, char **args);

/* exec.c */
int op_exec(struct box *box, char **args);

/* terminal.c */
struct relay {
  int master;
  bool input_open, raw;
};
int op_terminal(struct box *box, char **args);
int receive_master(int peer);
void terminal_raw(struct relay *relay);
void terminal_restore(struct relay *relay);
void terminal_resize(const struct relay *relay);
bool relay_output(struct relay *relay);
void relay_input(struct relay *relay);

/* supervise.c */
int supervise(struct box *box);

#endif
