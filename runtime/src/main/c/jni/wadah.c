/* Path strings, exceptions and file descriptors for the other files of the JNI library. Runs on any JVM thread. */
#include "wadah.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Encodes one UTF-16 string; returns the length, or -1 for what stands for no byte string. */
static long encode(const jchar *from, jsize length, char *to) {
  char *at = to;
  for (jsize i = 0; i < length; i++) {
    uint32_t c = from[i];
    if (c == 0) return -1;
    if (c >= 0xD800 && c <= 0xDBFF && i + 1 < length && from[i + 1] >= 0xDC00 && from[i + 1] <= 0xDFFF) {
      c = 0x10000 + ((c - 0xD800) << 10) + (from[++i] - 0xDC00u);
      *at++ = (char)(0xF0 | c >> 18);
      *at++ = (char)(0x80 | (c >> 12 & 0x3F));
      *at++ = (char)(0x80 | (c >> 6 & 0x3F));
      *at++ = (char)(0x80 | (c & 0x3F));
    } else if (c >= 0xDC80 && c <= 0xDCFF) {
      *at++ = (char)(c & 0xFF); /* an escaped byte */
    } else if (c >= 0xD800 && c <= 0xDFFF) {
      return -1;
    } else if (c < 0x80) {
      *at++ = (char)c;
    } else if (c < 0x800) {
      *at++ = (char)(0xC0 | c >> 6);
      *at++ = (char)(0x80 | (c & 0x3F));
    } else {
      *at++ = (char)(0xE0 | c >> 12);
      *at++ = (char)(0x80 | (c >> 6 & 0x3F));
      *at++ = (char)(0x80 | (c & 0x3F));
    }
  }
  *at = 0;
  return at - to;
}

int wadah_path_get(JNIEnv *env, struct wadah_path *path, jstring string) {
  path->text = NULL;
  path->opened = -1;
  if (string == NULL) {
    wadah_throw(env, "path", NULL, EFAULT);
    return 0;
  }
  jsize length = (*env)->GetStringLength(env, string);
  jchar few[256], *chars = few;
  char *text = path->room;
  if ((size_t)length > sizeof few / sizeof *few) chars = malloc((size_t)length * sizeof *chars);
  if ((size_t)length * 3 + 1 > sizeof path->room) text = malloc((size_t)length * 3 + 1);
  if (chars != NULL && text != NULL) {
    (*env)->GetStringRegion(env, string, 0, length, chars);
    if (encode(chars, length, text) >= 0)
      path->text = text;
    else
      wadah_throw(env, "path", string, EILSEQ);
  } else {
    wadah_throw(env, "path", string, ENOMEM);
  }
  if (chars != few) free(chars);
  if (path->text == NULL && text != path->room) free(text);
  return path->text != NULL;
}

void wadah_path_free(struct wadah_path *path) {
  if (path->text != path->room) free(path->text);
  if (path->opened >= 0) close(path->opened);
  path->text = NULL;
  path->opened = -1;
}

/* Leaves room for a "/proc/self/fd/N/" before the last piece. */
#define PIECE (PATH_MAX - 64)

