package dev.wadah.dockerfile;

/**
 * Name and text of a Dockerfile.
 *
 * @param name the name as the user knows it, used in messages only
 * @param text the whole text, with its own line ends and byte order mark
 */
public record SourceFile(String name, String text) {}
