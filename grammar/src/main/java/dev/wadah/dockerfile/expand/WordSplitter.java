package dev.wadah.dockerfile.expand;

import java.util.ArrayList;
import java.util.List;

/** Collects words; a word begins with its first character that is no blank. */
final class WordSplitter {
  private final List<ShellWord> words = new ArrayList<>();
  private final StringBuilder word = new StringBuilder();
  private int start = -1;

  /** Adds an unquoted character; a blank ends the word. */
  void add(char c, int offset) {
    if (!Blanks.isBlank(c)) {
      addEscaped(c, offset);
    } else {
      finish();
    }
  }

  void addAll(String value, int offset) {
    for (int i = 0; i < value.length(); i++) {
      add(value.charAt(i), offset);
    }
  }

  void addEscaped(char c, int offset) {
    begin(offset);
    word.append(c);
  }

  void addQuoted(String value, int offset) {
    begin(offset);
    word.append(value);
  }

  private void begin(int offset) {
    if (start < 0) {
      start = offset;
    }
  }

  /** Ends the word that is being collected, if there is one. */
  void finish() {
    if (word.length() > 0) {
      words.add(new ShellWord(word.toString(), start));
      word.setLength(0);
    }
    start = -1;
  }

  /** The words so far, after {@link #finish}. */
  List<ShellWord> words() {
    return words;
  }
}
