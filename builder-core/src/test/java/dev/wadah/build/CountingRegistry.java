package dev.wadah.build;

import dev.wadah.content.ForwardInputStream;
import dev.wadah.engine.Engine;
import dev.wadah.image.ImageStore;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.Digest;
import dev.wadah.oci.ImageReference;
import dev.wadah.registry.Registry;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** A real registry whose traffic is counted. */
final class CountingRegistry implements Registry {
  private final Registry registry;
  final AtomicLong layerBytesDown = new AtomicLong();
  final AtomicLong layerBytesUp = new AtomicLong();
  final AtomicLong blobBytesUp = new AtomicLong();
  final AtomicInteger parts = new AtomicInteger();
  final AtomicInteger layerGets = new AtomicInteger();
  final AtomicInteger requests = new AtomicInteger();

  CountingRegistry(Registry registry) {
    this.registry = registry;
  }

  /** The same engine, asking through a counter. */
  static Engine counted(Engine engine, CountingRegistry registry) {
    return new Engine(
        engine.store(),
        engine.content(),
        engine.layers(),
        engine.snapshots(),
        new ImageStore(engine.store(), engine.content(), engine.layers(), registry),
        registry,
        engine.sandbox());
  }

  private static boolean isLayer(Descriptor blob) {
    return blob.mediaType().contains("layer") && !blob.mediaType().contains("index");
  }

  @Override
  public Document manifest(ImageReference reference) throws IOException {
    requests.incrementAndGet();
    return registry.manifest(reference);
  }

  @Override
  public Optional<Descriptor> head(ImageReference reference) throws IOException {
    requests.incrementAndGet();
    return registry.head(reference);
  }

  @Override
  public InputStream blob(ImageReference repository, Descriptor blob) throws IOException {
    requests.incrementAndGet();
    if (isLayer(blob)) {
      layerGets.incrementAndGet();
    }
    return new ForwardInputStream(registry.blob(repository, blob)) {
      @Override
      public int read(byte[] buffer, int offset, int length) throws IOException {
        int n = in.read(buffer, offset, length);
        if (n > 0 && isLayer(blob)) {
          layerBytesDown.addAndGet(n);
        }
        return n;
      }
    };
  }

  @Override
  public byte[] part(ImageReference repository, Descriptor blob, long offset, int length)
      throws IOException {
    requests.incrementAndGet();
    parts.incrementAndGet();
    return registry.part(repository, blob, offset, length);
  }

  @Override
  public boolean hasBlob(ImageReference repository, Digest digest) throws IOException {
    requests.incrementAndGet();
    return registry.hasBlob(repository, digest);
  }

  @Override
  public long pushBlob(
      ImageReference repository, Descriptor blob, Optional<String> mountFrom, BlobOpener content)
      throws IOException {
    requests.incrementAndGet();
    long sent = registry.pushBlob(repository, blob, mountFrom, content);
    blobBytesUp.addAndGet(sent);
    if (isLayer(blob)) {
      layerBytesUp.addAndGet(sent);
    }
    return sent;
  }

  @Override
  public java.util.List<String> tags(ImageReference repository) throws IOException {
    requests.incrementAndGet();
    return registry.tags(repository);
  }

  @Override
  public Descriptor pushManifest(ImageReference reference, Document document) throws IOException {
    requests.incrementAndGet();
    return registry.pushManifest(reference, document);
  }
}
