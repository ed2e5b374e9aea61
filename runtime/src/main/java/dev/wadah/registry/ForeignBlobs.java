package dev.wadah.registry;

import dev.wadah.oci.Descriptor;
import dev.wadah.oci.ImageReference;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;

/**
 * Blobs that lie where the {@code urls} of their descriptor say (image-spec descriptor.md), such as
 * the layers of Windows, which registries may not hand out. Anybody may write such an address into
 * a manifest, so it is https, or a host that plain http is allowed for.
 */
final class ForeignBlobs {
  private final Places places;
  private final Transport transport;
  private final RetryPolicy retries;

  ForeignBlobs(Places places, Transport transport, RetryPolicy retries) {
    this.places = places;
    this.transport = transport;
    this.retries = retries;
  }

  /**
   * Opens a blob at the first address that has it.
   *
   * @param atHome why the registry did not give it; thrown when no address does either
   */
  InputStream open(Descriptor blob, RegistryException atHome) throws IOException {
    for (String url : blob.urls()) {
      try {
        return open(blob, address(url));
      } catch (InterruptedIOException e) {
        throw e;
      } catch (IOException e) {
        atHome.addSuppressed(
            new RegistryException("%s: %s".formatted(url, Failures.describe(e)), e));
      }
    }
    Throwable[] tried = atHome.getSuppressed();
    throw new RegistryException(
        "%s; nor is it where its manifest says that it lies: %s"
            .formatted(atHome.getMessage(), tried[tried.length - 1].getMessage()),
        atHome.status(),
        atHome);
  }

  private static URI address(String url) throws RegistryException {
    try {
      URI uri = new URI(url);
      boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
      if (http && uri.getHost() != null) {
        return uri;
      }
    } catch (URISyntaxException e) {
      throw new RegistryException("this is no address", e);
    }
    throw new RegistryException("this is no http address", null);
  }

  private InputStream open(Descriptor blob, URI uri) throws IOException {
    ImageReference host =
        new ImageReference(uri.getAuthority(), "library", Optional.empty(), Optional.empty());
    Endpoint endpoint = places.home(host);
    if (uri.getScheme().equals("http")
        && !endpoint.access().plainHttp()
        && !endpoint.isLoopback()) {
      throw new RegistryException(
          "plain http is not allowed for this host; see http in registries.toml", null);
    }
    return BlobDownload.at(uri, endpoint, transport, blob, retries);
  }
}
