package dev.wadah.content;

import java.io.IOException;
import java.io.InputStream;

/**
 * Reads a whole blob and finds out whether it is the right one. Whoever gives the bytes may call it
 * again with those of another place, so it begins anew each time and keeps nothing of a failure.
 *
 * @param <T> what is made of the blob
 */
@FunctionalInterface
public interface BlobReader<T> {
  /**
   * Reads the bytes to their end.
   *
   * @param in not verified; whoever gives it closes it, a second close does nothing
   * @throws DigestMismatchException if it is another blob
   */
  T read(InputStream in) throws IOException;
}
