/* Starting the launcher with descriptors of our choice, and talking to it. Runs on any JVM thread. */
#include "wadah.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define METHOD(type, name) JNIEXPORT type JNICALL Java_dev_wadah_posix_Processes_##name

enum { CHUNK = 16384, MOST_DESCRIPTORS = 16 };

/* A NULL-terminated array of C strings from String[]; NULL with an exception pending. */
static char **strings(JNIEnv *env, jobjectArray from, jsize length) {
  char **to = calloc((size_t)length + 1, sizeof *to);
  if (to == NULL) wadah_throw(env, "malloc", NULL, ENOMEM);
  for (jsize i = 0; to != NULL && i < length; i++) {
    struct wadah_path text;
    jstring item = (*env)->GetObjectArrayElement(env, from, i);
    if (!wadah_path_get(env, &text, item)) break;
    to[i] = strdup(text.text);
    wadah_path_free(&text);
    (*env)->DeleteLocalRef(env, item);
    if (to[i] == NULL) wadah_throw(env, "malloc", NULL, ENOMEM);
  }
  return to;
}

static void free_strings(char **list) {
  for (char **item = list; item != NULL && *item != NULL; item++) free(*item);
  free(list);
}

/*
 * posix_spawn is used because it is vfork underneath: its cost does not grow with the heap. Descriptors are first
 * copied out of the way of the numbers that they are to get. Signals are as a shell would leave them.
 */
static int spawn(const char *program, char **args, char **environment, const jint *fds, int count, pid_t *pid) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  sigset_t all, none;
  int copies[MOST_DESCRIPTORS], error = 0, copied = 0;
  sigfillset(&all);
  sigemptyset(&none);
  posix_spawn_file_actions_init(&actions);
  posix_spawnattr_init(&attributes);
  for (; copied < count && error == 0; copied++) {
    copies[copied] = fcntl(fds[copied], F_DUPFD_CLOEXEC, MOST_DESCRIPTORS);
    error = copies[copied] < 0 ? errno : posix_spawn_file_actions_adddup2(&actions, copies[copied], copied);
  }
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  if (error == 0) error = posix_spawn(pid, program, &actions, &attributes, args, environment);
  for (int i = 0; i < copied; i++)
    if (copies[i] >= 0) close(copies[i]);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  return error;
}

METHOD(jint, spawn)(JNIEnv *env, jclass type, jstring program, jobjectArray args, jobjectArray environment, jintArray fds) {
  (void)type;
  struct wadah_path path;
  jint numbers[MOST_DESCRIPTORS];
  pid_t pid = -1;
  jsize count = (*env)->GetArrayLength(env, fds);
  if (count > MOST_DESCRIPTORS) return wadah_throw(env, "posix_spawn", program, EMFILE), -1;
  (*env)->GetIntArrayRegion(env, fds, 0, count, numbers);
  if (!wadah_path_get(env, &path, program)) return -1;
  char **arg_list = strings(env, args, (*env)->GetArrayLength(env, args));
  char **env_list = (*env)->ExceptionCheck(env) ? NULL : strings(env, environment, (*env)->GetArrayLength(env, environment));
  if (!(*env)->ExceptionCheck(env)) {
    int error = spawn(path.text, arg_list, env_list, numbers, (int)count, &pid);
    if (error != 0) wadah_throw(env, "posix_spawn", program, error);
  }
  free_strings(arg_list);
  free_strings(env_list);
  wadah_path_free(&path);
  return pid;
}

METHOD(jint, waitFor)(JNIEnv *env, jclass type, jint pid) {
  (void)type;
  int status;
  pid_t result;
  do result = waitpid(pid, &status, 0);
  while (result < 0 && errno == EINTR);
  if (result < 0) return wadah_throw(env, "waitpid", NULL, errno), -1;
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

METHOD(void, kill)(JNIEnv *env, jclass type, jint pid, jint number) {
  (void)type;
  if (kill(pid, number) < 0 && errno != ESRCH) wadah_throw(env, "kill", NULL, errno);
}

METHOD(jintArray, pipe)(JNIEnv *env, jclass type) {
  (void)type;
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) < 0) return wadah_throw(env, "pipe2", NULL, errno), NULL;
  jintArray result = (*env)->NewIntArray(env, 2);
  if (result != NULL) (*env)->SetIntArrayRegion(env, result, 0, 2, (jint[]){ends[0], ends[1]});
  return result;
}

