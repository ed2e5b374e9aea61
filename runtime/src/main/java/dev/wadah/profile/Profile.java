package dev.wadah.profile;

import java.util.ArrayList;
import java.util.List;

/**
 * Notes what the time of this process is spent on. There is at most one profile in a process, and
 * none unless a command was asked for it: then {@link #spent} costs a read of a field. It is the
 * process's, not a parameter, because what it measures lies in every room of the house (ADR 0008).
 */
public final class Profile {
  private static volatile Profile current;

  private final ThreadLocal<String> subjects = new ThreadLocal<>();
  private final List<Entry> entries = new ArrayList<>();

  private Profile() {}

  /**
   * Time that was spent.
   *
   * @param subject whose it was, as given to {@link #of}; empty: the command's
   * @param start {@link System#nanoTime} of the begin
   * @param nanos how long
   * @param thread number of the thread
   */
  public record Entry(String subject, Phase phase, long start, long nanos, long thread) {}

  /** Begins to note; what was noted before is forgotten. */
  public static Profile begin() {
    Profile profile = new Profile();
    current = profile;
    return profile;
  }

  /** Notes no more. */
  public void end() {
    current = null;
  }

  /** What was noted until now, in the order of the ends. */
  public List<Entry> entries() {
    synchronized (entries) {
      return List.copyOf(entries);
    }
  }

  /** From now on this thread works for {@code subject}; empty: for the command. */
  public static void of(String subject) {
    Profile profile = current;
    if (profile != null) {
      profile.subjects.set(subject);
    }
  }

  /** Whether somebody wants to know; for callers who would have to add up many small times. */
  public static boolean isOn() {
    return current != null;
  }

  /**
   * Notes that this thread was in {@code phase} until now.
   *
   * @param start {@link System#nanoTime} of the begin
   */
  public static void spent(Phase phase, long start) {
    if (current != null) {
      spent(phase, start, System.nanoTime() - start);
    }
  }

  /** Notes {@code nanos} that began at {@code start}, or are the sum of times after it. */
  public static void spent(Phase phase, long start, long nanos) {
    Profile profile = current;
    if (profile != null) {
      String subject = profile.subjects.get();
      long thread = Thread.currentThread().getId();
      Entry entry = new Entry(subject == null ? "" : subject, phase, start, nanos, thread);
      synchronized (profile.entries) {
        profile.entries.add(entry);
      }
    }
  }
}
