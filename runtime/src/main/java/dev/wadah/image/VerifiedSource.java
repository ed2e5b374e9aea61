package dev.wadah.image;

import dev.wadah.content.ContentStore;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.ImageReference;
import dev.wadah.registry.Registry;
import java.io.IOException;
import java.io.InputStream;

/** Where a verification reads the bytes. */
interface VerifiedSource {
  /** Whether a manifest or index should be there at all. */
  boolean has(Descriptor target) throws IOException;

  /** A whole index, manifest or config, unchecked. */
  byte[] document(ImageVerification.Subject subject, Descriptor descriptor) throws IOException;

  /** Opens a layer of an image. */
  InputStream layer(Image image, int place) throws IOException;

  /** Opens a blob of an artifact. */
  InputStream blob(Descriptor blob) throws IOException;

  /** The content store, and for layers wherever the image store has them from. */
  record OfStore(ContentStore content, ImageStore images) implements VerifiedSource {
    @Override
    public boolean has(Descriptor target) throws IOException {
      return content.has(target.digest());
    }

    @Override
    public byte[] document(ImageVerification.Subject subject, Descriptor descriptor)
        throws IOException {
      try {
        return content.read(descriptor.digest());
      } catch (java.nio.file.NoSuchFileException e) {
        throw new ImageException("it is not here", e);
      }
    }

    @Override
    public InputStream layer(Image image, int place) throws IOException {
      return images.openLayer(image, place);
    }

    @Override
    public InputStream blob(Descriptor blob) throws IOException {
      return content.open(blob.digest());
    }
  }

  /** A repository of a registry. */
  record OfRegistry(Registry registry, ImageReference repository) implements VerifiedSource {
    @Override
    public boolean has(Descriptor target) {
      return true;
    }

    @Override
    public byte[] document(ImageVerification.Subject subject, Descriptor descriptor)
        throws IOException {
      if (subject != ImageVerification.Subject.CONFIG) {
        return registry.manifest(repository.withDigest(descriptor.digest())).bytes();
      }
      return RemoteConfig.read(registry, repository, descriptor);
    }

    @Override
    public InputStream layer(Image image, int place) throws IOException {
      return blob(image.manifest().layers().get(place));
    }

    @Override
    public InputStream blob(Descriptor blob) throws IOException {
      return registry.blob(repository, blob);
    }
  }
}