METHOD(jint, open)(JNIEnv *env, jclass type, jstring path, jint flags) {
  (void)type;
  struct wadah_path text;
  int dir = AT_FDCWD;
  if (!wadah_place_get(env, &text, &dir, path)) return -1;
  int fd = openat(dir, text.text, flags | O_CLOEXEC);
  if (fd < 0) wadah_throw(env, "open", path, errno);
  wadah_path_free(&text);
  return fd;
}

METHOD(void, close)(JNIEnv *env, jclass type, jint fd) {
  (void)env;
  (void)type;
  close(fd);
}

METHOD(jint, read)(JNIEnv *env, jclass type, jint fd, jbyteArray to, jint offset, jint length) {
  (void)type;
  jbyte chunk[CHUNK];
  ssize_t n;
  do n = read(fd, chunk, length < CHUNK ? (size_t)length : CHUNK);
  while (n < 0 && errno == EINTR);
  if (n < 0) return wadah_throw(env, "read", NULL, errno), -1;
  if (n == 0) return -1;
  (*env)->SetByteArrayRegion(env, to, offset, (jsize)n, chunk);
  return (jint)n;
}

METHOD(void, write)(JNIEnv *env, jclass type, jint fd, jbyteArray from, jint offset, jint length) {
  (void)type;
  jbyte chunk[CHUNK];
  while (length > 0) {
    jint part = length < CHUNK ? length : CHUNK;
    (*env)->GetByteArrayRegion(env, from, offset, part, chunk);
    if ((*env)->ExceptionCheck(env)) return;
    for (jint done = 0; done < part;) {
      ssize_t n = write(fd, chunk + done, (size_t)(part - done));
      if (n < 0 && errno != EINTR) return wadah_throw(env, "write", NULL, errno);
      if (n > 0) done += (jint)n;
    }
    offset += part;
    length -= part;
  }
}

METHOD(jint, poll)(JNIEnv *env, jclass type, jintArray fds, jint timeout) {
  (void)type;
  jint numbers[MOST_DESCRIPTORS], ready = 0;
  struct pollfd events[MOST_DESCRIPTORS];
  jsize count = (*env)->GetArrayLength(env, fds);
  if (count > MOST_DESCRIPTORS) return wadah_throw(env, "poll", NULL, EINVAL), 0;
  (*env)->GetIntArrayRegion(env, fds, 0, count, numbers);
  for (jsize i = 0; i < count; i++) events[i] = (struct pollfd){numbers[i], POLLIN, 0};
  if (poll(events, (nfds_t)count, timeout) < 0) {
    if (errno != EINTR) wadah_throw(env, "poll", NULL, errno);
    return 0;
  }
  for (jsize i = 0; i < count; i++)
    if (events[i].revents) ready |= 1 << i;
  return ready;
}

static int fill(int memory, const char *path) {
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return -1;
  ssize_t n;
  do n = sendfile(memory, file, NULL, 1 << 30);
  while (n > 0);
  int error = errno;
  close(file);
  errno = error;
  return n == 0 && fcntl(memory, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) == 0 ? 0 : -1;
}

METHOD(jint, sealedCopy)(JNIEnv *env, jclass type, jstring path) {
  (void)type;
  struct wadah_path text;
  if (!wadah_path_get(env, &text, path)) return -1;
  int first = memfd_create("wadah-launcher", MFD_CLOEXEC | MFD_ALLOW_SEALING), memory = -1;
  /* Above the numbers that spawn gives away: the child opens the program after it has set them. */
  if (first >= 0 && fill(first, text.text) == 0) memory = fcntl(first, F_DUPFD_CLOEXEC, MOST_DESCRIPTORS);
  if (memory < 0) wadah_throw(env, "memfd_create", path, errno);
  if (first >= 0) close(first);
  wadah_path_free(&text);
  return memory;
}

