package dev.wadah.layer.toc;

/** CRC-64 with the polynomial of ISO 3309, as tar-split has it of every file. */
final class Crc64 {
  private static final long POLYNOMIAL = 0xD800000000000000L;

  /** Eight tables, for eight bytes at once: the plain way is slower than compressing. */
  private static final long[][] TABLES = tables();

  private long value = -1;

  private static long[][] tables() {
    long[][] tables = new long[8][256];
    for (int i = 0; i < 256; i++) {
      long crc = i;
      for (int bit = 0; bit < 8; bit++) {
        crc = (crc & 1) == 0 ? crc >>> 1 : crc >>> 1 ^ POLYNOMIAL;
      }
      tables[0][i] = crc;
    }
    for (int i = 0; i < 256; i++) {
      long crc = tables[0][i];
      for (int k = 1; k < 8; k++) {
        crc = tables[0][(int) crc & 0xFF] ^ crc >>> 8;
        tables[k][i] = crc;
      }
    }
    return tables;
  }

  void update(byte[] bytes, int offset, int length) {
    long crc = value;
    int at = offset;
    int end = offset + length;
    for (; end - at >= 8; at += 8) {
      for (int k = 0; k < 8; k++) {
        crc ^= (bytes[at + k] & 0xFFL) << (8 * k);
      }
      crc =
          TABLES[7][(int) crc & 0xFF]
              ^ TABLES[6][(int) (crc >>> 8) & 0xFF]
              ^ TABLES[5][(int) (crc >>> 16) & 0xFF]
              ^ TABLES[4][(int) (crc >>> 24) & 0xFF]
              ^ TABLES[3][(int) (crc >>> 32) & 0xFF]
              ^ TABLES[2][(int) (crc >>> 40) & 0xFF]
              ^ TABLES[1][(int) (crc >>> 48) & 0xFF]
              ^ TABLES[0][(int) (crc >>> 56)];
    }
    for (; at < end; at++) {
      crc = TABLES[0][(int) (crc ^ bytes[at]) & 0xFF] ^ crc >>> 8;
    }
    value = crc;
  }

  /** The sum, first byte first. */
  byte[] bytes() {
    long sum = ~value;
    byte[] bytes = new byte[8];
    for (int i = 0; i < 8; i++) {
      bytes[i] = (byte) (sum >>> (56 - 8 * i));
    }
    return bytes;
  }
}