int wadah_place_get(JNIEnv *env, struct wadah_path *path, int *dir, jstring string) {
  if (!wadah_path_get(env, path, string)) return 0;
  char *cut;
  while (strlen(path->text) >= PIECE && (cut = memrchr(path->text + 1, '/', PIECE - 2)) != NULL) {
    *cut = 0;
    int next = openat(*dir, path->text, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (next < 0 && errno != ENOENT && errno != ENOTDIR) {
      wadah_throw(env, "open", string, errno);
      wadah_path_free(path);
      return 0;
    }
    if (next < 0) {
      path->text[0] = 0;
      return 1;
    }
    if (path->opened >= 0) close(path->opened);
    *dir = path->opened = next;
    for (cut++; *cut == '/';) cut++;
    memmove(path->text, cut, strlen(cut) + 1);
  }
  return 1;
}

/* Length of the well-formed UTF-8 sequence at `s`, 0 when there is none (RFC 3629: no overlong forms, no surrogates). */
static int sequence(const unsigned char *s, size_t left) {
  unsigned char c = s[0];
  if (c < 0x80) return 1;
  int length = c >= 0xC2 && c <= 0xDF ? 2 : c >= 0xE0 && c <= 0xEF ? 3 : c >= 0xF0 && c <= 0xF4 ? 4 : 0;
  if (length == 0 || (size_t)length > left) return 0;
  for (int i = 1; i < length; i++)
    if ((s[i] & 0xC0) != 0x80) return 0;
  if ((c == 0xE0 && s[1] < 0xA0) || (c == 0xED && s[1] > 0x9F)) return 0;
  if ((c == 0xF0 && s[1] < 0x90) || (c == 0xF4 && s[1] > 0x8F)) return 0;
  return length;
}

static jsize decode(const unsigned char *s, size_t length, jchar *to) {
  jchar *at = to;
  for (size_t i = 0; i < length;) {
    int n = sequence(s + i, length - i);
    switch (n) {
    case 0: *at++ = (jchar)(0xDC00 + s[i]); break;
    case 1: *at++ = s[i]; break;
    case 2: *at++ = (jchar)((s[i] & 0x1F) << 6 | (s[i + 1] & 0x3F)); break;
    case 3: *at++ = (jchar)((s[i] & 0x0F) << 12 | (s[i + 1] & 0x3F) << 6 | (s[i + 2] & 0x3F)); break;
    default: {
      uint32_t c = (uint32_t)(s[i] & 0x07) << 18 | (uint32_t)(s[i + 1] & 0x3F) << 12 | (uint32_t)(s[i + 2] & 0x3F) << 6 |
                   (uint32_t)(s[i + 3] & 0x3F);
      *at++ = (jchar)(0xD800 + ((c - 0x10000) >> 10));
      *at++ = (jchar)(0xDC00 + ((c - 0x10000) & 0x3FF));
    }
    }
    i += n == 0 ? 1 : (size_t)n;
  }
  return (jsize)(at - to);
}

jstring wadah_string(JNIEnv *env, const char *bytes, size_t length) {
  jchar few[512] = {0}, *chars = few;
  if (length > sizeof few / sizeof *few) chars = malloc(length * sizeof *chars);
  if (chars == NULL) {
    wadah_throw(env, "path", NULL, ENOMEM);
    return NULL;
  }
  jsize n = decode((const unsigned char *)bytes, length, chars);
  jstring string = (*env)->NewString(env, chars, n);
  if (chars != few) free(chars);
  return string;
}

#define NAME(e) \
  case e: return #e;

const char *wadah_errno_name(int error) {
  switch (error) {
    NAME(EPERM) NAME(ENOENT) NAME(ESRCH) NAME(EINTR) NAME(EIO) NAME(ENXIO) NAME(E2BIG) NAME(ENOEXEC) NAME(EBADF)
    NAME(ECHILD) NAME(EAGAIN) NAME(ENOMEM) NAME(EACCES) NAME(EFAULT) NAME(ENOTBLK) NAME(EBUSY) NAME(EEXIST) NAME(EXDEV)
    NAME(ENODEV) NAME(ENOTDIR) NAME(EISDIR) NAME(EINVAL) NAME(ENFILE) NAME(EMFILE) NAME(ENOTTY) NAME(ETXTBSY)
    NAME(EFBIG) NAME(ENOSPC) NAME(ESPIPE) NAME(EROFS) NAME(EMLINK) NAME(EPIPE) NAME(EDOM) NAME(ERANGE) NAME(EDEADLK)
    NAME(ENAMETOOLONG) NAME(ENOLCK) NAME(ENOSYS) NAME(ENOTEMPTY) NAME(ELOOP) NAME(ENODATA) NAME(EOVERFLOW)
    NAME(EILSEQ) NAME(EUSERS) NAME(ENOTSUP) NAME(ECONNREFUSED) NAME(ECONNRESET) NAME(ETIMEDOUT) NAME(ESTALE)
    NAME(EDQUOT) NAME(ECANCELED) NAME(EUCLEAN)
  default: return "E?";
  }
}

void wadah_throw(JNIEnv *env, const char *call, jstring path, int error) {
  if ((*env)->ExceptionCheck(env)) return;
  jclass type = (*env)->FindClass(env, "dev/wadah/posix/PosixException");
  if (type == NULL) return;
  jmethodID init =
      (*env)->GetMethodID(env, type, "<init>", "(Ljava/lang/String;Ljava/lang/String;ILjava/lang/String;Ljava/lang/String;)V");
  jstring text = path != NULL ? path : (*env)->NewStringUTF(env, "");
  jstring name = (*env)->NewStringUTF(env, wadah_errno_name(error));
  jstring reason = (*env)->NewStringUTF(env, strerror(error)); /* ASCII: the JVM leaves LC_MESSAGES to C programs alone */
  jstring what = (*env)->NewStringUTF(env, call);
  if (init == NULL || text == NULL || name == NULL || reason == NULL || what == NULL) return;
  jobject thrown = (*env)->NewObject(env, type, init, what, text, (jint)error, name, reason);
  if (thrown != NULL) (*env)->Throw(env, thrown);
}

static jfieldID fd_field(JNIEnv *env) {
  jclass type = (*env)->FindClass(env, "java/io/FileDescriptor");
  return type == NULL ? NULL : (*env)->GetFieldID(env, type, "fd", "I");
}

int wadah_fd(JNIEnv *env, jobject descriptor) {
  jfieldID field = fd_field(env);
  return field == NULL || descriptor == NULL ? -1 : (*env)->GetIntField(env, descriptor, field);
}

jobject wadah_new_fd(JNIEnv *env, int fd) {
  jclass type = (*env)->FindClass(env, "java/io/FileDescriptor");
  jmethodID init = type == NULL ? NULL : (*env)->GetMethodID(env, type, "<init>", "()V");
  jfieldID field = fd_field(env);
  if (init == NULL || field == NULL) return NULL;
  jobject descriptor = (*env)->NewObject(env, type, init);
  if (descriptor != NULL) (*env)->SetIntField(env, descriptor, field, fd);
  return descriptor;
}

void wadah_stamp(const struct stat *st, jlong values[4]) {
  values[0] = st->st_size;
  values[1] = (jlong)st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec;
  values[2] = (jlong)st->st_ctim.tv_sec * 1000000000 + st->st_ctim.tv_nsec;
  values[3] = (jlong)st->st_ino;
}

struct timespec wadah_timespec(jlong nanos) {
  jlong seconds = nanos / 1000000000, rest = nanos % 1000000000;
  if (rest < 0) {
    seconds--;
    rest += 1000000000;
  }
  return (struct timespec){.tv_sec = (time_t)seconds, .tv_nsec = (long)rest};
}
