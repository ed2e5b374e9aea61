package dev.wadah.image;

import dev.wadah.content.ContentStore;
import dev.wadah.content.ForwardInputStream;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.DiffId;
import dev.wadah.oci.Digest;
import dev.wadah.oci.ImageReference;
import dev.wadah.oci.Index;
import dev.wadah.oci.Manifest;
import dev.wadah.oci.MediaTypes;
import dev.wadah.oci.OciJson;
import dev.wadah.oci.Sha256;
import dev.wadah.registry.Registry;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Recomputes every digest, size and diffID of an image from the bytes, and lists all that do not
 * fit. Each blob is read once; nothing is stored.
 */
public final class ImageVerification {
  private final VerifiedSource source;
  private final List<Check> checks = new ArrayList<>();

  /** Documents by digest, layers with their diffIDs. */
  private final Set<Object> seen = new HashSet<>();

  private ImageVerification(VerifiedSource source) {
    this.source = source;
  }

  /**
   * Verifies what is on this machine. Of an index, the images that are here; layers that are in a
   * registry only are read there.
   */
  public static ImageVerification ofStore(ContentStore content, ImageStore images) {
    return new ImageVerification(new VerifiedSource.OfStore(content, images));
  }

  /** Verifies what is in a repository; of an index all that it leads to, attestations too. */
  public static ImageVerification ofRegistry(Registry registry, ImageReference repository) {
    return new ImageVerification(new VerifiedSource.OfRegistry(registry, repository));
  }

  /** What a check recomputes. */
  public enum Subject {
    INDEX,
    MANIFEST,
    CONFIG,
    LAYER,
    DIFF_ID
  }

  /**
   * One digest that was recomputed.
   *
   * @param subject what it covers
   * @param digest as it should be
   * @param sizeBytes as it should be; -1 for a diffID, whose size is written nowhere
   * @param problem what is wrong; empty when it fits
   */
  public record Check(Subject subject, Digest digest, long sizeBytes, Optional<String> problem) {}

  /**
   * What was found.
   *
   * @param checks in the order they were made
   */
  public record Result(List<Check> checks) {
    public Result {
      checks = List.copyOf(checks);
    }

    /** A line for each check that failed; empty for a sound image. */
    public List<String> problems() {
      List<String> lines = new ArrayList<>();
      for (Check check : checks) {
        check.problem().ifPresent(lines::add);
      }
      return lines;
    }
  }

  /** Verifies what is at {@code target}. */
  public Result verify(Descriptor target) throws IOException {
    checks.clear();
    seen.clear();
    if (!source.has(target)) {
      String what = MediaTypes.isIndex(target.mediaType()) ? "index" : "manifest";
      checks.add(
          failed(Subject.MANIFEST, target, "%s %s is not here".formatted(what, target.digest())));
    } else {
      walk(target, 0);
    }
    return new Result(checks);
  }

  private void walk(Descriptor target, int depth) throws IOException {
    if (!source.has(target) || !seen.add(target.digest())) {
      return;
    }
    boolean index = MediaTypes.isIndex(target.mediaType());
    Optional<byte[]> bytes = document(index ? Subject.INDEX : Subject.MANIFEST, target);
    if (bytes.isEmpty()) {
      return;
    }
    try {
      if (!index) {
        manifest(target, bytes.get());
      } else if (depth < ImageReader.MAX_INDEX_DEPTH) {
        Index parsed = OciJson.parseIndex(bytes.get());
        for (Descriptor entry : parsed.manifests()) {
          walk(entry, depth + 1);
        }
      }
    } catch (IllegalArgumentException | ImageException e) {
      checks.add(
          failed(
              index ? Subject.INDEX : Subject.MANIFEST,
              target,
              "%s %s: %s"
                  .formatted(index ? "index" : "manifest", target.digest(), e.getMessage())));
    }
  }

  private void manifest(Descriptor descriptor, byte[] bytes) throws IOException {
    Manifest manifest = OciJson.parseManifest(bytes);
    Optional<byte[]> config = document(Subject.CONFIG, manifest.config());
    if (config.isEmpty()) {
      return;
    }
    if (!MediaTypes.isImageConfig(manifest.config().mediaType()) || isAttestation(manifest)) {
      // an artifact's layers have no diffIDs
      for (Descriptor blob : manifest.layers()) {
        layer(blob, Optional.empty(), () -> source.blob(blob));
      }
      return;
    }
    Image image = ImageReader.assemble(descriptor, manifest, bytes, config.get());
    for (int i = 0; i < manifest.layers().size(); i++) {
      int place = i;
      layer(
          manifest.layers().get(i),
          Optional.of(image.config().diffIds().get(i)),
          () -> source.layer(image, place));
    }
  }

