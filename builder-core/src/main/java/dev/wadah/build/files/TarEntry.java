package dev.wadah.build.files;

import java.io.IOException;
import java.util.Map;

/**
 * One entry of a tar archive.
 *
 * @param type ustar's type flag; {@code '0'} for every kind of regular file
 * @param name as written
 * @param linkName target of a symbolic link, or name of the entry that a hard link repeats
 * @param mode permission bits with setuid, setgid and sticky
 * @param owner ids
 * @param mtimeNanos modification time since 1970
 * @param device as makedev packs it
 * @param body content and extended attributes
 */
record TarEntry(
    char type,
    String name,
    String linkName,
    int mode,
    OwnerNames.Owner owner,
    long mtimeNanos,
    long device,
    Body body) {

  static final char FILE = '0';
  static final char HARD_LINK = '1';
  static final char SYMLINK = '2';
  static final char CHARACTER_DEVICE = '3';
  static final char BLOCK_DEVICE = '4';
  static final char DIRECTORY = '5';
  static final char FIFO = '6';

  /**
   * What an entry holds.
   *
   * @param sizeBytes of the file
   * @param content opens it
   * @param xattrs extended attributes
   */
  record Body(long sizeBytes, Opener content, Map<String, byte[]> xattrs) {}

  /** Opens content. */
  @FunctionalInterface
  interface Opener {
    java.io.InputStream open() throws IOException;
  }
}
