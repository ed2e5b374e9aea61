package dev.wadah.layer;

import dev.wadah.content.ContentStore;
import dev.wadah.layer.LayerRecords.Origin;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.DiffId;
import dev.wadah.posix.FileStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/** Finds layers that are no longer what their diffID says. */
final class LayerCheck {
  private final LayerRecords records;
  private final LayerTrees trees;
  private final ContentStore content;
  private final List<String> problems = new ArrayList<>();

  LayerCheck(LayerRecords records, LayerTrees trees, ContentStore content) {
    this.records = records;
    this.trees = trees;
    this.content = content;
  }

  List<String> run(List<DiffId> layers) throws IOException {
    for (DiffId layer : layers) {
      try {
        checkTree(layer);
        checkBlob(layer);
      } catch (IOException | UncheckedIOException | IllegalArgumentException e) {
        problems.add("layer %s: cannot be read: %s".formatted(layer, e.getMessage()));
      }
    }
    return problems;
  }

  private void checkTree(DiffId layer) throws IOException {
    LayerRecords.Tree tree = records.tree(layer, "");
    if (tree == null || tree.name().isEmpty()) {
      return;
    }
    if (FileStatus.of(trees.directory(tree)) == null) {
      problems.add("layer %s: its tree %s is gone".formatted(layer, trees.directory(tree)));
    } else if (tree.origin() == Origin.OWN) {
      DiffId actual = trees.diffIdOf(tree);
      if (!actual.equals(layer)) {
        problems.add(
            "layer %s: its tree %s is now %s".formatted(layer, trees.directory(tree), actual));
      }
    }
  }

  private void checkBlob(DiffId layer) throws IOException {
    Descriptor blob = records.blob(layer);
    if (blob == null || !content.has(blob.digest())) {
      return;
    }
    try (HashedInput tar = new HashedInput(Compression.decompress(content.open(blob.digest())))) {
      DiffId actual = new DiffId(tar.finish());
      if (!actual.equals(layer)) {
        problems.add("layer %s: its blob %s holds %s".formatted(layer, blob.digest(), actual));
      }
    }
  }
}
