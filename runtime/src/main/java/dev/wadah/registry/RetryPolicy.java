package dev.wadah.registry;

import java.io.InterruptedIOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * When and how often a request is tried again.
 *
 * @param attempts how often a request is sent at most
 * @param firstPause before the second attempt; each later pause is twice as long
 * @param longestPause the longest pause, also when a registry asks for a longer one
 * @param silence how long a registry may send nothing before the attempt counts as failed
 */
public record RetryPolicy(
    int attempts, Duration firstPause, Duration longestPause, Duration silence) {
  private static final Duration USUAL_SILENCE = Duration.ofSeconds(60);

  /** Six attempts within about 16 seconds, unless the registry asks for more patience. */
  public static final RetryPolicy DEFAULT =
      new RetryPolicy(6, Duration.ofMillis(500), Duration.ofSeconds(60), USUAL_SILENCE);

  /** A policy with the usual patience for a silent registry, a minute. */
  public RetryPolicy(int attempts, Duration firstPause, Duration longestPause) {
    this(attempts, firstPause, longestPause, USUAL_SILENCE);
  }

  /** Whether a status says that the same request may succeed later. */
  static boolean isTransient(int status) {
    return status == 408 || status == 429 || status == 502 || status == 503 || status == 504;
  }

  /**
   * Waits before the next attempt.
   *
   * @param attempt how many have been made, from 1
   * @param retryAfter the reply's Retry-After header: seconds or a date
   * @throws InterruptedIOException if the thread is interrupted
   */
  void pause(int attempt, Optional<String> retryAfter) throws InterruptedIOException {
    try {
      Thread.sleep(pauseLength(attempt, retryAfter, Instant.now()).toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for a registry");
    }
  }

  /** How long to wait; a quarter more or less than planned, but never less than asked for. */
  Duration pauseLength(int attempt, Optional<String> retryAfter, Instant now) {
    Duration grown = firstPause.multipliedBy(1L << Math.min(attempt - 1, 16));
    long jitter = 75 + ThreadLocalRandom.current().nextLong(50);
    Duration wanted = grown.multipliedBy(jitter).dividedBy(100);
    Duration asked = retryAfter.map(text -> parse(text, now)).orElse(Duration.ZERO);
    Duration pause = asked.compareTo(wanted) > 0 ? asked : wanted;
    return pause.compareTo(longestPause) > 0 ? longestPause : pause;
  }

  private static Duration parse(String retryAfter, Instant now) {
    try {
      return Duration.ofSeconds(Long.parseLong(retryAfter.trim()));
    } catch (NumberFormatException e) {
      return untilDate(retryAfter, now);
    }
  }

  private static Duration untilDate(String date, Instant now) {
    try {
      ZonedDateTime then = ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME);
      Duration left = Duration.between(now, then.toInstant());
      return left.isNegative() ? Duration.ZERO : left;
    } catch (DateTimeException e) {
      // Neither form: as if the header were not there.
      return Duration.ZERO;
    }
  }
}
