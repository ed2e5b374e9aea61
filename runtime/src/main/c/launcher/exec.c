/* The last step: process 1 becomes the program, or the small init that starts it. */
#include "launcher.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* The program starts with default signals, the usual umask, and no descriptor but 0, 1, 2. */
static void clean_up(void) {
  struct sigaction action = {.sa_handler = SIG_DFL};
  for (int i = 1; i < 65; i++) sigaction(i, &action, NULL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  umask(022);
  close(PEER_FD); /* STATUS_FD closes itself on exec */
}

/* 0 when `path` is a file that we may execute, else errno. */
static int executable(const char *path) {
  struct stat status;
  if (stat(path, &status) < 0) return errno;
  if (S_ISDIR(status.st_mode)) return EISDIR;
  if (faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) == 0) return 0;
  return errno;
}

static const char *value_of(const struct box *box, const char *key) {
  size_t length = strlen(key);
  const char *value = NULL;
  for (size_t i = 0; i < box->env.length; i++)
    if (strncmp(box->env.items[i], key, length) == 0 && box->env.items[i][length] == '=')
      value = box->env.items[i] + length + 1;
  return value;
}

/* Finds the program as runc does: a name with a slash is a path, else the first executable file along PATH. */
static int look_up(const struct box *box, char found[PATH_MAX]) {
  const char *name = box->args.items[0], *path = value_of(box, "PATH");
  if (strchr(name, '/') != NULL) {
    snprintf(found, PATH_MAX, "%s", name);
    return executable(name);
  }
  for (const char *at = path; at != NULL && *name != 0;) {
    size_t length = strcspn(at, ":");
    int n = snprintf(found, PATH_MAX, "%.*s%s%s", (int)length, at, length == 0 ? "./" : "/", name);
    if (n < PATH_MAX && executable(found) == 0) return 0;
    at = at[length] == 0 ? NULL : at + length + 1;
  }
  return ENOENT;
}

static int become(struct box *box) {
  char program[PATH_MAX];
  char *no_env[] = {NULL};
  int error = look_up(box, program);
  if (error != 0) return fail_with(box, "lookup", box->args.items[0], error, "");
  report("exec", program, NULL);
  execve(program, box->args.items, box->env.items == NULL ? no_env : box->env.items);
  return fail(box, "execve", program);
}

static pid_t child; /* of the init */

static void pass_on(int number) {
  if (number != SIGCHLD) kill(child, number);
}

/* Process 1 as an init: passes signals on, reaps whatever is orphaned, and ends as its child does. */
static void serve_as_init(void) {
  sigset_t all;
  siginfo_t signal;
  sigfillset(&all);
  for (;;) {
    if (sigwaitinfo(&all, &signal) < 0) continue;
    pass_on(signal.si_signo);
    int status;
    for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;)
      if (pid == child) _exit(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
  }
}

static int start_under_init(struct box *box) {
  child = fork();
  if (child < 0) return fail(box, "fork", "init");
  if (child == 0) {
    /* A process group of its own in the foreground, or Ctrl-C would reach the program twice. */
    setpgid(0, 0);
    if (box->terminal) tcsetpgrp(0, getpid());
    clean_up();
    return become(box);
  }
  close(STATUS_FD); /* only the child still has something to report; nobody in the container may write there */
  close(PEER_FD);
  serve_as_init();
  return -1;
}

int op_exec(struct box *box, char **args) {
  (void)args;
  if (box->args.length == 0) return fail_with(box, "execve", "", EINVAL, "no program is named");
  /* Again, because changing ids clears it: the container dies with its supervisor. */
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0) return fail(box, "prctl", "PR_SET_PDEATHSIG");
  if (box->init) {
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    return start_under_init(box);
  }
  clean_up();
  return become(box);
}
