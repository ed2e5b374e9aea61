package dev.wadah.image;

import dev.wadah.content.ContentStore;
import dev.wadah.content.Store;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.DiffId;
import dev.wadah.oci.Digest;
import dev.wadah.oci.ImageConfig;
import dev.wadah.oci.ImageReference;
import dev.wadah.oci.Index;
import dev.wadah.oci.Manifest;
import dev.wadah.oci.MediaTypes;
import dev.wadah.oci.OciJson;
import dev.wadah.posix.FileStatus;
import dev.wadah.posix.Posix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The images of a store as a collector sees them: what leads to content, and what to. */
public final class ImageInventory {
  private final ContentStore content;
  private final ImageNames names;
  private final ImageIds ids;
  private final ImageReader reader;
  private final Path room;

  /** Over a store that was opened to {@link Store.Looks#LEAVE_NO_TRACE}. */
  public ImageInventory(Store store, ContentStore content) throws IOException {
    this.content = content;
    this.names = new ImageNames(store);
    this.ids = new ImageIds(store);
    this.reader = new ImageReader(content);
    this.room = store.room("images");
  }

  /**
   * What leads to a manifest or index.
   *
   * @param name of a name's record
   * @param id of an id's record; one of the two is there
   * @param usedNanos when the record was last written or used, since 1970
   */
  public record Root(
      Optional<ImageReference> name, Optional<Digest> id, Descriptor target, long usedNanos) {}

  /** What a root leads to; content need not be here. */
  public record Reach(Set<Digest> blobs, Set<DiffId> layers, List<Image> images) {}

  /** All names and ids. */
  public List<Root> roots() throws IOException {
    List<Root> roots = new ArrayList<>();
    for (Map.Entry<String, Descriptor> entry : names.all().entrySet()) {
      ImageReference name = ImageReference.parse(entry.getKey());
      roots.add(
          new Root(
              Optional.of(name), Optional.empty(), entry.getValue(), used(names.record(name))));
    }
    for (Map.Entry<Digest, Descriptor> entry : ids.all().entrySet()) {
      Path record = ids.record(entry.getKey());
      roots.add(
          new Root(Optional.empty(), Optional.of(entry.getKey()), entry.getValue(), used(record)));
    }
    return roots;
  }

  private static long used(Path record) throws IOException {
    FileStatus status = FileStatus.of(record.toString());
    return status == null ? 0 : status.mtimeNanos();
  }

  /**
   * Removes what leads to an image, unless it leads elsewhere by now or was used after {@code
   * olderThanNanos}; called behind the gate of {@link dev.wadah.content.Leases.Round#sweep}.
   *
   * @return whether it is gone
   */
  public boolean remove(Root root, long olderThanNanos) throws IOException {
    boolean named = root.name().isPresent();
    Path record = named ? names.record(root.name().get()) : ids.record(root.id().orElseThrow());
    Optional<Descriptor> now =
        named ? names.get(root.name().get()) : ids.get(root.id().orElseThrow());
    if (now.isEmpty()) {
      return true;
    }
    if (!now.get().equals(root.target()) || used(record) >= olderThanNanos) {
      return false;
    }
    return named ? names.remove(root.name().get()) : ids.remove(root.id().orElseThrow());
  }

  /** Everything that a manifest or index leads to; what is damaged leads nowhere. */
  public Reach reach(Descriptor target) throws IOException {
    Reach reach = new Reach(new HashSet<>(), new HashSet<>(), new ArrayList<>());
    follow(target, 0, reach);
    return reach;
  }

  private void follow(Descriptor target, int depth, Reach reach) throws IOException {
    boolean isNew = reach.blobs().add(target.digest());
    if (!isNew || depth > ImageReader.MAX_INDEX_DEPTH || !content.has(target.digest())) {
      return;
    }
    if (MediaTypes.isIndex(target.mediaType())) {
      Index index;
      try {
        index = reader.index(target);
      } catch (ImageException e) {
        return; // store verify tells of it; what it led to cannot be known
      }
      for (Descriptor entry : index.manifests()) {
        follow(entry, depth + 1, reach);
      }
      return;
    }
    followManifest(target, reach);
  }

  private void followManifest(Descriptor target, Reach reach) throws IOException {
    Manifest manifest;
    byte[] bytes = content.read(target.digest());
    try {
      manifest = ImageReader.manifest(target, bytes);
    } catch (ImageException e) {
      return; // as above
    }
    reach.blobs().add(manifest.config().digest());
    manifest.layers().forEach(layer -> reach.blobs().add(layer.digest()));
    if (!MediaTypes.isImageConfig(manifest.config().mediaType())
        || !content.has(manifest.config().digest())) {
      return;
    }
    byte[] configBytes = content.read(manifest.config().digest());
    try {
      ImageConfig config = OciJson.parseConfig(configBytes);
      reach.layers().addAll(config.diffIds());
      reach.images().add(new Image(target, manifest, config, bytes, configBytes));
    } catch (IllegalArgumentException e) {
      // A damaged config names no layers; their blobs are kept by the manifest.
    }
  }

  /**
   * A compressed form of a layer that was made for a push.
   *
   * @param record the file that remembers it
   */
  public record Form(Path record, DiffId layer, Digest blob, long usedNanos) {}

  /** All compressed forms. */
  public List<Form> forms() throws IOException {
    List<Form> forms = new ArrayList<>();
    for (Path record : files(room.resolve("compressed"))) {
      String name = record.getFileName().toString();
      Optional<byte[]> text = new RecordFiles(room).read(record);
      if (name.indexOf('-') == 64 && Digest.isLowerHex(name.substring(0, 64)) && text.isPresent()) {
        DiffId layer = new DiffId(new Digest("sha256", name.substring(0, 64)));
        Digest blob = OciJson.parseDescriptor(text.get()).digest();
        forms.add(new Form(record, layer, blob, used(record)));
      }
    }
    return forms;
  }

  /** Where each manifest or blob came from: the records by what they are about. */
  public Map<Path, Digest> sources() throws IOException {
    Map<Path, Digest> sources = new java.util.TreeMap<>();
    for (Path record : files(room.resolve("sources"))) {
      String name = record.getFileName().toString();
      if (name.length() == 64 && Digest.isLowerHex(name)) {
        sources.put(record, new Digest("sha256", name));
      }
    }
    return sources;
  }

  /** Leftover drafts of records. */
  public List<Path> drafts() throws IOException {
    return files(room.resolve("tmp"));
  }

  private static List<Path> files(Path folder) throws IOException {
    List<Path> files = new ArrayList<>();
    String[] found = Files.isDirectory(folder) ? Posix.names(Posix.CWD, folder.toString()) : null;
    for (String name : found == null ? new String[0] : found) {
      files.add(folder.resolve(name));
    }
    return files;
  }
}
