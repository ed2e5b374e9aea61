package dev.wadah.image.archive;

import dev.wadah.image.ImageException;
import dev.wadah.image.StoredBlob;
import java.io.Closeable;
import java.io.IOException;

/**
 * The files of an image archive or layout by name. Names are looked up in the archive's own table
 * and never on the file system, so {@code ..} leads nowhere.
 */
interface ArchiveFiles extends Closeable {
  /** The largest JSON document that is read. */
  int MAX_DOCUMENT_BYTES = 16 << 20;

  /** The most entries that an archive may have; a saved image has a few for each layer. */
  int MAX_ENTRIES = 200_000;

  /** How many links are followed from a name. */
  int MAX_LINKS = 16;

  /** What messages call the archive. */
  String name();

  boolean has(String file) throws IOException;

  /**
   * A JSON document.
   *
   * @throws ImageException if it is not there or too large
   */
  byte[] document(String file) throws IOException;

  /**
   * Puts a file into the content store.
   *
   * @throws ImageException if it is not there
   */
  StoredBlob store(String file) throws IOException;

  /** A name without {@code .}, {@code ..} and doubled slashes. */
  static String normalise(String name) {
    java.util.ArrayDeque<String> parts = new java.util.ArrayDeque<>();
    int from = 0;
    while (from <= name.length()) {
      int slash = name.indexOf('/', from);
      int to = slash < 0 ? name.length() : slash;
      String part = name.substring(from, to);
      if (part.equals("..")) {
        parts.pollLast();
      } else if (!part.isEmpty() && !part.equals(".")) {
        parts.add(part);
      }
      from = to + 1;
    }
    return String.join("/", parts);
  }

  /** Where a symbolic link in the file {@code from} leads. */
  static String linkTarget(String from, String link) {
    int slash = from.lastIndexOf('/');
    return normalise(
        slash < 0 || link.startsWith("/") ? link : from.substring(0, slash + 1) + link);
  }

  /** The complaint that a file is missing. */
  default ImageException missing(String file) {
    return new ImageException("%s has no file \"%s\", though it needs it".formatted(name(), file));
  }

  /** The complaint that a document is too large. */
  default ImageException tooLarge(String file, long sizeBytes) {
    return new ImageException(
        "%s: the document \"%s\" has %d bytes, more than the %d MiB that one may have"
            .formatted(name(), file, sizeBytes, MAX_DOCUMENT_BYTES >> 20));
  }
}
