package dev.wadah.cli.container;

import java.nio.file.Path;
import java.util.List;

/** Something that {@code -v}, {@code --mount} or {@code --tmpfs} attaches to a container. */
sealed interface Attachment {
  /** Absolute path in the container. */
  String target();

  /**
   * A file or directory of this machine.
   *
   * @param missing what happens when the source is not there
   */
  record Bind(Path source, String target, boolean readOnly, Missing missing)
      implements Attachment {}

  /** A volume; an empty name means a fresh one that goes with the container. */
  record Volume(String name, String target, boolean readOnly) implements Attachment {}

  /**
   * Memory.
   *
   * @param sizeBytes 0: half of the machine's
   * @param options for the kernel, such as noexec
   */
  record Tmpfs(String target, long sizeBytes, int mode, List<String> options)
      implements Attachment {}

  /** What happens when a bind mount's source is not there. */
  enum Missing {
    /** A directory is made ({@code -v}). */
    MADE,
    /** It is an error ({@code --mount}). */
    REFUSED
  }
}
