package dev.wadah.cli.image;

import java.time.Duration;
import java.time.Instant;

/** Times as docker prints them. */
public final class GoTime {
  private static final long MINUTE = 60;
  private static final long HOUR = 60 * MINUTE;

  private GoTime() {}

  /** {@code 2024-01-02 03:04:05 +0000 UTC}. */
  public static String plain(Instant time) {
    String text = Instant.ofEpochSecond(time.getEpochSecond()).toString();
    return text.replace('T', ' ').replace("Z", "") + " +0000 UTC";
  }

  /** How long ago, in words: {@code 3 days ago}. */
  public static String ago(Instant time, Instant now) {
    return inWords(Duration.between(time, now).toSeconds()) + " ago";
  }

  /** Docker's rounding: each unit lasts until two of the next. */
  private static String inWords(long seconds) {
    if (seconds < 1) {
      return "Less than a second";
    }
    if (seconds == 1) {
      return "1 second";
    }
    if (seconds < MINUTE) {
      return seconds + " seconds";
    }
    if (seconds < 2 * MINUTE) {
      return "About a minute";
    }
    if (seconds < HOUR) {
      return seconds / MINUTE + " minutes";
    }
    long hours = (seconds + HOUR / 2) / HOUR;
    if (hours == 1) {
      return "About an hour";
    }
    if (hours < 48) {
      return hours + " hours";
    }
    return days(hours / 24);
  }

  private static String days(long days) {
    if (days < 14) {
      return days + " days";
    }
    if (days < 60) {
      return days / 7 + " weeks";
    }
    if (days < 2 * 365) {
      return days / 30 + " months";
    }
    return days / 365 + " years";
  }
}
