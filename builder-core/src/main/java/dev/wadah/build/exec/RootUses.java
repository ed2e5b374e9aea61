package dev.wadah.build.exec;

import dev.wadah.build.BuildRequest.OutputRequest;
import dev.wadah.build.graph.Op;
import dev.wadah.build.graph.Vertex;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which roots a build needs as files on the disk, whatever is found in the cache: those that a
 * process is started on after a step, and all when an output is made of files. A COPY on such a
 * root need not be careful with what it unpacks; every other one should not unpack anything.
 */
final class RootUses {
  private final Set<Vertex> unpacked;
  private final boolean all;

  private RootUses(Set<Vertex> unpacked, boolean all) {
    this.unpacked = unpacked;
    this.all = all;
  }

  /** The uses of one build. */
  static RootUses of(List<Vertex> vertices, List<OutputRequest> outputs) {
    Set<Vertex> unpacked = new HashSet<>();
    for (Vertex vertex : vertices) {
      if (vertex.op() instanceof Op.Exec) {
        for (Vertex input : vertex.inputs()) {
          add(input, unpacked);
        }
      }
    }
    boolean files = false;
    for (OutputRequest output : outputs) {
      files |= output.type().equals("tar") || output.type().equals("local");
    }
    return new RootUses(unpacked, files);
  }

  /** A step and all that its root was made by; the root is the first input of each. */
  private static void add(Vertex vertex, Set<Vertex> unpacked) {
    Vertex at = vertex;
    while (at.op() instanceof Op.File && unpacked.add(at)) {
      at = at.inputs().get(0);
    }
  }

  /** Whether the root that this step changes is going to be unpacked. */
  boolean isUnpacked(Vertex step) {
    return all || unpacked.contains(step);
  }
}
