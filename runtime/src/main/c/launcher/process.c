/* What process 1 makes of itself, apart from its privileges. */
#include "launcher.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/keyctl.h>
#include <net/if.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static int load_device_filter(void *code, size_t count) {
  union bpf_attr load = {
    .prog_type = BPF_PROG_TYPE_CGROUP_DEVICE,
    .insns = (uint64_t)(uintptr_t)code,
    .insn_cnt = (uint32_t)count,
    .license = (uint64_t)(uintptr_t) "Apache-2.0",
  };
  return (int)syscall(SYS_bpf, BPF_PROG_LOAD, &load, sizeof load);
}

/*
 * args: directory of a control group of version 2, an eBPF program. A kernel that refuses is no reason to have no
 * container: where bpf is forbidden (in a container), an outer device filter holds for us as well.
 */
int op_devices(struct box *box, char **args) {
  unsigned char *code = unhex(args[1]);
  if (code == NULL) return fail(box, "malloc", "");
  int program = load_device_filter(code, strlen(args[1]) / 16);
  int directory = open(args[0], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  union bpf_attr attach = {
    .target_fd = (uint32_t)directory, .attach_bpf_fd = (uint32_t)program, .attach_type = BPF_CGROUP_DEVICE};
  if (program < 0 || directory < 0 || syscall(SYS_bpf, BPF_PROG_ATTACH, &attach, sizeof attach) < 0)
    tolerate(box, "bpf", args[0]);
  free(code);
  if (program >= 0) close(program);
  if (directory >= 0) close(directory);
  return 0;
}

/* args: a cgroup.procs file of the host. "0" means the process that writes. */
int op_cgroup(struct box *box, char **args) {
  int fd = open(args[0], O_WRONLY | O_CLOEXEC);
  if (fd < 0) return fail(box, "open", args[0]);
  ssize_t n = write(fd, "0", 1);
  if (n != 1) return fail(box, "write", args[0]);
  close(fd);
  return 0;
}

/* args: a control group of version 2, its cgroup.procs */
int op_into(struct box *box, char **args) { return box->born_into ? 0 : op_cgroup(box, args + 1); }

/* args: flags of unshare(2), for the cgroup namespace: its root is where we are at this moment */
int op_unshare(struct box *box, char **args) {
  return unshare((int)number(args[0])) < 0 ? fail(box, "unshare", args[0]) : 0;
}

int op_hostname(struct box *box, char **args) {
  return sethostname(args[0], strlen(args[0])) < 0 ? fail(box, "sethostname", args[0]) : 0;
}

/* A new network namespace has lo, but down. */
int op_loopback(struct box *box, char **args) {
  (void)args;
  struct ifreq request = {.ifr_name = "lo"};
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return fail(box, "socket", "lo");
  int result = ioctl(fd, SIOCGIFFLAGS, &request);
  request.ifr_flags |= IFF_UP | IFF_RUNNING;
  if (result == 0) result = ioctl(fd, SIOCSIFFLAGS, &request);
  if (result < 0) return fail(box, "ioctl", "lo");
  close(fd);
  return 0;
}

/* Leaves the keys of whoever started us behind. Kernels without keyrings have none to protect. */
int op_keyring(struct box *box, char **args) {
  (void)args;
  if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) < 0 && errno != ENOSYS) tolerate(box, "keyctl", "");
  return 0;
}

/* args: resource, soft, hard. Raising a hard limit needs CAP_SYS_RESOURCE: without it the limit stays as it is. */
int op_rlimit(struct box *box, char **args) {
  struct rlimit limit = {number(args[1]), number(args[2])};
  if (setrlimit((__rlimit_resource_t)number(args[0]), &limit) == 0) return 0;
  if (errno != EPERM) return fail(box, "setrlimit", args[0]);
  tolerate(box, "setrlimit", args[0]);
  return 0;
}

/*
 * args: directory. We are in the root and nothing outside is open any more, so the path cannot lead out; that the
 * kernel can still name it is the proof.
 */
int op_cwd(struct box *box, char **args) {
  char path[MAX_PATH];
  if (chdir(args[0]) < 0) return fail(box, "chdir", args[0]);
  if (syscall(SYS_getcwd, path, sizeof path) > 0 && path[0] == '/') return 0;
  errno = ENOENT;
  return fail(box, "getcwd", args[0]);
}
