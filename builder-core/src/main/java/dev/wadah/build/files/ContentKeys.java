package dev.wadah.build.files;

import dev.wadah.layer.FileNode;
import dev.wadah.layer.FileTree;
import dev.wadah.oci.Digest;
import dev.wadah.oci.Sha256;
import dev.wadah.posix.PathBytes;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes the content key of a copy: of every file that it takes the name, type, mode, content, link
 * target and capability. What does not count (docker-behaviours 26): times; owners and the modes of
 * directories, unless they are kept by the copy; whether two equal files are hard links.
 */
final class ContentKeys implements SourceWalk.Visitor {
  /** Changes whenever the meaning of a key does. */
  private static final String VERSION = "copy 2";

  private static final int GROUP_WRITE = 020;

  private final FileTree tree;
  private final boolean owners;
  private final List<Item> items = new ArrayList<>();
  private final List<String> files = new ArrayList<>();

  private record Item(String name, String path, FileNode node) {}

  ContentKeys(FileTree tree, boolean owners) {
    this.tree = tree;
    this.owners = owners;
  }

  /** The key of what {@code copy} reads. */
  Digest key(FileAction.Copy copy) throws IOException, FileActionException {
    SourceWalk walk = new SourceWalk(tree, SourceWalk.excludes(copy.options()), this);
    Sources sources = new Sources(tree, copy.options());
    for (String word : copy.sources()) {
      mark(word);
      for (Sources.Source source : sources.find(word)) {
        mark(TreePath.name(source.name()));
        walk.walk(source);
      }
    }
    return digest(contents());
  }

  /** Keeps the files of one source apart from those of the next. */
  private void mark(String name) {
    items.add(new Item(TreePath.name(TreePath.clean(name)), "", null));
  }

  @Override
  public void visit(String relative, String path, FileNode node) {
    if (node.type() == FileNode.Type.SOCKET) {
      return;
    }
    items.add(new Item(relative, path, node));
    if (node.isFile()) {
      files.add(path);
    }
  }

  private List<Digest> contents() throws IOException {
    if (tree instanceof DigestedTree digested) {
      return digested.contentDigests(files);
    }
    List<Digest> digests = new ArrayList<>(files.size());
    byte[] buffer = new byte[1 << 16];
    for (String file : files) {
      MessageDigest sha = Sha256.create();
      try (InputStream in = tree.open(file)) {
        for (int n; (n = in.read(buffer)) >= 0; ) {
          sha.update(buffer, 0, n);
        }
      }
      digests.add(Digest.ofSha256(sha.digest()));
    }
    return digests;
  }

  private Digest digest(List<Digest> contents) {
    MessageDigest sha = Sha256.create();
    text(sha, VERSION);
    int file = 0;
    for (Item item : items) {
      text(sha, item.name);
      FileNode node = item.node;
      if (node == null) {
        sha.update((byte) '|');
        continue;
      }
      text(sha, node.type().name());
      attributes(sha, node);
      if (node.isFile()) {
        text(sha, contents.get(file++).hex());
      }
    }
    return Digest.ofSha256(sha.digest());
  }

  private void attributes(MessageDigest sha, FileNode node) {
    ByteBuffer numbers = ByteBuffer.allocate(24);
    numbers.putInt(mode(node));
    numbers.putInt(owners ? node.uid() : 0).putInt(owners ? node.gid() : 0);
    numbers.putLong(node.identity().device());
    sha.update(numbers.array());
    text(sha, node.link());
    byte[] capability = node.identity().xattrs().get(Nodes.CAPABILITY);
    if (capability != null) {
      sha.update((byte) 'c');
      sha.update(capability);
    }
  }

  /**
   * What counts of a mode. Some users' umask lets their group write (002, where most have 022), and
   * so Git makes 0664 or 0775 of what it makes 0644 or 0755 of elsewhere; checkouts shall not
   * differ by that. Other bits count, such as those of 0600: an image would notice.
   */
  private int mode(FileNode node) {
    if (node.isSymlink() || (node.isDirectory() && !owners)) {
      return 0;
    }
    boolean usual = node.mode() == 0664 || node.mode() == 0775;
    return usual && !owners ? node.mode() & ~GROUP_WRITE : node.mode();
  }

  private static void text(MessageDigest sha, String text) {
    sha.update(PathBytes.encode(text));
    sha.update((byte) 0);
  }
}
