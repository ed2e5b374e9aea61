package dev.wadah.build.explain;

import dev.wadah.build.files.FileList;
import dev.wadah.oci.Digest;
import java.util.List;

/**
 * What is remembered of a step that was done once.
 *
 * @param key its content key, under which its record lies
 * @param text the instruction as the Dockerfile has it, nothing expanded
 * @param root where its root came from
 * @param facts of its key, in order
 * @param files what it read, one list for each fact {@code files}
 */
record StepMemory(Digest key, String text, Root root, List<Fact> facts, List<FileList> files) {
  StepMemory {
    facts = List.copyOf(facts);
    files = List.copyOf(files);
  }

  /**
   * Where a root came from.
   *
   * @param platform empty for a root from scratch
   * @param image the name of the image that the step stands on; empty when it stands on another
   *     step
   * @param digest of that name's manifest or index; empty when there is none
   */
  record Root(String platform, String image, String digest) {}
}
