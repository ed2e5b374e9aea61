/*
 * enter PROGRAM ARGS...: executes PROGRAM as root of a user namespace that maps this user to 0 and the user's
 * subordinate ids (subuid(5), subgid(5)) to 1 and up; newuidmap and newgidmap write the maps. A JVM cannot do so itself:
 * a process with threads may not leave its user namespace.
 *
 * WADAH_USER_NAMESPACE=1 tells the program. Where that is not possible PROGRAM runs as it is: much of wadah needs no root.
 * WADAH_NO_NAMESPACE then says why.
 */
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define MOST_RANGES 32
#define WORD 24

/* Triples of inside, outside, count, as newuidmap takes them: the user itself, then its ranges one after the other. */
struct map {
  char words[3 * (MOST_RANGES + 1)][WORD];
  int used;
};

static void add(struct map *map, unsigned long inside, unsigned long outside, unsigned long count) {
  snprintf(map->words[map->used++], WORD, "%lu", inside);
  snprintf(map->words[map->used++], WORD, "%lu", outside);
  snprintf(map->words[map->used++], WORD, "%lu", count);
}

/* Reads the lines NAME:FIRST:COUNT of a user, which may be named by number; false where there are none. */
static int read_ranges(const char *file, uid_t user, const char *name, unsigned long own, struct map *map) {
  FILE *lines = fopen(file, "re");
  if (lines == NULL) return 0;
  char line[512], number[WORD];
  unsigned long inside = 1;
  snprintf(number, sizeof number, "%lu", (unsigned long)user);
  add(map, 0, own, 1);
  while (fgets(line, sizeof line, lines) != NULL && map->used < 3 * MOST_RANGES) {
    char *rest = line, *owner = strsep(&rest, ":"), *first = strsep(&rest, ":");
    if (rest == NULL || (strcmp(owner, number) != 0 && (name == NULL || strcmp(owner, name) != 0))) continue;
    unsigned long count = strtoul(rest, NULL, 10);
    if (count == 0) continue;
    add(map, inside, strtoul(first, NULL, 10), count);
    inside += count;
  }
  fclose(lines);
  return inside > 1;
}

/* Runs newuidmap or newgidmap for a process. */
static int write_map(const char *program, pid_t target, struct map *map) {
  char pid[WORD], *args[3 * (MOST_RANGES + 1) + 3] = {(char *)program, pid};
  snprintf(pid, sizeof pid, "%ld", (long)target);
  for (int i = 0; i < map->used; i++) args[i + 2] = map->words[i];
  pid_t child = fork();
  if (child == 0) {
    execvp(program, args);
    _exit(127);
  }
  int status = 0;
  while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return child > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : 126;
}

static const char *why_not(int status) {
  if (status == 127) return "newuidmap and newgidmap are missing (Debian: uidmap)";
  return "newuidmap or newgidmap refused the ids of /etc/subuid and /etc/subgid";
}

/* Makes a user namespace, says so, and holds it until nobody reads any more. */
static void hold(int said, int until) {
  char byte = unshare(CLONE_NEWUSER) < 0 ? 'n' : 'y';
  if (write(said, &byte, 1) == 1 && read(until, &byte, 1) >= 0) _exit(0);
  _exit(1);
}

/* Writes the maps of the namespace that a child holds and goes there; NULL, or why not, and then nothing has changed. */
static const char *join(pid_t child, int said, struct map *users, struct map *groups) {
  char byte = 'n', path[WORD + 16];
  if (read(said, &byte, 1) != 1 || byte != 'y') return "this machine lets ordinary users make no user namespace";
  int failed = write_map("newuidmap", child, users);
  if (failed == 0) failed = write_map("newgidmap", child, groups);
  if (failed != 0) return why_not(failed);
  snprintf(path, sizeof path, "/proc/%ld/ns/user", (long)child);
  int space = open(path, O_RDONLY | O_CLOEXEC);
  if (space < 0 || setns(space, CLONE_NEWUSER) < 0) return "this machine does not let a process enter its user namespace";
  close(space);
  return setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0 ? strerror(errno) : NULL;
}

/* Becomes root of a new user namespace; NULL, or why not. */
static const char *enter(void) {
  static struct map users, groups;
  uid_t user = getuid();
  struct passwd *entry = getpwuid(user);
  const char *name = entry == NULL ? NULL : entry->pw_name;
  if (!read_ranges("/etc/subuid", user, name, user, &users) || !read_ranges("/etc/subgid", user, name, getgid(), &groups))
    return "this user has no range of ids in /etc/subuid and /etc/subgid";
  int said[2], until[2];
  if (pipe2(said, O_CLOEXEC) < 0 || pipe2(until, O_CLOEXEC) < 0) return strerror(errno);
  pid_t child = fork();
  if (child < 0) return strerror(errno);
  if (child == 0) {
    close(until[1]);
    hold(said[1], until[0]);
  }
  close(said[1]);
  close(until[0]);
  const char *why = join(child, said[0], &users, &groups);
  close(until[1]);
  close(said[0]);
  while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {
  }
  return why;
}

int main(int argc, char **argv) {
  if (argc < 2) {
    fputs("enter: a part of wadah; usage: enter PROGRAM ARGS...\n", stderr);
    return 2;
  }
  if (geteuid() != 0) {
    const char *why = enter();
    setenv(why == NULL ? "WADAH_USER_NAMESPACE" : "WADAH_NO_NAMESPACE", why == NULL ? "1" : why, 1);
  }
  execvp(argv[1], argv + 1);
  fprintf(stderr, "wadah: error: cannot start %s: %s\n", argv[1], strerror(errno));
  return 127;
}
