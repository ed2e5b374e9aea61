package dev.wadah.build.share;

import dev.wadah.content.ContentStore;
import dev.wadah.content.DigestMismatchException;
import dev.wadah.content.Store;
import dev.wadah.engine.Engine;
import dev.wadah.image.transfer.ImageTransfer;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.Digest;
import dev.wadah.oci.ImageReference;
import dev.wadah.registry.Registry;
import dev.wadah.registry.RegistryException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/** A tag in a registry. Registries have no locks: see {@link CacheWriter} for what that means. */
final class RegistryStorage implements CacheStorage {
  private static final int NOT_FOUND = 404;
  private static final int SERVER_ERROR = 500;
  private static final int ATTEMPTS = 5;

  private final Registry registry;
  private final ContentStore content;
  private final ImageTransfer transfer;
  private final ImageReference reference;

  RegistryStorage(Engine engine, ImageReference reference) {
    this.registry = engine.registry().impatient().registry();
    this.content = engine.content();
    this.transfer = new ImageTransfer(engine.content(), engine.images(), registry);
    this.reference = reference;
  }

  /** Something that a registry is asked for. */
  @FunctionalInterface
  private interface Question<T> {
    T ask() throws IOException;
  }

  /**
   * Asks again after a moment when the registry says that it is broken: the one of the CNCF
   * distribution project does for a tag that somebody is just writing, on some kinds of storage.
   */
  private static <T> T patiently(Question<T> question) throws IOException {
    for (int attempt = 1; ; attempt++) {
      try {
        return question.ask();
      } catch (RegistryException e) {
        if (e.status() != SERVER_ERROR || attempt == ATTEMPTS) {
          throw e;
        }
      }
      try {
        Thread.sleep(ThreadLocalRandom.current().nextLong(20, 60L * attempt));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("interrupted while waiting for a registry");
      }
    }
  }

  @Override
  public Found read() throws IOException {
    Registry.Document document;
    try {
      document = patiently(() -> registry.manifest(reference));
    } catch (RegistryException e) {
      if (e.status() == NOT_FOUND) {
        return Found.nothing("nothing is there yet");
      }
      throw e;
    }
    try {
      return CacheManifest.read(document, new Remote());
    } catch (DigestMismatchException e) {
      return broken(document, e);
    } catch (RegistryException e) {
      if (!isBadAnswer(e)) {
        throw e;
      }
      return broken(document, e);
    }
  }

  /** Whether the registry answered, and what came is of no use; not that it cannot be reached. */
  private static boolean isBadAnswer(RegistryException e) {
    Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root instanceof RegistryException answer
        && (answer.status() == 0 || answer.status() == NOT_FOUND);
  }

  /** The manifest is there, but not all that it names. */
  private static Found broken(Registry.Document document, IOException e) {
    return Found.without(
        Found.Kind.BROKEN, document.descriptor().digest(), "it is broken: " + e.getMessage());
  }

  /** What a manifest leads to. Records that were read once are kept with the blobs. */
  private final class Remote implements CacheManifest.Documents {
    @Override
    public Registry.Document manifest(Descriptor descriptor) throws IOException {
      return registry.manifest(reference.withDigest(descriptor.digest()));
    }

    @Override
    public byte[] config(Descriptor descriptor) throws IOException {
      if (content.has(descriptor.digest())) {
        return content.read(descriptor.digest());
      }
      byte[] bytes = registry.whole(reference, descriptor, in -> records(in, descriptor));
      content.put(bytes);
      return bytes;
    }

    private byte[] records(InputStream in, Descriptor descriptor) throws IOException {
      byte[] bytes = in.readNBytes(CacheManifest.MAX_CONFIG_BYTES + 1);
      Digest actual = Digest.of(bytes);
      if (!actual.equals(descriptor.digest())) {
        throw new DigestMismatchException(
            "records of " + reference.familiar(), descriptor.digest(), actual);
      }
      return bytes;
    }
  }

  @Override
  public InputStream open(Descriptor blob) throws IOException {
    return registry.blob(reference, blob);
  }

  @Override
  public boolean has(Descriptor blob) throws IOException {
    return registry.hasBlob(reference, blob.digest());
  }

  @Override
  public void put(Descriptor blob, Registry.BlobOpener opener) throws IOException {
    transfer.pushBlob(reference, blob, opener);
  }

  @Override
  public Optional<Digest> current() throws IOException {
    return patiently(() -> registry.head(reference)).map(Descriptor::digest);
  }

  @Override
  public void publish(Registry.Document manifest) throws IOException {
    patiently(() -> registry.pushManifest(reference, manifest));
  }

  @Override
  public Store.Lock lock() {
    return () -> {};
  }

  @Override
  public boolean isExclusive() {
    return false;
  }
}
