package dev.wadah.dockerfile.expand;

/**
 * A word that was split off.
 *
 * @param text the word, never empty
 * @param offset 0-based offset of its first character in the text that was split
 */
public record ShellWord(String text, int offset) {}
