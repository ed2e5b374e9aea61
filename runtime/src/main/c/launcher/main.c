/* wadah's launcher. Not for people: descriptor 3 gives the operations, descriptor 4 takes the report. */
#include <string.h>

#include "launcher.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv) {
  if (argc >= 2 && !strcmp(argv[1], "--version")) {
    puts("launcher: a part of wadah"); /* something static that can be run in an empty root */
    return 0;
  }
  struct box box = {.root_fd = -1, .scratch_fd = -1, .tree_fd = -1};
  if (fcntl(CONTROL_FD, F_SETFD, FD_CLOEXEC) < 0 || fcntl(STATUS_FD, F_SETFD, FD_CLOEXEC) < 0) {
    fputs("launcher: started without its descriptors; it is a part of wadah and of no use by itself\n", stderr);
    return 2;
  }
  syscall(SYS_close_range, SPACE_ROOT_FD + 1, ~0u, 0); /* whatever the JVM left open */
  setsid(); /* the terminal's signals are for Java, which passes them on */
  if (read_ops(&box) < 0) return 1;
  return supervise(&box);
}