METHOD(void, exit)(JNIEnv *env, jclass type, jint code) {
  (void)env;
  (void)type;
  _exit(code);
}

METHOD(jboolean, isTerminal)(JNIEnv *env, jclass type, jint fd) {
  (void)env;
  (void)type;
  return isatty(fd) == 1;
}

/* Rows and columns in one number; 0 when it is no terminal, or one that does not know its size. */
METHOD(jint, terminalSize)(JNIEnv *env, jclass type, jint fd) {
  (void)env;
  (void)type;
  struct winsize size;
  if (ioctl(fd, TIOCGWINSZ, &size) < 0) return 0;
  return (jint)((size.ws_row & 0x7fff) << 16 | size.ws_col);
}

METHOD(jbyteArray, terminalState)(JNIEnv *env, jclass type, jint fd) {
  (void)type;
  struct termios state;
  if (tcgetattr(fd, &state) < 0) return NULL;
  jbyteArray bytes = (*env)->NewByteArray(env, sizeof state);
  if (bytes != NULL) (*env)->SetByteArrayRegion(env, bytes, 0, sizeof state, (const jbyte *)&state);
  return bytes;
}

METHOD(void, restoreTerminal)(JNIEnv *env, jclass type, jint fd, jbyteArray bytes) {
  (void)type;
  struct termios state;
  if ((*env)->GetArrayLength(env, bytes) != (jsize)sizeof state) return wadah_throw(env, "tcsetattr", NULL, EINVAL);
  (*env)->GetByteArrayRegion(env, bytes, 0, sizeof state, (jbyte *)&state);
  if (tcsetattr(fd, TCSADRAIN, &state) < 0) wadah_throw(env, "tcsetattr", NULL, errno);
}

/* Signals that are passed to the container instead of ending this process. */
static const int RELAYED[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGALRM, SIGWINCH, SIGCONT};
enum { RELAYED_COUNT = sizeof RELAYED / sizeof *RELAYED };
static struct sigaction before[RELAYED_COUNT];
static volatile sig_atomic_t relay_fd = -1;

static void relay(int number, siginfo_t *info, void *context) {
  int error = errno, fd = relay_fd;
  unsigned char byte = (unsigned char)number;
  if (info->si_code == SI_TKILL) {
    /* From a thread of the JVM to another: its own business (it suspends threads by SIGUSR2). */
    for (int i = 0; i < RELAYED_COUNT; i++)
      if (RELAYED[i] == number && (before[i].sa_flags & SA_SIGINFO)) before[i].sa_sigaction(number, info, context);
  } else if (fd >= 0 && write(fd, &byte, 1) < 0) {
    /* The container has just ended: there is nobody to tell. */
  }
  errno = error;
}

METHOD(void, relaySignals)(JNIEnv *env, jclass type, jint fd) {
  (void)type;
  if (relay_fd >= 0) return wadah_throw(env, "relay signals", NULL, EBUSY);
  relay_fd = fd;
  struct sigaction action = {.sa_sigaction = relay, .sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK};
  sigfillset(&action.sa_mask);
  for (int i = 0; i < RELAYED_COUNT; i++) sigaction(RELAYED[i], &action, &before[i]);
}

METHOD(void, stopRelay)(JNIEnv *env, jclass type) {
  (void)env;
  (void)type;
  if (relay_fd < 0) return;
  for (int i = 0; i < RELAYED_COUNT; i++) sigaction(RELAYED[i], &before[i], NULL);
  relay_fd = -1;
}

METHOD(void, dieOfSignals)(JNIEnv *env, jclass type) {
  (void)env;
  (void)type;
  static const int ENDING[] = {SIGHUP, SIGINT, SIGTERM};
  struct sigaction now, action = {.sa_handler = SIG_DFL};
  for (size_t i = 0; i < sizeof ENDING / sizeof *ENDING; i++)
    if (sigaction(ENDING[i], NULL, &now) == 0 && now.sa_handler != SIG_IGN) sigaction(ENDING[i], &action, NULL);
}
