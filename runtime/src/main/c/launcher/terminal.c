/* A pseudo terminal between the user's terminal and the container. */
#include "launcher.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

static struct termios saved;

/* Process 1: hands the master to the supervisor. */
static int send_master(int master) {
  char byte = 0;
  union {
    struct cmsghdr header;
    char room[CMSG_SPACE(sizeof(int))];
  } control = {0};
  struct iovec data = {&byte, 1};
  struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int));
  memcpy(CMSG_DATA(header), &master, sizeof master);
  return sendmsg(PEER_FD, &message, MSG_NOSIGNAL) == 1 ? 0 : -1;
}

/* The slave is made /dev/console, as programs expect of a container with a terminal. */
static int bind_console(struct box *box, int slave) {
  int target = open_within(box->root_fd, "/dev/console", MAKE_FILE);
  if (target < 0) return -1;
  int result = mount_at(slave, NULL, target, NULL, MS_BIND, NULL);
  close(target);
  return result;
}

/* Makes a terminal in the container's own devpts and becomes its session's leader. Before "pivot", after /dev/pts. */
int op_terminal(struct box *box, char **args) {
  (void)args;
  int unlocked = 0;
  int directory = open_within(box->root_fd, "/dev/pts", REFUSE);
  int master = directory < 0 ? -1 : openat(directory, "ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (master < 0) return fail(box, "open", "/dev/pts/ptmx");
  if (ioctl(master, TIOCSPTLCK, &unlocked) < 0) return fail(box, "ioctl", "TIOCSPTLCK");
  int slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (slave < 0) return fail(box, "ioctl", "TIOCGPTPEER");
  if (bind_console(box, slave) < 0) return fail(box, "mount", "/dev/console");
  if (send_master(master) < 0) return fail(box, "sendmsg", "terminal");
  /* Not before the supervisor has given it its size, and reads from it: a short program would be gone by then. */
  char ready;
  if (read(PEER_FD, &ready, 1) != 1) return fail(box, "read", "terminal");
  if (ioctl(slave, TIOCSCTTY, 0) < 0) return fail(box, "ioctl", "TIOCSCTTY");
  for (int fd = 0; fd <= 2; fd++)
    if (dup2(slave, fd) < 0) return fail(box, "dup2", "terminal");
  close(slave);
  close(master);
  close(directory);
  box->terminal = true;
  return 0;
}

/* Supervisor: takes the master; -1 when process 1 ended without making a terminal. */
int receive_master(int peer) {
  char byte;
  union {
    struct cmsghdr header;
    char room[CMSG_SPACE(sizeof(int))];
  } control;
  struct iovec data = {&byte, 1};
  struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  if (recvmsg(peer, &message, MSG_CMSG_CLOEXEC) != 1) return -1;
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  if (header == NULL || header->cmsg_type != SCM_RIGHTS) return -1;
  int master;
  memcpy(&master, CMSG_DATA(header), sizeof master);
  fcntl(master, F_SETFL, fcntl(master, F_GETFL) | O_NONBLOCK);
  return master;
}

/* Every key goes to the container as it is, Ctrl-C too. */
void terminal_raw(struct relay *relay) {
  if (tcgetattr(0, &saved) < 0) return;
  struct termios raw = saved;
  cfmakeraw(&raw);
  relay->raw = tcsetattr(0, TCSANOW, &raw) == 0;
}

void terminal_restore(struct relay *relay) {
  if (relay->raw) tcsetattr(0, TCSADRAIN, &saved);
  relay->raw = false;
}

void terminal_resize(const struct relay *relay) {
  struct winsize size;
  for (int fd = 0; fd <= 2 && relay->master >= 0; fd++)
    if (ioctl(fd, TIOCGWINSZ, &size) == 0 && ioctl(relay->master, TIOCSWINSZ, &size) == 0) return;
}

static bool write_all(int fd, const char *buffer, size_t length) {
  while (length > 0) {
    ssize_t n = write(fd, buffer, length);
    if (n < 0 && errno == EAGAIN) {
      /* A full master: the program does not read. Its output must go on meanwhile, so a little is waited only. */
      struct pollfd writable = {fd, POLLOUT, 0};
      if (poll(&writable, 1, 100) == 0) return false;
      continue;
    }
    if (n < 0 && errno != EINTR) return false;
    if (n > 0) {
      buffer += n;
      length -= (size_t)n;
    }
  }
  return true;
}

/* False when the container's side is closed. */
bool relay_output(struct relay *relay) {
  char buffer[16384];
  ssize_t n = read(relay->master, buffer, sizeof buffer);
  if (n > 0) return write_all(1, buffer, (size_t)n), true;
  return n < 0 && (errno == EINTR || errno == EAGAIN);
}

void relay_input(struct relay *relay) {
  char buffer[1024];
  ssize_t n = read(0, buffer, sizeof buffer);
  if (n > 0) write_all(relay->master, buffer, (size_t)n);
  if (n == 0) {
    /* The end of a file: what a terminal says for it. */
    write_all(relay->master, "\004", 1);
    relay->input_open = false;
  }
}
