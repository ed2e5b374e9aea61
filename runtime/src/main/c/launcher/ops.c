/* Reads and checks the list of operations: everything is checked before anything is done. */
#include "launcher.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int op_lower(struct box *box, char **args) {
  if (box->lowers.length < MAX_LOWERS) return append(box, &box->lowers, args[0]);
  errno = E2BIG;
  return fail(box, "lower", args[0]);
}

static int op_upper(struct box *box, char **args) { return box->upper = args[0], 0; }

static int op_work(struct box *box, char **args) { return box->work = args[0], 0; }

static int op_arg(struct box *box, char **args) { return append(box, &box->args, args[0]); }

static int op_env(struct box *box, char **args) { return append(box, &box->env, args[0]); }

static int op_group(struct box *box, char **args) { return append(box, &box->groups, args[0]); }

static int op_init(struct box *box, char **args) {
  (void)args;
  box->init = true;
  return 0;
}

/* What the arguments mean is said in docs/sandbox.md, "Operations". */
static const struct kind KINDS[] = {
  {"clone", "n", NULL},
  {"cleanup", "p", NULL},
  {"devices", "px", op_devices},
  {"cgroup", "p", op_cgroup},
  {"into", "pp", op_into},
  {"unshare", "n", op_unshare},
  {"join", "", NULL},
  {"private", "", op_private},
  {"slave", "", op_slave},
  {"scratch", "p", op_scratch},
  {"lower", "p", op_lower},
  {"upper", "p", op_upper},
  {"work", "p", op_work},
  {"overlay", "ss", op_overlay},
  {"source", "p", op_source},
  {"cover", "p", op_cover},
  {"hold", "", op_hold},
  {"root", "", op_root},
  {"place", "ppnn", op_place},
  {"mount", "sspnss", op_mount},
  {"node", "pnnn", op_node},
  {"symlink", "pp", op_symlink},
  {"file", "psn", op_file},
  {"mkdir", "p", op_mkdir},
  {"mask", "p", op_mask},
  {"readonly", "p", op_readonly},
  {"terminal", "", op_terminal},
  {"pivot", "", op_pivot},
  {"hostname", "s", op_hostname},
  {"loopback", "", op_loopback},
  {"keyring", "", op_keyring},
  {"rlimit", "nnn", op_rlimit},
  {"bounding", "x", op_bounding},
  {"nonewprivs", "", op_nonewprivs},
  {"seccomp", "x", op_seccomp},
  {"cwd", "p", op_cwd},
  {"group", "n", op_group},
  {"ids", "nn", op_ids},
  {"capabilities", "xxxx", op_capabilities},
  {"arg", "s", op_arg},
  {"env", "s", op_env},
  {"init", "", op_init},
  {"exec", "", op_exec},
};

const struct kind *find_kind(const char *name) {
  for (size_t i = 0; i < sizeof KINDS / sizeof *KINDS; i++)
    if (strcmp(KINDS[i].name, name) == 0) return &KINDS[i];
  return NULL;
}

/* Numbers were checked when the list was read. */
uint64_t number(const char *text) { return strtoull(text, NULL, 10); }

uint64_t hex(const char *text) { return strtoull(text, NULL, 16); }

int append(struct box *box, struct strings *list, char *item) {
  if (list->length + 1 >= list->room) {
    size_t room = list->room * 2 + 16;
    char **items = realloc(list->items, room * sizeof *items);
    if (items == NULL) return fail(box, "malloc", "");
    list->items = items;
    list->room = room;
  }
  list->items[list->length++] = item;
  list->items[list->length] = NULL;
  return 0;
}

static bool well_formed(char letter, const char *text) {
  switch (letter) {
  case 'p': return *text != 0;
  case 'n': return *text != 0 && strlen(text) <= 20 && strspn(text, "0123456789") == strlen(text);
  case 'x': return *text != 0 && strspn(text, "0123456789abcdef") == strlen(text);
  default: return true;
  }
}

static int refuse(struct box *box, const char *what, const char *why) {
  return fail_with(box, "read", what, EINVAL, why);
}

/* Turns the words into operations. The last must be "exec": without it process 1 would have nothing to become. */
static int parse(struct box *box, size_t word_count) {
  box->ops = calloc(word_count + 1, sizeof *box->ops);
  if (box->ops == NULL) return fail(box, "malloc", "");
  for (size_t at = 0; at < word_count;) {
    const char *name = box->words[at++];
    const struct kind *kind = find_kind(name);
    if (kind == NULL) return refuse(box, name, "unknown operation");
    size_t arity = strlen(kind->signature);
    if (arity > word_count - at) return refuse(box, name, "operation without all its arguments");
    for (size_t i = 0; i < arity; i++)
      if (!well_formed(kind->signature[i], box->words[at + i])) return refuse(box, name, "malformed argument");
    box->ops[box->op_count++] = (struct op){kind, box->words + at};
    box->op_now = box->op_count;
    at += arity;
  }
  if (box->op_count == 0 || box->ops[box->op_count - 1].kind->perform != op_exec)
    return refuse(box, "exec", "the list does not end with it");
  box->op_now = 0;
  return 0;
}

static int read_fully(struct box *box, char *buffer, size_t length) {
  while (length > 0) {
    ssize_t n = read(CONTROL_FD, buffer, length);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail(box, "read", "operations");
    if (n == 0) return refuse(box, "operations", "the list is shorter than it says");
    buffer += n;
    length -= (size_t)n;
  }
  return 0;
}

/* The list begins with its own length in bytes, as decimal text ended by NUL. */
static int read_length(struct box *box, size_t *length) {
  char text[16];
  for (size_t i = 0; i < sizeof text; i++) {
    if (read_fully(box, text + i, 1) < 0) return -1;
    if (text[i] != 0) continue;
    if (!well_formed('n', text) || number(text) > MAX_LIST_BYTES) break;
    *length = number(text);
    return 0;
  }
  return refuse(box, "operations", "the length is malformed or too large");
}

int read_ops(struct box *box) {
  size_t length = 0, count = 0;
  if (read_length(box, &length) < 0) return -1;
  char *text = malloc(length + 1);
  if (text == NULL) return fail(box, "malloc", "");
  if (read_fully(box, text, length) < 0) return -1;
  if (length == 0 || text[length - 1] != 0) return refuse(box, "operations", "the last string is not ended");
  for (size_t i = 0; i < length; i++) count += text[i] == 0;
  box->words = calloc(count, sizeof *box->words);
  if (box->words == NULL) return fail(box, "malloc", "");
  for (size_t i = 0, at = 0; i < count; i++, at += strlen(text + at) + 1) box->words[i] = text + at;
  return parse(box, count);
}
