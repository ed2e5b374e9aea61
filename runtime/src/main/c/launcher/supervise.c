/* The supervisor: outside of the container's namespaces, alive exactly as long as its container. */
#include "launcher.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct watch {
  pid_t pid;
  int children; /* signalfd for SIGCHLD */
  int peer;
  bool parent_alive;
  struct relay relay;
};

/* Process 1 of the container, or of nothing if a step fails. Never returns. */
static void run_process_1(struct box *box, int peer) {
  char go;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  close(CONTROL_FD);
  if (dup3(peer, PEER_FD, O_CLOEXEC) < 0 && peer != PEER_FD) _exit(fail(box, "dup3", "") != 0);
  setsid();
  umask(0);
  /* The end of the socket instead of a byte: the supervisor died before PDEATHSIG was set. */
  if (read(PEER_FD, &go, 1) != 1) _exit(1);
  for (; box->op_now < box->op_count; box->op_now++) {
    struct op *op = &box->ops[box->op_now];
    if (op->kind->perform != NULL && op->kind->perform(box, op->args) < 0) _exit(1);
  }
  _exit(1);
}

/*
 * Process 1 is born in its control group: to move it there when it runs would take a grace period of the kernel's (RCU),
 * ten milliseconds and more, longer than all the rest of a container's start. Failing that (before 5.7), "into" moves it.
 * clone3 is answered ENOSYS by the seccomp filters of container engines, which must look into its flags.
 */
static pid_t clone_process_1(struct box *box) {
  int group = box->into == NULL ? -1 : open(box->into, O_PATH | O_DIRECTORY | O_CLOEXEC);
  struct clone_args args = {.flags = box->clone_flags | CLONE_INTO_CGROUP, .exit_signal = SIGCHLD, .cgroup = (uint64_t)group};
  box->born_into = true;
  pid_t pid = group < 0 ? -1 : (pid_t)syscall(SYS_clone3, &args, sizeof args);
  if (pid >= 0) return pid;
  box->born_into = false;
  args = (struct clone_args){.flags = box->clone_flags, .exit_signal = SIGCHLD};
  pid = (pid_t)syscall(SYS_clone3, &args, sizeof args);
  if (pid < 0 && (errno == ENOSYS || errno == EPERM))
    pid = (pid_t)syscall(SYS_clone, box->clone_flags | SIGCHLD, NULL, NULL, NULL, NULL);
  return pid;
}

/* What the supervisor needs to know before it starts. */
static int collect(struct box *box) {
  for (box->op_now = 0; box->op_now < box->op_count; box->op_now++) {
    struct op *op = &box->ops[box->op_now];
    if (strcmp(op->kind->name, "clone") == 0) box->clone_flags |= number(op->args[0]);
    if (strcmp(op->kind->name, "cleanup") == 0 && append(box, &box->cleanup, op->args[0]) < 0) return -1;
    if (strcmp(op->kind->name, "into") == 0) box->into = op->args[0];
    if (strcmp(op->kind->name, "terminal") == 0) box->terminal = true;
    if (strcmp(op->kind->name, "join") == 0) box->join = true;
  }
  box->op_now = 0;
  return 0;
}

/* The container's output ends when the container ends, so nobody else may hold it. */
static void let_go_of_stdio(void) {
  int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  for (int fd = 0; fd <= 2 && null >= 0; fd++) dup2(null, fd);
}

static int start(struct box *box, struct watch *watch) {
  int pair[2];
  sigset_t all, children;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, NULL);
  sigemptyset(&children);
  sigaddset(&children, SIGCHLD);
  watch->children = signalfd(-1, &children, SFD_CLOEXEC | SFD_NONBLOCK);
  if (watch->children < 0) return fail(box, "signalfd", "");
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0) return fail(box, "socketpair", "");
  watch->pid = clone_process_1(box);
  if (watch->pid < 0) return fail(box, "clone", "");
  if (watch->pid == 0) {
    close(pair[0]);
    run_process_1(box, pair[1]);
  }
  close(pair[1]);
  watch->peer = pair[0];
  if (!box->terminal) let_go_of_stdio();
  if (write(watch->peer, "", 1) != 1) return fail(box, "write", "");
  return 0;
}

