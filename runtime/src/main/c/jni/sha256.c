/*
 * SHA-256 for dev.wadah.posix.NativeSha256: FIPS 180-4 section 6.2.2, with the processor's own instructions where it
 * has them. A JVM that has just started interprets its own implementation, a thousand times slower than this.
 */
#include "wadah.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const uint32_t K[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01,
    0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc,
    0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
    0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08,
    0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
    0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static uint32_t rotate(uint32_t x, int n) { return x >> n | x << (32 - n); }

static void blocks_plain(uint32_t state[8], const uint8_t *data, long count) {
  uint32_t w[64];
  for (; count > 0; count--, data += 64) {
    for (int t = 0; t < 16; t++)
      w[t] = (uint32_t)data[4 * t] << 24 | (uint32_t)data[4 * t + 1] << 16 | (uint32_t)data[4 * t + 2] << 8 | data[4 * t + 3];
    for (int t = 16; t < 64; t++) {
      uint32_t s0 = rotate(w[t - 15], 7) ^ rotate(w[t - 15], 18) ^ w[t - 15] >> 3;
      uint32_t s1 = rotate(w[t - 2], 17) ^ rotate(w[t - 2], 19) ^ w[t - 2] >> 10;
      w[t] = w[t - 16] + s0 + w[t - 7] + s1;
    }
    uint32_t v[8];
    for (int i = 0; i < 8; i++) v[i] = state[i];
    for (int t = 0; t < 64; t++) {
      uint32_t e = v[4], a = v[0];
      uint32_t t1 = v[7] + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + ((e & v[5]) ^ (~e & v[6])) + K[t] + w[t];
      uint32_t t2 = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & v[1]) ^ (a & v[2]) ^ (v[1] & v[2]));
      for (int i = 7; i > 0; i--) v[i] = v[i - 1];
      v[4] += t1;
      v[0] = t1 + t2;
    }
    for (int i = 0; i < 8; i++) state[i] += v[i];
  }
}

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>

static int has_instructions(void) {
  unsigned a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_SSSE3) || !(c & bit_SSE4_1)) return 0;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & 1u << 29);
}

/*
 * The instructions want the state as (A,B,E,F) and (C,D,G,H), do two rounds each, and extend the message four words at
 * a time (Intel SDM volume 2, SHA256RNDS2, SHA256MSG1, SHA256MSG2).
 */
__attribute__((target("sha,sse4.1,ssse3"))) static void blocks_fast(uint32_t state[8], const uint8_t *data, long count) {
  const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0bLL, 0x0405060700010203LL);
  __m128i dcba = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)state), 0xB1);
  __m128i hgfe = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)(state + 4)), 0x1B);
  __m128i abef = _mm_alignr_epi8(dcba, hgfe, 8), cdgh = _mm_blend_epi16(hgfe, dcba, 0xF0);
  for (; count > 0; count--, data += 64) {
    __m128i abef0 = abef, cdgh0 = cdgh, w[4];
#pragma GCC unroll 16
    for (int g = 0; g < 16; g++) { /* four rounds each; written out, w stays in registers */
      if (g < 4) {
        w[g] = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(data + 16 * g)), swap);
      } else {
        __m128i last = w[(g + 3) & 3];
        __m128i next = _mm_sha256msg1_epu32(w[g & 3], w[(g + 1) & 3]);
        next = _mm_add_epi32(next, _mm_alignr_epi8(last, w[(g + 2) & 3], 4));
        w[g & 3] = _mm_sha256msg2_epu32(next, last);
      }
      __m128i k = _mm_add_epi32(w[g & 3], _mm_loadu_si128((const __m128i *)(K + 4 * g)));
      cdgh = _mm_sha256rnds2_epu32(cdgh, abef, k);
      abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(k, 0x0E));
    }
    abef = _mm_add_epi32(abef, abef0);
    cdgh = _mm_add_epi32(cdgh, cdgh0);
  }
  __m128i feba = _mm_shuffle_epi32(abef, 0x1B), dchg = _mm_shuffle_epi32(cdgh, 0xB1);
  _mm_storeu_si128((__m128i *)state, _mm_blend_epi16(feba, dchg, 0xF0));
  _mm_storeu_si128((__m128i *)(state + 4), _mm_alignr_epi8(dchg, feba, 8));
}
#else
static int has_instructions(void) { return 0; }
static void blocks_fast(uint32_t state[8], const uint8_t *data, long count) { blocks_plain(state, data, count); }
#endif

/* Asked once, when the library is loaded: the question leaves a virtual machine and takes long there. */
static int instructions;
__attribute__((constructor)) static void ask(void) { instructions = has_instructions(); }

