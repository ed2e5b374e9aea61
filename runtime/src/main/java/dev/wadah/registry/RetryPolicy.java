package dev.wadah.registry;

import java.io.IOException;
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
 * @param afterSilence what such a failure means
 */
public record RetryPolicy(
    int attempts,
    Duration firstPause,
    Duration longestPause,
    Duration silence,
    AfterSilence afterSilence) {
  private static final Duration USUAL_SILENCE = Duration.ofSeconds(60);
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(20);

  /** How many bytes a second a registry hashes at least, when we are in a hurry. */
  private static final long HASHED_PER_SECOND = 20 << 20;

  /** Of what comes slower than so many bytes a second a build has no use. */
  private static final long LEAST_PER_SECOND = 16 << 10;

  /** The least that must come within the time of a silence, to count as something. */
  private static final long LEAST = 1024;

  /**
   * How many times as long as the usual silence a registry may think about what it was sent: it
   * hashes a blob after its last byte.
   */
  private static final int PATIENCE_FOR_BODIES = 5;

  /** What a registry's silence means. */
  public enum AfterSilence {
    /** The connection may be broken: the request is sent again. */
    RETRY,
    /** The registry hangs: nobody waits for it any longer. */
    GIVE_UP
  }

  /** Six attempts within about 16 seconds, unless the registry asks for more patience. */
  public static final RetryPolicy DEFAULT =
      new RetryPolicy(6, Duration.ofMillis(500), Duration.ofSeconds(60), USUAL_SILENCE);

  /** For shared caches, which a build can do without: ten seconds of silence are the end. */
  public static final RetryPolicy CACHE = cache(Duration.ofSeconds(10));

  /**
   * The policy for shared caches.
   *
   * @param seconds of silence, 1 to 3600; anything else is the usual time
   */
  static RetryPolicy ofCaches(String seconds) {
    try {
      int wanted = Integer.parseInt(seconds.strip());
      return wanted >= 1 && wanted <= 3600 ? cache(Duration.ofSeconds(wanted)) : CACHE;
    } catch (NumberFormatException e) {
      // Not set, or no number.
      return CACHE;
    }
  }

  /** A policy for shared caches. */
  static RetryPolicy cache(Duration silence) {
    return new RetryPolicy(
        3, Duration.ofMillis(250), Duration.ofSeconds(2), silence, AfterSilence.GIVE_UP);
  }

  /** A policy with the usual patience for a silent registry, a minute. */
  public RetryPolicy(int attempts, Duration firstPause, Duration longestPause) {
    this(attempts, firstPause, longestPause, USUAL_SILENCE);
  }

  /** A policy that takes silence for a broken connection. */
  public RetryPolicy(int attempts, Duration firstPause, Duration longestPause, Duration silence) {
    this(attempts, firstPause, longestPause, silence, AfterSilence.RETRY);
  }

  /** Whether a request that ended so may be sent again. */
  boolean mayFollow(IOException failure) {
    return afterSilence == AfterSilence.RETRY || !RegistryException.isSilence(failure);
  }

  /** The bytes that must come within the time of a silence; less is as good as nothing. */
  long leastBytes() {
    return afterSilence == AfterSilence.RETRY
        ? LEAST
        : Math.max(LEAST, silence.toSeconds() * LEAST_PER_SECOND);
  }

  /** How long a registry may think after the last of so many bytes was sent. */
  Duration patience(long sentBytes) {
    if (sentBytes <= 0) {
      return silence;
    }
    Duration most = silence.multipliedBy(PATIENCE_FOR_BODIES);
    if (afterSilence == AfterSilence.RETRY) {
      return most;
    }
    Duration hashing = silence.plusSeconds(sentBytes / HASHED_PER_SECOND);
    return hashing.compareTo(most) < 0 ? hashing : most;
  }

  /** How long the making of a connection may last. */
  Duration connectTimeout() {
    boolean hurry = afterSilence == AfterSilence.GIVE_UP;
    return hurry && silence.compareTo(CONNECT_TIMEOUT) < 0 ? silence : CONNECT_TIMEOUT;
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
