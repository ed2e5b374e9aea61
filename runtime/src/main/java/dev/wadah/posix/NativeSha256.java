package dev.wadah.posix;

import java.nio.ByteBuffer;
import java.security.DigestException;
import java.security.MessageDigest;

/**
 * SHA-256 in C. The JVM's own is as fast once it is compiled, but a command that lives for a tenth
 * of a second would spend it in the interpreter: hashing the first 8 MB took 121 ms, and takes 6 ms
 * so. Not for use by several threads at once.
 */
public final class NativeSha256 extends MessageDigest {
  /** With which instructions; only tests choose. */
  enum Mode {
    FASTEST,
    PLAIN
  }

  private static final int BLOCK = 64;
  private static final int HASH_BYTES = 32;
  private static final int[] START = {
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19
  };

  static {
    Natives.load();
  }

  private final boolean plain;
  private final int[] state = START.clone();
  private final byte[] pending = new byte[2 * BLOCK];
  private int used;
  private long length;

  public NativeSha256() {
    this(Mode.FASTEST);
  }

  NativeSha256(Mode mode) {
    super("SHA-256");
    this.plain = mode == Mode.PLAIN;
  }

  private static native void blocks(
      int[] state, byte[] content, int offset, int count, boolean plain);

  private static native void directBlocks(
      int[] state, ByteBuffer content, int offset, int count, boolean plain);

  /**
   * Hashes a file, found as by {@link Posix#openBeneath}, in one call, which cannot be interrupted.
   *
   * @param into gets the 32 bytes of the hash at {@code offset}
   * @param stamp gets what the file was when it had been read: size, mtime, ctime, inode
   */
  public static native void file(int root, String path, byte[] into, int offset, long[] stamp)
      throws PosixException;

  @Override
  protected int engineGetDigestLength() {
    return HASH_BYTES;
  }

  @Override
  protected void engineUpdate(byte input) {
    engineUpdate(new byte[] {input}, 0, 1);
  }

  @Override
  protected void engineUpdate(byte[] input, int offset, int count) {
    int at = offset;
    int left = count;
    length += count;
    if (used > 0) {
      int n = Math.min(left, BLOCK - used);
      System.arraycopy(input, at, pending, used, n);
      used += n;
      at += n;
      left -= n;
      if (used < BLOCK) {
        return;
      }
      blocks(state, pending, 0, 1, plain);
    }
    int whole = left / BLOCK;
    if (whole > 0) {
      blocks(state, input, at, whole, plain);
    }
    used = left - whole * BLOCK;
    System.arraycopy(input, at + whole * BLOCK, pending, 0, used);
  }

  /** Of a direct buffer the bytes are taken where they lie. */
  @Override
  protected void engineUpdate(ByteBuffer input) {
    if (!input.isDirect()) {
      super.engineUpdate(input);
      return;
    }
    if (used > 0) {
      byte[] start = new byte[Math.min(input.remaining(), BLOCK - used)];
      input.get(start);
      engineUpdate(start, 0, start.length);
    }
    int whole = input.remaining() / BLOCK;
    if (whole > 0) {
      directBlocks(state, input, input.position(), whole, plain);
      input.position(input.position() + whole * BLOCK);
      length += (long) whole * BLOCK;
    }
    if (input.hasRemaining()) {
      byte[] rest = new byte[input.remaining()];
      input.get(rest);
      engineUpdate(rest, 0, rest.length);
    }
  }

  /** One bit, zeros, and the length in bits at the end of a block (FIPS 180-4 section 5.1.1). */
  @Override
  protected byte[] engineDigest() {
    int padded = used + 9 <= BLOCK ? BLOCK : 2 * BLOCK;
    pending[used] = (byte) 0x80;
    java.util.Arrays.fill(pending, used + 1, padded, (byte) 0);
    long bits = length * 8;
    for (int i = 0; i < 8; i++) {
      pending[padded - 1 - i] = (byte) (bits >>> (8 * i));
    }
    blocks(state, pending, 0, padded / BLOCK, plain);
    byte[] hash = new byte[HASH_BYTES];
    for (int i = 0; i < HASH_BYTES; i++) {
      hash[i] = (byte) (state[i / 4] >>> (8 * (3 - i % 4)));
    }
    engineReset();
    return hash;
  }

  @Override
  protected int engineDigest(byte[] into, int offset, int room) throws DigestException {
    if (room < HASH_BYTES) {
      throw new DigestException("a SHA-256 hash needs 32 bytes of room");
    }
    System.arraycopy(engineDigest(), 0, into, offset, HASH_BYTES);
    return HASH_BYTES;
  }

  @Override
  protected void engineReset() {
    System.arraycopy(START, 0, state, 0, START.length);
    used = 0;
    length = 0;
  }
}
