package dev.wadah.build.files;

import dev.wadah.layer.FileTree;
import dev.wadah.layer.LayerEntry;
import dev.wadah.oci.Digest;
import java.io.IOException;
import java.util.List;

/** Performs file actions on trees. Stateless. */
public final class FileActions {
  private FileActions() {}

  /**
   * The layer that the actions make on top of {@code root}, in canonical order, parents of new
   * files included with the attributes they have in {@code root}.
   *
   * @param root the state before; never changed
   * @param inputs trees that copies read
   * @throws FileActionException if an action is impossible, such as a missing source
   */
  public static List<LayerEntry> apply(
      FileTree root, List<FileTree> inputs, List<FileAction> actions)
      throws IOException, FileActionException {
    throw new IllegalStateException("pending");
  }

  /**
   * The content key of what a copy reads from {@code input}: names, types, modes of files, content,
   * link targets; no times, and owners only where {@code keepOwner} is set.
   */
  public static Digest contentKey(FileTree input, FileAction.Copy copy)
      throws IOException, FileActionException {
    throw new IllegalStateException("pending");
  }
}