/* Takes `count` blocks of 64 bytes into the state of eight words. `plain` is for tests: without the instructions. */
static void take(uint32_t words[8], const uint8_t *data, jint count, jboolean plain) {
  if (plain || !instructions)
    blocks_plain(words, data, count);
  else
    blocks_fast(words, data, count);
}

/* Content in an array. While the array is held nothing else may be asked of the JVM: the state is fetched before. */
JNIEXPORT void JNICALL Java_dev_wadah_posix_NativeSha256_blocks(JNIEnv *env, jclass self, jintArray state, jbyteArray data,
                                                               jint offset, jint count, jboolean plain) {
  (void)self;
  uint32_t words[8];
  if (offset < 0 || count < 0 || (*env)->GetArrayLength(env, data) < offset + (jlong)count * 64) {
    wadah_throw(env, "sha256", NULL, 22 /* EINVAL */);
    return;
  }
  (*env)->GetIntArrayRegion(env, state, 0, 8, (jint *)words);
  uint8_t *bytes = (*env)->GetPrimitiveArrayCritical(env, data, NULL);
  if (bytes == NULL) return;
  take(words, bytes + offset, count, plain);
  (*env)->ReleasePrimitiveArrayCritical(env, data, bytes, JNI_ABORT);
  (*env)->SetIntArrayRegion(env, state, 0, 8, (const jint *)words);
}

/* Content in a direct buffer. */
JNIEXPORT void JNICALL Java_dev_wadah_posix_NativeSha256_directBlocks(JNIEnv *env, jclass self, jintArray state,
                                                                     jobject data, jint offset, jint count, jboolean plain) {
  (void)self;
  const uint8_t *bytes = (*env)->GetDirectBufferAddress(env, data);
  if (bytes == NULL || offset < 0 || count < 0 || (*env)->GetDirectBufferCapacity(env, data) < offset + (jlong)count * 64) {
    wadah_throw(env, "sha256", NULL, 22 /* EINVAL */);
    return;
  }
  uint32_t words[8];
  (*env)->GetIntArrayRegion(env, state, 0, 8, (jint *)words);
  take(words, bytes + offset, count, plain);
  (*env)->SetIntArrayRegion(env, state, 0, 8, (const jint *)words);
}

static const uint32_t START[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                  0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

/* The end of a message of `length` bytes, of which `rest` of at most 63 are still to be taken; section 5.1.1. */
static void finish(uint32_t state[8], const uint8_t *rest, uint64_t length, uint8_t hash[32]) {
  uint8_t last[128] = {0};
  size_t used = length % 64, padded = used < 56 ? 64 : 128;
  memcpy(last, rest, used);
  last[used] = 0x80;
  for (int i = 0; i < 8; i++) last[padded - 1 - i] = (uint8_t)(length * 8 >> 8 * i);
  take(state, last, (jint)(padded / 64), 0);
  for (int i = 0; i < 32; i++) hash[i] = (uint8_t)(state[i / 4] >> 8 * (3 - i % 4));
}

#define CHUNK 65536

static int hash_open(int fd, uint8_t hash[32]) {
  uint8_t chunk[CHUNK];
  uint32_t state[8];
  uint64_t length = 0;
  ssize_t n;
  memcpy(state, START, sizeof state);
  while ((n = wadah_read_fully(fd, chunk, CHUNK)) == CHUNK) {
    take(state, chunk, CHUNK / 64, 0);
    length += CHUNK;
  }
  if (n < 0) return -1;
  take(state, chunk, (jint)(n / 64), 0);
  finish(state, chunk + n / 64 * 64, length + (uint64_t)n, hash);
  return 0;
}

/* The whole way of a file to its hash: open, read, look, close. */
JNIEXPORT void JNICALL Java_dev_wadah_posix_NativeSha256_file(JNIEnv *env, jclass self, jint root, jstring name,
                                                             jbyteArray into, jint offset, jlongArray stamp) {
  (void)self;
  struct wadah_path path;
  struct stat st;
  uint8_t hash[32];
  if (!wadah_path_get(env, &path, name)) return;
  /* O_NONBLOCK: a FIFO that has taken the file's place must not hold us up. */
  int fd = wadah_open_beneath(root, path.text, O_RDONLY | O_NONBLOCK);
  const char *failed = fd < 0 ? "openat2" : hash_open(fd, hash) < 0 ? "read" : fstat(fd, &st) < 0 ? "fstat" : NULL;
  int error = errno;
  if (fd >= 0) close(fd);
  wadah_path_free(&path);
  if (failed != NULL) {
    wadah_throw(env, failed, name, error);
    return;
  }
  jlong values[4];
  wadah_stamp(&st, values);
  (*env)->SetByteArrayRegion(env, into, offset, 32, (const jbyte *)hash);
  if (!(*env)->ExceptionCheck(env)) (*env)->SetLongArrayRegion(env, stamp, 0, 4, values);
}
