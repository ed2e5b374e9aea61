package dev.wadah.dockerfile.internal;

import java.util.List;

/**
 * An instruction after the first step of reading.
 *
 * @param type the token type of its name, {@code InstructionLexer.NAME} for an unknown one
 * @param name where its name stands
 * @param flags its flags in order
 * @param rest what follows the flags, blanks trimmed; may be empty
 */
record Head(int type, Range name, List<FlagWord> flags, Range rest) {
  /**
   * A flag.
   *
   * @param word the flag with its dashes, quotes and escapes removed
   * @param range where it stands
   */
  record FlagWord(String word, Range range) {}
}
