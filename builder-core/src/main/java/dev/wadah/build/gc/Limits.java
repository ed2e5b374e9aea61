package dev.wadah.build.gc;

import java.time.Duration;

/**
 * How much may stay. Entries go least recently used first, until what is left fits.
 *
 * @param keepDuration what was used within this time stays, whatever the other limits say
 * @param reservedBytes so much may stay in any case
 * @param maxUsedBytes more than this may not stay
 * @param minFreeBytes so much of the disk is to be free
 */
public record Limits(
    Duration keepDuration, long reservedBytes, long maxUsedBytes, long minFreeBytes) {
  /** Nothing may stay. */
  public static final Limits NONE = new Limits(Duration.ZERO, 0, 0, 0);

  /**
   * These, for who has said how much may be used but not how much is reserved: the default of that
   * is 10 GB, and would keep {@code max-used = 5GB} from having any effect.
   */
  public Limits withReservedBelowMaxUsed() {
    long reserved = Math.min(reservedBytes, maxUsedBytes);
    return new Limits(keepDuration, reserved, maxUsedBytes, minFreeBytes);
  }

  /**
   * Whether what is there may stay.
   *
   * @param usedBytes what the entries take
   * @param freeBytes what is free on the disk
   */
  boolean fit(long usedBytes, long freeBytes) {
    boolean anyLimit = reservedBytes > 0 || maxUsedBytes > 0 || minFreeBytes > 0;
    boolean little = usedBytes <= maxUsedBytes && freeBytes >= minFreeBytes;
    return anyLimit && (little || usedBytes <= reservedBytes);
  }
}