  private static boolean isAttestation(Manifest manifest) {
    return manifest.layers().stream()
        .anyMatch(l -> l.mediaType().startsWith("application/vnd.in-toto"));
  }

  private Optional<byte[]> document(Subject subject, Descriptor descriptor) {
    String what = subject.name().toLowerCase(java.util.Locale.ROOT);
    try {
      byte[] bytes = source.document(subject, descriptor);
      new VerifiedInputStream(new ByteArrayInputStream(bytes), descriptor, what)
          .transferTo(OutputStream.nullOutputStream());
      checks.add(sound(subject, descriptor));
      return Optional.of(bytes);
    } catch (IOException e) {
      checks.add(
          failed(subject, descriptor, "%s %s: %s".formatted(what, descriptor.digest(), reason(e))));
      return Optional.empty();
    }
  }

  /** Opens a blob. */
  @FunctionalInterface
  private interface Opener {
    InputStream open() throws IOException;
  }

  private void layer(Descriptor blob, Optional<DiffId> diffId, Opener opener) {
    if (!seen.add(List.of(blob.digest(), diffId))) {
      return;
    }
    String name = "layer " + blob.digest();
    try (Watched in = new Watched(new VerifiedInputStream(opener.open(), blob, name))) {
      Optional<Check> diff =
          diffId.isPresent() ? Optional.of(diffId(in, blob, diffId.get())) : Optional.empty();
      in.drain();
      checks.add(sound(Subject.LAYER, blob));
      diff.ifPresent(checks::add);
    } catch (IOException e) {
      checks.add(failed(Subject.LAYER, blob, "%s: %s".formatted(name, reason(e))));
    }
  }

  /** What is wrong with what the blob holds; what is wrong with the blob itself is thrown. */
  private static Check diffId(Watched in, Descriptor blob, DiffId diffId) throws IOException {
    try {
      Digest actual = hashDecoded(in);
      Optional<String> problem =
          actual.equals(diffId.digest())
              ? Optional.empty()
              : Optional.of(
                  "layer %s holds the diffID %s, but the config says %s"
                      .formatted(blob.digest(), actual, diffId));
      return new Check(Subject.DIFF_ID, diffId.digest(), -1, problem);
    } catch (IOException e) {
      in.drain();
      return new Check(
          Subject.DIFF_ID,
          diffId.digest(),
          -1,
          Optional.of("layer %s cannot be unpacked: %s".formatted(blob.digest(), reason(e))));
    }
  }

  private static Digest hashDecoded(InputStream blob) throws IOException {
    BufferedInputStream in = new BufferedInputStream(blob, BlobIntake.BUFFER_BYTES);
    in.mark(BlobEncoding.HEAD_BYTES);
    byte[] head = in.readNBytes(BlobEncoding.HEAD_BYTES);
    in.reset();
    // not closed: the caller drains and closes the blob
    @SuppressWarnings("resource")
    InputStream tar = BlobEncoding.of(head).decode(in);
    MessageDigest hash = Sha256.create();
    byte[] buffer = new byte[BlobIntake.BUFFER_BYTES];
    for (int n = tar.read(buffer); n >= 0; n = tar.read(buffer)) {
      hash.update(buffer, 0, n);
    }
    return Digest.ofSha256(hash.digest());
  }

  private static String reason(IOException e) {
    return e.getMessage() == null ? e.toString() : e.getMessage();
  }

  private static Check sound(Subject subject, Descriptor descriptor) {
    return new Check(subject, descriptor.digest(), descriptor.sizeBytes(), Optional.empty());
  }

  private static Check failed(Subject subject, Descriptor descriptor, String problem) {
    return new Check(subject, descriptor.digest(), descriptor.sizeBytes(), Optional.of(problem));
  }

  /** Remembers the fault of the stream below it, which a decoder may hide or wrap. */
  private static final class Watched extends ForwardInputStream {
    private IOException fault;

    Watched(InputStream in) {
      super(in);
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      try {
        return in.read(buffer, offset, length);
      } catch (IOException e) {
        fault = e;
        throw e;
      }
    }

    /** Reads to the end; throws what was wrong at any time. */
    void drain() throws IOException {
      if (fault == null) {
        transferTo(OutputStream.nullOutputStream());
      }
      if (fault != null) {
        throw fault;
      }
    }
  }
}
