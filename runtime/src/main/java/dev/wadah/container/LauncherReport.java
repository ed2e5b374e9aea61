package dev.wadah.container;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the launcher has said, in records: their number of strings as a letter ("a" is none), then
 * the strings; a NUL ends each. Bytes are added as they come.
 */
final class LauncherReport {
  private final StringBuilder word = new StringBuilder();
  private final List<String> words = new ArrayList<>();
  private final List<String> stubs = new ArrayList<>();
  private final List<Failure> notes = new ArrayList<>();
  private Failure failure;
  private int exitCode = -1;
  private long started;
  private int holder;

  /** Strings that the record still lacks; 0 between records. */
  private int missing;

  /**
   * A step that did not work.
   *
   * @param operation its name
   * @param call the system call, or what was tried
   * @param path the path it was tried on
   * @param error name of the errno value, ENOENT
   * @param reason what the C library says for it
   * @param detail what else the kernel said; often empty
   */
  record Failure(
      String operation, String call, String path, String error, String reason, String detail) {
    static Failure of(List<String> words) {
      return new Failure(
          words.get(2), words.get(3), words.get(4), words.get(6), words.get(7), words.get(8));
    }

    @Override
    public String toString() {
      String more = detail.isEmpty() ? "" : " (" + detail + ")";
      return "%s: %s %s: %s [%s]%s".formatted(operation, call, path, reason, error, more);
    }
  }

  /** Takes the next bytes. ISO 8859-1 keeps them apart until a path is complete. */
  void add(byte[] bytes, int length) {
    for (int i = 0; i < length; i++) {
      if (bytes[i] != 0) {
        word.append((char) (bytes[i] & 0xFF));
        continue;
      }
      String text = word.toString();
      word.setLength(0);
      if (missing == 0) {
        missing = text.charAt(0) - 'a';
        continue;
      }
      words.add(new String(text.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8));
      if (--missing == 0) {
        record();
        words.clear();
      }
    }
  }

  private void record() {
    switch (words.get(0)) {
      case "stub" -> stubs.add(words.get(1));
      case "error" -> failure = failure == null ? Failure.of(words) : failure;
      case "note" -> notes.add(Failure.of(words));
      case "exit" -> exitCode = Integer.parseInt(words.get(1));
      case "signal" -> exitCode = 128 + Integer.parseInt(words.get(1));
      case "exec" -> started = System.nanoTime();
      case "held" -> holder = Integer.parseInt(words.get(1));
      default -> {
        // The launcher of another version may say more.
      }
    }
  }

  /** The first step that failed. */
  Optional<Failure> failure() {
    return Optional.ofNullable(failure);
  }

  /** Steps that failed and were done without. */
  List<Failure> notes() {
    return notes;
  }

  /** Paths that were made as mount points, parents first. */
  List<String> stubs() {
    return stubs;
  }

  /** {@link System#nanoTime} of the program's start; 0 as long as it has not started. */
  long started() {
    return started;
  }

  /** The process that holds a mount namespace for others; 0 when there is none. */
  int holder() {
    return holder;
  }

  /** -1 as long as the launcher has not said how process 1 ended. */
  int exitCode() {
    return exitCode;
  }
}
