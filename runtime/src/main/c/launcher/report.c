/* Records on the status descriptor: how many strings as a letter ("a" is none), then the strings; NULs end all. */
#include "launcher.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Appends a string with its NUL; what does not fit is cut, a record is always whole. */
static size_t put(char *buffer, size_t at, size_t room, const char *text) {
  size_t length = strlen(text);
  if (length > room - at - 1) length = room - at - 1;
  memcpy(buffer + at, text, length);
  buffer[at + length] = 0;
  return at + length + 1;
}

/* Writes one record in one call: below PIPE_BUF, so records of supervisor and process 1 never mix. */
void report(const char *kind, const char *first, ...) {
  char buffer[4096];
  size_t at = put(buffer, 2, sizeof buffer, kind), count = 1;
  va_list more;
  va_start(more, first);
  for (const char *text = first; text != NULL && at < sizeof buffer; text = va_arg(more, const char *), count++)
    at = put(buffer, at, sizeof buffer, text);
  va_end(more);
  buffer[0] = (char)('a' + count);
  buffer[1] = 0;
  ssize_t written;
  do written = write(STATUS_FD, buffer, at);
  while (written < 0 && errno == EINTR);
}

static void report_errno(const struct box *box, const char *kind, const char *call, const char *path, int error,
                         const char *detail) {
  char index[24], code[24];
  snprintf(index, sizeof index, "%zu", box->op_now);
  snprintf(code, sizeof code, "%d", error);
  const char *name = strerrorname_np(error);
  const char *op = box->op_now < box->op_count ? box->ops[box->op_now].kind->name : "";
  report(kind, index, op, call, path == NULL ? "" : path, code, name == NULL ? "" : name, strerror(error), detail, NULL);
}

int fail_with(struct box *box, const char *call, const char *path, int error, const char *detail) {
  report_errno(box, "error", call, path, error, detail);
  return -1;
}

int fail(struct box *box, const char *call, const char *path) {
  return fail_with(box, call, path, errno, "");
}

/* Says that something was refused, and goes on without it. */
void tolerate(struct box *box, const char *call, const char *path) {
  report_errno(box, "note", call, path, errno, "");
}
