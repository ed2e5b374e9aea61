package dev.wadah.build.files;

import dev.wadah.build.files.OwnerNames.Owner;
import dev.wadah.layer.FileNode;
import dev.wadah.layer.FileTree;
import dev.wadah.layer.LayerEntries;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Performs file actions on trees. Stateless. */
public final class FileActions {
  private static final int INLINE_MODE = 0644;
  private static final int DIRECTORY_MODE = 0755;

  private FileActions() {}

  /**
   * The layer that the actions make on top of {@code root}, in canonical order, parents of new
   * files included with the attributes they have in {@code root}. Directories that are copied to
   * where nothing is are read while the entries are used.
   *
   * @param root the state before; never changed
   * @param inputs trees that copies read
   * @throws FileActionException if an action is impossible, such as a missing source
   */
  public static LayerEntries apply(FileTree root, List<FileTree> inputs, List<FileAction> actions)
      throws IOException, FileActionException {
    TargetTree target = new TargetTree(root);
    OwnerNames names = new OwnerNames(root);
    for (FileAction action : actions) {
      if (action instanceof FileAction.Copy copy) {
        FileTree input = inputs.get(copy.input());
        step(target, input, copy.options(), names).copy(copy);
      } else if (action instanceof FileAction.Write write) {
        write(target, root, write, names);
      } else if (action instanceof FileAction.MakeDirectory directory) {
        makeDirectory(target, root, directory, names);
      }
    }
    return target.entries();
  }

  private static CopyStep step(
      TargetTree target, FileTree input, FileAction.Options options, OwnerNames names)
      throws IOException, FileActionException {
    Optional<Owner> owner =
        options.chown().isEmpty() || options.chown().get().isEmpty()
            ? Optional.empty()
            : Optional.of(names.resolve(options.chown().get()));
    return new CopyStep(target, input, options, owner);
  }

  private static void write(
      TargetTree target, FileTree root, FileAction.Write write, OwnerNames names)
      throws IOException, FileActionException {
    CopyStep step = step(target, root, write.options(), names);
    byte[] content = write.content();
    FileNode node = Nodes.file(INLINE_MODE, new Owner(0, 0), content.length);
    String name = TreePath.clean(write.name());
    step.write(
        new Sources.Source(write.name(), name, name, node, Optional.empty()),
        write.destination(),
        () -> new ByteArrayInputStream(content));
  }

  private static void makeDirectory(
      TargetTree target, FileTree root, FileAction.MakeDirectory action, OwnerNames names)
      throws IOException, FileActionException {
    Optional<Owner> owner =
        action.owner().isEmpty() ? Optional.empty() : Optional.of(names.resolve(action.owner()));
    new CopyStep(target, root, FileAction.Options.NONE, owner)
        .makeDirectories(target.resolve("/", action.path()), DIRECTORY_MODE);
  }

  /** The content key of what a copy reads from {@code input}. */
  public static FilesKey filesKey(FileTree input, FileAction.Copy copy)
      throws IOException, FileActionException {
    return filesKey(input, copy, new ReadCount(ReadCount.Listener.NONE));
  }

  /** As {@link #filesKey(FileTree, FileAction.Copy)}; {@code count} hears of what is read. */
  public static FilesKey filesKey(FileTree input, FileAction.Copy copy, ReadCount count)
      throws IOException, FileActionException {
    return new ContentKeys(input, copy.options().keepOwner(), count).key(copy);
  }

  /** Whether an owner, {@code user[:group]}, has a name that only /etc of a root can tell. */
  public static boolean isNamed(String owner) {
    return OwnerNames.isNamed(owner);
  }
}
