package dev.wadah.build;

import java.util.concurrent.ThreadLocalRandom;

/**
 * Tells one build from all others, in the form of buildx ({@code buildx.build.ref}): builder, node
 * and 25 digits and small letters. Nothing is kept under it.
 */
final class BuildReference {
  private static final String DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz";
  private static final int LENGTH = 25;

  private BuildReference() {}

  /** A new one; not secret, so no slow random numbers are needed. */
  static String make() {
    StringBuilder text = new StringBuilder("wadah/wadah0/");
    for (int i = 0; i < LENGTH; i++) {
      text.append(DIGITS.charAt(ThreadLocalRandom.current().nextInt(DIGITS.length())));
    }
    return text.toString();
  }
}
