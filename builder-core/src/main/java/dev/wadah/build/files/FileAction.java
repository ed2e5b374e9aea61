package dev.wadah.build.files;

import java.util.List;
import java.util.Optional;

/** One change to a root file system; a COPY or ADD is one or several of them in one layer. */
public sealed interface FileAction {

  /**
   * Copies from an input tree.
   *
   * @param input which input of the op the sources are in, 0-based, the root not counted
   * @param sources paths in it, expanded; may hold wildcards
   * @param destination absolute path in the root; ends in / when a directory is meant
   * @param options the flags
   */
  record Copy(int input, List<String> sources, String destination, Options options)
      implements FileAction {
    public Copy {
      sources = List.copyOf(sources);
    }
  }

  /**
   * Writes an inline file, of a here-document.
   *
   * @param name file name, used where the destination is a directory
   * @param content the bytes
   */
  @SuppressWarnings(
      "ArrayRecordComponent") // actions are keyed by their ingredients, never compared
  record Write(String name, byte[] content, String destination, Options options)
      implements FileAction {}

  /**
   * Makes a directory with its parents, as WORKDIR does.
   *
   * @param path absolute
   * @param owner USER at that point, unresolved; empty: root
   */
  record MakeDirectory(String path, String owner) implements FileAction {}

  /**
   * Flags of a copy.
   *
   * @param chown user[:group], unresolved; empty: see {@code keepOwner}
   * @param chmod octal or symbolic
   * @param keepOwner whether owners of the source stay (COPY --from), else all is root's
   * @param parents {@code --parents}
   * @param excludes {@code --exclude} patterns
   * @param unpack what happens to archives
   * @param fixedMode mode of files that come from a URL (0600); empty: the source's
   */
  record Options(
      Optional<String> chown,
      Optional<String> chmod,
      boolean keepOwner,
      boolean parents,
      List<String> excludes,
      Unpack unpack,
      Optional<Integer> fixedMode) {
    /** No flag: all is root's, archives stay archives. */
    public static final Options NONE =
        new Options(
            Optional.empty(),
            Optional.empty(),
            false,
            false,
            List.of(),
            Unpack.NEVER,
            Optional.empty());

    public Options {
      excludes = List.copyOf(excludes);
    }
  }

  /** What happens to archives among the sources. */
  enum Unpack {
    /** They are copied (COPY, ADD --unpack=false, ADD of a URL). */
    NEVER,
    /** They are unpacked when they are one by content, else copied (ADD). */
    IF_ARCHIVE
  }
}
