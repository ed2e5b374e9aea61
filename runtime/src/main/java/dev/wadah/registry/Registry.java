package dev.wadah.registry;

import dev.wadah.content.BlobReader;
import dev.wadah.content.DigestMismatchException;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.Digest;
import dev.wadah.oci.ImageReference;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Image registries (distribution-spec). Safe for threads. */
public interface Registry {
  /**
   * The manifest or index of a reference, in its original bytes.
   *
   * @throws RegistryException naming host, repository, what was asked and what came
   */
  Document manifest(ImageReference reference) throws IOException;

  /** Descriptor of a reference's manifest by HEAD; empty when the registry has none. */
  Optional<Descriptor> head(ImageReference reference) throws IOException;

  /** The tags of a repository, in the registry's order. */
  List<String> tags(ImageReference repository) throws IOException;

  /** Opens a blob of a repository; the caller verifies. */
  InputStream blob(ImageReference repository, Descriptor blob) throws IOException;

  /**
   * Gives a reader the bytes of a blob. Only at its end it shows that a mirror sent another one, or
   * more than there should be: then the reader gets those of the registry itself.
   *
   * @return what the reader made of them
   * @throws RegistryException if the registry does not give the blob
   * @throws DigestMismatchException if the registry itself, or one without mirrors, gives another
   */
  default <T> T whole(ImageReference repository, Descriptor blob, BlobReader<T> reader)
      throws IOException {
    IOException wrong;
    try (InputStream in = blob(repository, blob)) {
      return reader.read(in);
    } catch (DigestMismatchException | OverlongBlobException e) {
      wrong = e;
    }
    Optional<Registry> behind = behindMirrors(repository);
    if (behind.isEmpty()) {
      throw wrong;
    }
    try (InputStream in = behind.get().blob(repository, blob)) {
      return reader.read(in);
    }
  }

  /**
   * A part of a blob, not verified.
   *
   * @param offset of its first byte, 0-based
   * @param length all of these bytes are in the blob
   * @throws RegistryException if the registry has no such blob, or gives whole ones only
   */
  byte[] part(ImageReference repository, Descriptor blob, long offset, int length)
      throws IOException;

  /** Whether the repository has the blob. */
  boolean hasBlob(ImageReference repository, Digest digest) throws IOException;

  /**
   * Uploads a blob unless it is there; tries a mount from {@code mountFrom} first.
   *
   * @return bytes uploaded
   */
  long pushBlob(
      ImageReference repository, Descriptor blob, Optional<String> mountFrom, BlobOpener content)
      throws IOException;

  /** Uploads a manifest or index under the reference's tag, or by its digest where it has none. */
  Descriptor pushManifest(ImageReference reference, Document document) throws IOException;

  /**
   * The same registries without their mirrors, for who has found out at a blob's end that it is not
   * what it should be.
   *
   * @return empty when the repository has no mirror that could have sent it
   */
  default Optional<Registry> behindMirrors(ImageReference repository) throws IOException {
    return Optional.empty();
  }

  /**
   * The same registries, for what a caller can do without: one that sends nothing for a short time
   * is given up, and not asked again.
   */
  default Impatient impatient() {
    return new Impatient(this, RetryPolicy.CACHE.silence());
  }

  /**
   * Registries that are given up soon.
   *
   * @param silence after how long
   */
  record Impatient(Registry registry, Duration silence) {}

  /** Original bytes of a manifest or index. */
  @SuppressWarnings("ArrayRecordComponent") // documents are compared by digest
  record Document(String mediaType, byte[] bytes) {
    public Descriptor descriptor() {
      return Descriptor.of(mediaType, Digest.of(bytes), bytes.length);
    }
  }

  /** Opens content; may be called again for a retry. */
  @FunctionalInterface
  interface BlobOpener {
    InputStream open() throws IOException;

    /**
     * Is told that no content is needed: the registry took the blob from a sibling repository.
     *
     * @param repository its path
     */
    default void mounted(String repository) {}
  }
}
