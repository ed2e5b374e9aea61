/*
 * Files that are as a stat cache remembers them, taken into a content key, many in one call, for
 * dev.wadah.posix.StatRecords. A JVM that has just started would interpret some hundred bytecodes for each.
 */
#include "wadah.h"

#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

/* Hash of the path, size, mtime, ctime, inode, SHA-256, length of the path; numbers as Java's buffers write them. */
#define SHA_AT 40
#define LENGTH_AT 72
#define FIXED 74

/* mode, size, mtime, ctime, inode, links of each name: as DirectoryScan has them. */
#define FIELDS 6

static uint64_t number(const uint8_t *at) {
  uint64_t value;
  memcpy(&value, at, sizeof value);
  return __builtin_bswap64(value);
}

static long length(const uint8_t *record) { return record[LENGTH_AT] << 8 | record[LENGTH_AT + 1]; }

/* Where `count` records from `at` on end; -1 when they do not fit. */
JNIEXPORT jlong JNICALL Java_dev_wadah_posix_StatRecords_end(JNIEnv *env, jclass self, jobject buffer, jint at, jint count) {
  (void)self;
  const uint8_t *records = (*env)->GetDirectBufferAddress(env, buffer);
  jlong size = (*env)->GetDirectBufferCapacity(env, buffer), end = at;
  if (records == NULL || at < 0 || count < 0) return -1;
  for (jint n = 0; n < count; n++) {
    if (end + FIXED > size) return -1;
    end += FIXED + length(records + end);
    if (end > size) return -1;
  }
  return end;
}

/* The directory, the cache and the key, as the arrays of one call have them. */
struct work {
  const uint8_t *names, *path, *limit;
  const jint *ends;
  const jlong *values;
  long path_length, relative;
  uint8_t *out, *modes;
  long used, room, modes_used, modes_room;
};

/* A regular file without what scan.c calls capable. */
static int is_plain(jlong mode) { return S_ISREG((mode_t)mode) && mode >> 32 == 0; }

static int matches(const struct work *work, const uint8_t *record, jint index, long start, long name) {
  const jlong *values = work->values + (long)index * FIELDS;
  if (work->limit - record < FIXED || length(record) != work->path_length + name) return 0;
  if (work->limit - record < FIXED + work->path_length + name) return 0;
  for (int i = 1; i < 5; i++)
    if (number(record + 8 * i) != (uint64_t)values[i]) return 0;
  return memcmp(record + FIXED + work->path_length, work->names + start, (size_t)name) == 0 &&
         memcmp(record + FIXED, work->path, (size_t)work->path_length) == 0;
}

/* The form of ContentKeys: name, kind, no owner, no device, no link, hash in hex; and the mode by itself. */
static int append(struct work *work, const uint8_t *record, jlong values, long start, long name) {
  static const char digits[] = "0123456789abcdef", kind[] = "\0FILE";
  long relative = work->path_length - work->relative;
  if (work->room - work->used < relative + name + (long)sizeof kind + 17 + 65) return 0;
  if (work->modes_room - work->modes_used < 2) return 0;
  uint8_t *to = work->out + work->used;
  memcpy(to, work->path + work->relative, (size_t)relative);
  to += relative;
  memcpy(to, work->names + start, (size_t)name);
  to += name;
  memcpy(to, kind, sizeof kind);
  to += sizeof kind;
  memset(to, 0, 17); /* two owners, device; and the link's end */
  to += 17;
  for (int i = 0; i < 32; i++) {
    *to++ = (uint8_t)digits[record[SHA_AT + i] >> 4];
    *to++ = (uint8_t)digits[record[SHA_AT + i] & 15];
  }
  *to++ = 0;
  work->used = to - work->out;
  work->modes[work->modes_used++] = (uint8_t)((values & 07777) >> 8);
  work->modes[work->modes_used++] = (uint8_t)values;
  return 1;
}

static jint take(struct work *work, jint from, jint to, const uint8_t **record) {
  jint index = from;
  for (; index < to && is_plain(work->values[(long)index * FIELDS]); index++) {
    long start = index == 0 ? 0 : work->ends[index - 1], name = work->ends[index] - start;
    if (!matches(work, *record, index, start, name)) break;
    if (!append(work, *record, work->values[(long)index * FIELDS], start, name)) break;
    *record += FIXED + length(*record);
  }
  return index - from;
}

/* The critical parts: between them nothing else is asked of the JVM. */
static jint in_arrays(JNIEnv *env, struct work *work, jobject arrays[6], jint from, jint to, const uint8_t **record) {
  void *held[6];
  int n = 0;
  jint taken = 0;
  while (n < 6 && (held[n] = (*env)->GetPrimitiveArrayCritical(env, arrays[n], NULL)) != NULL) n++;
  if (n == 6) {
    work->names = held[0];
    work->ends = held[1];
    work->values = held[2];
    work->path = held[3];
    work->out = held[4];
    work->modes = held[5];
    taken = take(work, from, to, record);
  }
  while (--n >= 0) (*env)->ReleasePrimitiveArrayCritical(env, arrays[n], held[n], n >= 4 ? 0 : JNI_ABORT);
  return taken;
}

/* scan: names, ends, values of a DirectoryScan. at: first and last name, record, ends of the output and of the modes; all but the last name move on. */
JNIEXPORT void JNICALL Java_dev_wadah_posix_StatRecords_take(JNIEnv *env, jclass self, jobjectArray scan, jobject buffer,
                                                            jintArray at, jbyteArray path, jint relative, jobjectArray out) {
  (void)self;
  const uint8_t *records = (*env)->GetDirectBufferAddress(env, buffer);
  jlong size = (*env)->GetDirectBufferCapacity(env, buffer);
  jobject arrays[6] = {(*env)->GetObjectArrayElement(env, scan, 0), (*env)->GetObjectArrayElement(env, scan, 1),
                       (*env)->GetObjectArrayElement(env, scan, 2), path,
                       (*env)->GetObjectArrayElement(env, out, 0), (*env)->GetObjectArrayElement(env, out, 1)};
  jint places[5];
  (*env)->GetIntArrayRegion(env, at, 0, 5, places);
  if ((*env)->ExceptionCheck(env)) return;
  jint from = places[0], to = places[1];
  struct work work = {.limit = records + size, .used = places[3], .modes_used = places[4], .relative = relative};
  work.path_length = (*env)->GetArrayLength(env, path);
  work.room = (*env)->GetArrayLength(env, arrays[4]);
  work.modes_room = (*env)->GetArrayLength(env, arrays[5]);
  if (records == NULL || from < 0 || to > (*env)->GetArrayLength(env, arrays[1]) || places[2] < 0 || places[2] > size ||
      places[3] < 0 || places[4] < 0 || relative < 0 || relative > work.path_length) {
    wadah_throw(env, "take", NULL, 22 /* EINVAL */);
    return;
  }
  const uint8_t *record = records + places[2];
  places[0] += in_arrays(env, &work, arrays, from, to, &record);
  places[2] = (jint)(record - records);
  places[3] = (jint)work.used;
  places[4] = (jint)work.modes_used;
  (*env)->SetIntArrayRegion(env, at, 0, 5, places);
}
