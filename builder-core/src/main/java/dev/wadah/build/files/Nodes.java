package dev.wadah.build.files;

import dev.wadah.build.files.OwnerNames.Owner;
import dev.wadah.layer.FileNode;
import dev.wadah.layer.FileNode.Identity;
import java.util.Map;

/** Makes the attributes of files in a layer. */
final class Nodes {
  /**
   * The time of what a build itself makes, so that equal builds give equal layers: the beginning of
   * 1980-01-02, the first day that zip archives can hold in every time zone.
   */
  static final long MADE_NANOS = 315_619_200L * 1_000_000_000L;

  private static final long SECOND = 1_000_000_000L;

  /** The only extended attribute that a layer keeps (docker-behaviours 34). */
  static final String CAPABILITY = "security.capability";

  private Nodes() {}

  static FileNode directory(int mode, Owner owner) {
    return node(FileNode.Type.DIRECTORY, mode, owner, 0);
  }

  static FileNode file(int mode, Owner owner, long sizeBytes) {
    return node(FileNode.Type.FILE, mode, owner, sizeBytes);
  }

  private static FileNode node(FileNode.Type type, int mode, Owner owner, long sizeBytes) {
    return new FileNode(
        type, mode, owner.uid(), owner.gid(), sizeBytes, MADE_NANOS, "", Identity.PLAIN);
  }

  /** A copy with another mode and owner; times lose what is below a second. */
  static FileNode copy(FileNode node, int mode, Owner owner) {
    return new FileNode(
        node.type(),
        mode,
        owner.uid(),
        owner.gid(),
        node.sizeBytes(),
        Math.floorDiv(node.mtimeNanos(), SECOND) * SECOND,
        node.link(),
        identity(node.identity()));
  }

  private static Identity identity(Identity identity) {
    byte[] capability = identity.xattrs().get(CAPABILITY);
    if (capability == null && identity.device() == 0) {
      return Identity.PLAIN;
    }
    Map<String, byte[]> xattrs = capability == null ? Map.of() : Map.of(CAPABILITY, capability);
    return new Identity(identity.device(), 0, xattrs);
  }
}
