/* Privileges are given up in this order: bounding set, seccomp, groups and ids, capabilities. Java writes the order. */
#include "launcher.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* args: the capabilities that stay in the bounding set */
int op_bounding(struct box *box, char **args) {
  uint64_t kept = hex(args[0]);
  for (int capability = 0; capability < 64; capability++) {
    if (kept >> capability & 1) continue;
    if (prctl(PR_CAPBSET_DROP, capability) == 0) continue;
    if (errno == EINVAL) return 0; /* beyond the last one this kernel knows */
    return fail(box, "prctl", "PR_CAPBSET_DROP");
  }
  return 0;
}

int op_nonewprivs(struct box *box, char **args) {
  (void)args;
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ? fail(box, "prctl", "PR_SET_NO_NEW_PRIVS") : 0;
}

static int nibble(char digit) { return digit <= '9' ? digit - '0' : digit - 'a' + 10; }

/* The bytes that the text stands for; to be freed. */
unsigned char *unhex(const char *text) {
  size_t bytes = strlen(text) / 2;
  unsigned char *to = malloc(bytes + 1);
  for (size_t i = 0; to != NULL && i < bytes; i++)
    to[i] = (unsigned char)(nibble(text[2 * i]) << 4 | nibble(text[2 * i + 1]));
  return to;
}

/* args: a BPF program, struct sock_filter after struct sock_filter. Needs CAP_SYS_ADMIN or no_new_privs. */
int op_seccomp(struct box *box, char **args) {
  size_t count = strlen(args[0]) / 2 / sizeof(struct sock_filter);
  if (count == 0 || count > 0xFFFF || count * sizeof(struct sock_filter) * 2 != strlen(args[0]))
    return fail_with(box, "seccomp", "", EINVAL, "not a whole number of instructions");
  unsigned char *code = unhex(args[0]);
  if (code == NULL) return fail(box, "malloc", "");
  struct sock_fprog program = {(unsigned short)count, (struct sock_filter *)code};
  if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) < 0) return fail(box, "seccomp", "");
  free(code);
  return 0;
}

/* A pipe or terminal of ours belongs to us; whoever the process is must be able to open it again by /dev/stdout. */
static void own_stdio(uid_t uid) {
  for (int fd = 0; fd <= 2; fd++) {
    struct stat status;
    if (fstat(fd, &status) < 0 || status.st_uid == uid) continue;
    bool pty = S_ISCHR(status.st_mode) && isatty(fd);
    if ((S_ISFIFO(status.st_mode) || pty) && fchown(fd, uid, (gid_t)-1) < 0 && errno != EPERM && errno != EINVAL)
      continue; /* not ours after all: the process can use the descriptor itself all the same */
  }
}

/* args: uid, gid; the groups were named before */
int op_ids(struct box *box, char **args) {
  gid_t groups[65536];
  for (size_t i = 0; i < box->groups.length && i < 65536; i++) groups[i] = (gid_t)number(box->groups.items[i]);
  uid_t uid = (uid_t)number(args[0]);
  gid_t gid = (gid_t)number(args[1]);
  if (box->terminal || uid != 0) own_stdio(uid);
  if (setgroups(box->groups.length, groups) < 0) {
    /* In a user namespace with a single id setgroups is denied, and there are no groups to lose. */
    if (errno != EPERM || box->groups.length > 0) return fail(box, "setgroups", "");
    tolerate(box, "setgroups", "");
  }
  if (setresgid(gid, gid, gid) < 0) return fail(box, "setresgid", args[1]);
  /* Keep the capabilities over the change of ids, or the next step could not choose which ones stay. */
  if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0) return fail(box, "prctl", "PR_SET_KEEPCAPS");
  if (setresuid(uid, uid, uid) < 0) return fail(box, "setresuid", args[0]);
  return prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0) < 0 ? fail(box, "prctl", "PR_SET_KEEPCAPS") : 0;
}

/* args: effective, permitted, inheritable, ambient */
int op_capabilities(struct box *box, char **args) {
  uint64_t effective = hex(args[0]), permitted = hex(args[1]), inheritable = hex(args[2]), ambient = hex(args[3]);
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct data[2] = {
    {(uint32_t)effective, (uint32_t)permitted, (uint32_t)inheritable},
    {(uint32_t)(effective >> 32), (uint32_t)(permitted >> 32), (uint32_t)(inheritable >> 32)},
  };
  if (syscall(SYS_capset, &header, data) < 0) return fail(box, "capset", args[1]);
  if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0 && errno != EINVAL)
    return fail(box, "prctl", "PR_CAP_AMBIENT");
  for (unsigned long capability = 0; capability < 64; capability++)
    if (ambient >> capability & 1 && prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0) < 0)
      return fail(box, "prctl", "PR_CAP_AMBIENT_RAISE");
  return 0;
}
