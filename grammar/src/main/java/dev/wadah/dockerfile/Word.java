package dev.wadah.dockerfile;

/**
 * An argument as written: quotes, escapes and variables are still in it, line continuations and
 * comments inside them are gone. {@code dev.wadah.dockerfile.expand} turns it into its value.
 *
 * @param text the unexpanded text
 * @param span where it stands
 */
public record Word(String text, Span span) {}
