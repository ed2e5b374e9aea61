package dev.wadah.image.archive;

import dev.wadah.content.ContentStore;
import dev.wadah.image.Image;
import dev.wadah.image.ImageException;
import dev.wadah.image.ImageReader;
import dev.wadah.image.ImageStore;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.Digest;
import dev.wadah.oci.ImageReference;
import dev.wadah.oci.Index;
import dev.wadah.oci.MediaTypes;
import dev.wadah.oci.OciJson;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Writes images as OCI image layouts (image-spec image-layout.md), a tar or a folder, and as the
 * archives of {@code docker save}, which since docker 25 are such layouts with a {@code
 * manifest.json}. All documents and blobs are written in their original bytes.
 */
public final class ImageExporter {
  private static final byte[] OCI_LAYOUT =
      "{\"imageLayoutVersion\":\"1.0.0\"}".getBytes(StandardCharsets.UTF_8);

  private final ContentStore content;
  private final ImageStore images;
  private final ImageReader reader;

  public ImageExporter(ContentStore content, ImageStore images) {
    this.content = content;
    this.images = images;
    this.reader = new ImageReader(content);
  }

  /**
   * What is to be written.
   *
   * @param target a manifest or an index, with what the archive's index shall say of it
   * @param names the names to write with it
   */
  public record Export(Descriptor target, List<ImageReference> names) {
    public Export {
      names = List.copyOf(names);
    }
  }

  /** Writes a layout as a tar; {@code out} stays open. */
  public void writeOciArchive(List<Export> exports, OutputStream out) throws IOException {
    try (BlobSink sink = new BlobSink.Tar(out)) {
      sink.put("oci-layout", OCI_LAYOUT);
      sink.put("index.json", OciJson.write(index(List.of(), exports)));
      writeBlobs(exports, sink);
    }
  }

  /**
   * Writes a layout into a folder, which is made when it is not there. Images that a layout there
   * holds stay, but for those of the same names.
   */
  public void writeOciLayout(List<Export> exports, Path folder) throws IOException {
    Files.createDirectories(folder);
    try (BlobSink sink = new BlobSink.Folder(folder)) {
      Path indexFile = folder.resolve("index.json");
      List<Descriptor> present = Files.exists(indexFile) ? present(indexFile) : List.of();
      sink.put("oci-layout", OCI_LAYOUT);
      writeBlobs(exports, sink);
      sink.put("index.json", OciJson.write(index(present, exports)));
    }
  }

  private static List<Descriptor> present(Path indexFile) throws IOException {
    try {
      return OciJson.parseIndex(Files.readAllBytes(indexFile)).manifests();
    } catch (IllegalArgumentException e) {
      throw new ImageException(
          "cannot add an image to the layout at %s: %s"
              .formatted(indexFile.getParent(), e.getMessage()),
          e);
    }
  }

  /**
   * Writes a docker archive; {@code out} stays open. Of an index, every image that is here is
   * written, and the names are those of the first.
   */
  public void writeDockerArchive(List<Export> exports, OutputStream out) throws IOException {
    try (BlobSink sink = new BlobSink.Tar(out)) {
      sink.put("oci-layout", OCI_LAYOUT);
      sink.put("index.json", OciJson.write(index(List.of(), exports)));
      sink.put("manifest.json", DockerManifestJson.write(dockerManifests(exports)));
      writeBlobs(exports, sink);
    }
  }

  private List<DockerManifest> dockerManifests(List<Export> exports) throws IOException {
    List<DockerManifest> manifests = new ArrayList<>();
    for (Export export : exports) {
      List<ImageReference> names = export.names();
      for (Image image : imagesOf(export.target())) {
        List<String> layers = new ArrayList<>();
        for (Descriptor layer : image.manifest().layers()) {
          layers.add(OciArchive.blobFile(layer.digest()));
        }
        String config = OciArchive.blobFile(image.id());
        List<String> tags = names.stream().map(ImageReference::familiar).toList();
        manifests.add(new DockerManifest(config, tags, layers));
        names = List.of();
      }
    }
    return manifests;
  }

  private List<Image> imagesOf(Descriptor target) throws IOException {
    List<Image> found = new ArrayList<>();
    for (Descriptor manifest : reader.manifests(target)) {
      if (content.has(manifest.digest())) {
        found.add(reader.image(manifest));
      }
    }
    if (found.isEmpty()) {
      throw new ImageException("image %s is not on this machine".formatted(target.digest()));
    }
    return found;
  }

  private static Index index(List<Descriptor> present, List<Export> exports) {
    List<Descriptor> entries = new ArrayList<>();
    for (Export export : exports) {
      if (export.names().isEmpty()) {
        entries.add(export.target());
      }
      for (ImageReference name : export.names()) {
        Map<String, String> annotations = new TreeMap<>(export.target().annotations());
        annotations.put(OciArchive.NAME, name.toString());
        name.tag().ifPresent(tag -> annotations.put(OciArchive.REF_NAME, tag));
        entries.add(export.target().withAnnotations(annotations));
      }
    }
    List<Descriptor> all = new ArrayList<>();
    for (Descriptor old : present) {
      if (entries.stream().noneMatch(entry -> replaces(entry, old))) {
        all.add(old);
      }
    }
    all.addAll(entries);
    return new Index(MediaTypes.OCI_INDEX, all, Map.of(), Optional.empty(), Optional.empty());
  }

  private static boolean replaces(Descriptor entry, Descriptor old) {
    String name = entry.annotations().get(OciArchive.NAME);
    return name == null
        ? entry.digest().equals(old.digest())
        : name.equals(old.annotations().get(OciArchive.NAME));
  }

  private void writeBlobs(List<Export> exports, BlobSink sink) throws IOException {
    for (Export export : exports) {
      writeIndexes(export.target(), 0, sink);
      for (Image image : imagesOf(export.target())) {
        write(image.descriptor().digest(), image.manifestBytes(), sink);
        write(image.id(), image.configBytes(), sink);
        for (int i = 0; i < image.manifest().layers().size(); i++) {
          writeLayer(image, i, sink);
        }
      }
    }
  }

  private void writeIndexes(Descriptor target, int depth, BlobSink sink) throws IOException {
    if (MediaTypes.isIndex(target.mediaType())
        && depth < ImageReader.MAX_INDEX_DEPTH
        && content.has(target.digest())) {
      write(target.digest(), content.read(target.digest()), sink);
      for (Descriptor entry : reader.index(target).manifests()) {
        writeIndexes(entry, depth + 1, sink);
      }
    }
  }

  private void writeLayer(Image image, int layer, BlobSink sink) throws IOException {
    Descriptor blob = image.manifest().layers().get(layer);
    String file = OciArchive.blobFile(blob.digest());
    if (!sink.has(file, blob.sizeBytes())) {
      try (InputStream in = images.openLayer(image, layer)) {
        sink.put(file, blob.sizeBytes(), in);
      }
    }
  }

  private static void write(Digest digest, byte[] bytes, BlobSink sink) throws IOException {
    String file = OciArchive.blobFile(digest);
    if (!sink.has(file, bytes.length)) {
      sink.put(file, bytes);
    }
  }
}
