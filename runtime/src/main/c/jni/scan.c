/* A directory with all that lstat says of what is in it, in one call, for dev.wadah.posix.DirectoryScan. Runs on any JVM thread. */
#include "wadah.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

struct linux_dirent64 {
  ino64_t d_ino;
  off64_t d_off;
  unsigned short d_reclen;
  unsigned char d_type;
  char d_name[];
};

/* Asks the JVM whether this thread is to stop, but seldom: every so many names. */
#define PATIENCE 4096

struct patience {
  JNIEnv *env;
  unsigned count;
};

static int is_interrupted(JNIEnv *env) {
  jclass type = (*env)->FindClass(env, "java/lang/Thread");
  jmethodID current = type == NULL ? NULL : (*env)->GetStaticMethodID(env, type, "currentThread", "()Ljava/lang/Thread;");
  jmethodID interrupted = current == NULL ? NULL : (*env)->GetMethodID(env, type, "isInterrupted", "()Z");
  jobject thread = interrupted == NULL ? NULL : (*env)->CallStaticObjectMethod(env, type, current);
  int result = thread == NULL || (*env)->CallBooleanMethod(env, thread, interrupted);
  (*env)->DeleteLocalRef(env, thread);
  (*env)->DeleteLocalRef(env, type);
  return result;
}

static int is_over(struct patience *patience) {
  if (++patience->count % PATIENCE != 0 || !is_interrupted(patience->env)) return 0;
  errno = EINTR;
  return 1;
}

/* Names, NUL-separated, and where each begins. */
struct listing {
  char *text;
  size_t used, room;
  size_t *starts;
  size_t count, most;
};

static int grow(void **memory, size_t *room, size_t needed, size_t each) {
  if (needed <= *room) return 0;
  size_t more = *room == 0 ? 4096 : *room * 2;
  while (more < needed) more *= 2;
  void *larger = realloc(*memory, more * each);
  if (larger == NULL) return -1;
  *memory = larger;
  *room = more;
  return 0;
}

static int add(struct listing *listing, const char *name) {
  size_t length = strlen(name) + 1;
  if (grow((void **)&listing->text, &listing->room, listing->used + length, 1) < 0) return -1;
  if (grow((void **)&listing->starts, &listing->most, listing->count + 1, sizeof *listing->starts) < 0) return -1;
  memcpy(listing->text + listing->used, name, length);
  listing->starts[listing->count++] = listing->used;
  listing->used += length;
  return 0;
}

static int collect(int fd, struct listing *listing, struct patience *patience) {
  char buffer[32768] __attribute__((aligned(8)));
  for (;;) {
    long n = syscall(SYS_getdents64, fd, buffer, sizeof buffer);
    if (n <= 0) return (int)n;
    for (long at = 0; at < n;) {
      struct linux_dirent64 *entry = (struct linux_dirent64 *)(buffer + at);
      at += entry->d_reclen;
      if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
      if (add(listing, entry->d_name) < 0 || is_over(patience)) return -1;
    }
  }
}

static int by_bytes(const void *a, const void *b, void *text) {
  return strcmp((const char *)text + *(const size_t *)a, (const char *)text + *(const size_t *)b);
}

static jlong nanos(struct timespec time) { return (jlong)time.tv_sec * 1000000000 + time.tv_nsec; }

#define FIELDS 6

/* What was looked at, as the arrays will have it. */
struct found {
  jbyte *names;
  jint *ends;
  jlong *values;
  jsize count, used;
};

/* In the mode: an executable that has a capability, or of which that could not be found out. */
#define CAPABLE (1L << 32)

/* A path by the descriptor: there is no call for attributes of names in a directory before Linux 6.13. */
static jlong capable(int fd, const char *name, const struct stat *st) {
  char path[320];
  if (!S_ISREG(st->st_mode) || (st->st_mode & 0111) == 0) return 0;
  if (snprintf(path, sizeof path, "/proc/self/fd/%d/%s", fd, name) >= (int)sizeof path) return CAPABLE;
  if (lgetxattr(path, "security.capability", NULL, 0) >= 0) return CAPABLE;
  return errno == ENODATA || errno == ENOTSUP ? 0 : CAPABLE;
}

/* Looks at every name in the order of its bytes; one that has just gone is left out. */
static int look(int fd, struct listing *listing, struct found *found, struct patience *patience) {
  qsort_r(listing->starts, listing->count, sizeof *listing->starts, by_bytes, listing->text);
  for (size_t i = 0; i < listing->count; i++) {
    const char *name = listing->text + listing->starts[i];
    struct stat st;
    if (is_over(patience)) return -1;
    if (fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
      if (errno == ENOENT) continue;
      return -1;
    }
    int device = S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode);
    jlong values[FIELDS] = {(jlong)st.st_mode | capable(fd, name, &st), device ? (jlong)st.st_rdev : st.st_size, nanos(st.st_mtim),
                            nanos(st.st_ctim), (jlong)st.st_ino, (jlong)st.st_nlink};
    memcpy(found->values + (size_t)found->count * FIELDS, values, sizeof values);
    size_t length = strlen(name);
    memcpy(found->names + found->used, name, length);
    found->used += (jsize)length;
    found->ends[found->count++] = found->used;
  }
  return 0;
}

static jobjectArray arrays(JNIEnv *env, const struct found *found) {
  jclass object = (*env)->FindClass(env, "java/lang/Object");
  jobjectArray result = object == NULL ? NULL : (*env)->NewObjectArray(env, 3, object, NULL);
  jbyteArray names = result == NULL ? NULL : (*env)->NewByteArray(env, found->used);
  jintArray ends = names == NULL ? NULL : (*env)->NewIntArray(env, found->count);
  jlongArray values = ends == NULL ? NULL : (*env)->NewLongArray(env, found->count * FIELDS);
  if (values == NULL) return NULL;
  (*env)->SetByteArrayRegion(env, names, 0, found->used, found->names);
  (*env)->SetIntArrayRegion(env, ends, 0, found->count, found->ends);
  (*env)->SetLongArrayRegion(env, values, 0, found->count * FIELDS, found->values);
  (*env)->SetObjectArrayElement(env, result, 0, names);
  (*env)->SetObjectArrayElement(env, result, 1, ends);
  (*env)->SetObjectArrayElement(env, result, 2, values);
  return result;
}

/* The directory's position is set back first, so that one descriptor can be read again. */
JNIEXPORT jobjectArray JNICALL Java_dev_wadah_posix_DirectoryScan_scan(JNIEnv *env, jclass self, jint fd) {
  (void)self;
  struct listing listing = {NULL, 0, 0, NULL, 0, 0};
  struct found found = {NULL, NULL, NULL, 0, 0};
  jobjectArray result = NULL;
  struct patience patience = {env, 0};
  int failed = lseek(fd, 0, SEEK_SET) < 0 || collect(fd, &listing, &patience) < 0;
  if (!failed) {
    found.names = malloc(listing.used + 1);
    found.ends = malloc((listing.count + 1) * sizeof *found.ends);
    found.values = malloc((listing.count + 1) * FIELDS * sizeof *found.values);
    failed = found.names == NULL || found.ends == NULL || found.values == NULL || look(fd, &listing, &found, &patience) < 0;
  }
  if (failed && !(*env)->ExceptionCheck(env))
    wadah_throw(env, "getdents64", NULL, errno);
  else if (!failed)
    result = arrays(env, &found);
  free(listing.text);
  free(listing.starts);
  free(found.names);
  free(found.ends);
  free(found.values);
  return result;
}