/* Bytes from Java: numbers of signals. The end of them means that nobody waits for the container any more. */
static void obey(struct watch *watch) {
  unsigned char numbers[64];
  ssize_t n = read(CONTROL_FD, numbers, sizeof numbers);
  if (n < 0 && (errno == EINTR || errno == EAGAIN)) return;
  if (n <= 0) {
    watch->parent_alive = false;
    kill(watch->pid, SIGKILL);
  }
  for (ssize_t i = 0; i < n; i++) {
    if (numbers[i] == SIGWINCH && watch->relay.master >= 0)
      terminal_resize(&watch->relay);
    else if (numbers[i] > 0 && numbers[i] < 65)
      kill(watch->pid, numbers[i]);
  }
}

static void take_terminal(struct watch *watch) {
  watch->relay.master = receive_master(watch->peer);
  if (watch->relay.master >= 0) {
    terminal_resize(&watch->relay);
    terminal_raw(&watch->relay);
    watch->relay.input_open = true;
    if (write(watch->peer, "", 1) != 1) watch->relay.input_open = false; /* process 1 is gone: there is only output */
  }
  close(watch->peer);
  watch->peer = -1;
}

/* Waits for process 1 and does what comes up meanwhile; returns its wait status. */
static int watch_over(struct watch *watch, bool terminal) {
  for (;;) {
    int status;
    struct relay *relay = &watch->relay;
    struct pollfd events[] = {
      {watch->children, POLLIN, 0},
      {watch->parent_alive ? CONTROL_FD : -1, POLLIN, 0},
      {terminal ? watch->peer : -1, POLLIN, 0},
      {relay->master, POLLIN, 0},
      {relay->input_open ? 0 : -1, POLLIN, 0},
    };
    if (poll(events, 5, -1) < 0 && errno != EINTR) return SIGKILL;
    if (events[0].revents) {
      struct signalfd_siginfo ignored;
      while (read(watch->children, &ignored, sizeof ignored) > 0) continue;
      if (waitpid(watch->pid, &status, WNOHANG) == watch->pid) return status;
    }
    if (events[1].revents) obey(watch);
    if (events[2].revents) take_terminal(watch);
    if (events[3].revents && !relay_output(relay)) {
      close(relay->master);
      relay->master = -1;
      relay->input_open = false;
    }
    if (events[4].revents && relay->input_open) relay_input(relay);
  }
}

/* Nothing is left in the cgroups once process 1 is gone, but the kernel may still be busy with the last of it. */
static void remove_directories(struct box *box) {
  for (size_t i = box->cleanup.length; i-- > 0;)
    for (int attempt = 0; rmdir(box->cleanup.items[i]) < 0 && errno == EBUSY && attempt < 500; attempt++)
      nanosleep(&(struct timespec){0, 2000000}, NULL);
}

/* Starts the container and stays until it has ended; the return value is the supervisor's own exit status. */
int supervise(struct box *box) {
  struct watch watch = {.peer = -1, .parent_alive = true, .relay = {.master = -1}};
  if (collect(box) < 0 || join_space(box) < 0 || start(box, &watch) < 0) {
    remove_directories(box);
    return 1;
  }
  int status = watch_over(&watch, box->terminal);
  while (watch.relay.master >= 0 && relay_output(&watch.relay)) continue;
  terminal_restore(&watch.relay);
  char code[24];
  snprintf(code, sizeof code, "%d", WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
  report(WIFSIGNALED(status) ? "signal" : "exit", code, NULL);
  if (box->cleanup.length > 0) {
    /* Java still reads the figures of the cgroups; it says that it is done by closing, or by dying. */
    for (char byte; watch.parent_alive && read(CONTROL_FD, &byte, 1) > 0;) continue; /* all signals are blocked */
    remove_directories(box);
  }
  return 0;
}
