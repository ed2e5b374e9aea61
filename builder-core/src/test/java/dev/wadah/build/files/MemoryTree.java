package dev.wadah.build.files;

import dev.wadah.layer.FileNode;
import dev.wadah.layer.FileNode.Identity;
import dev.wadah.layer.FileTree;
import dev.wadah.posix.PathBytes;
import java.io.ByteArrayInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A tree in memory, made from lines such as {@code dir /d 0700 3:4}, {@code file /d/f 0644 0:0
 * text}, {@code link /l target}, {@code same /d/g /d/f} (hard link), {@code fifo /p}, {@code socket
 * /s}, {@code cap /d/f 0102}; mode, owner and text may be left out. Missing parents are made.
 */
final class MemoryTree implements FileTree {
  /** Time of every file: not a whole second, to see what becomes of it. */
  static final long MTIME_NANOS = 946_684_798_123_456_789L;

  private final Map<String, FileNode> nodes = new TreeMap<>(PathBytes::comparePaths);
  private final Map<String, byte[]> contents = new TreeMap<>();
  private long lastInode;

  MemoryTree() {
    nodes.put("/", node(FileNode.Type.DIRECTORY, 0755, 0, 0, "", 0));
  }

  static MemoryTree of(String lines) {
    MemoryTree tree = new MemoryTree();
    lines.lines().map(String::strip).filter(line -> !line.isEmpty()).forEach(tree::add);
    return tree;
  }

  private void add(String line) {
    String[] words = line.split(" ", 5);
    String path = words[1];
    int mode = words.length > 2 ? mode(words[2]) : -1;
    String[] ids = (words.length > 3 ? words[3] : "0:0").split(":", -1);
    int uid = Integer.parseInt(ids[0]);
    int gid = Integer.parseInt(ids[1]);
    parents(path);
    switch (words[0]) {
      case "dir" -> put(path, FileNode.Type.DIRECTORY, mode < 0 ? 0755 : mode, uid, gid);
      case "fifo" -> put(path, FileNode.Type.FIFO, 0644, 0, 0);
      case "socket" -> put(path, FileNode.Type.SOCKET, 0755, 0, 0);
      case "link" -> nodes.put(path, node(FileNode.Type.SYMLINK, 0777, 0, 0, words[2], 0));
      case "same" -> same(path, words[2]);
      case "cap" -> capability(path, words[2]);
      case "file" -> {
        byte[] text = words.length > 4 ? words[4].getBytes(StandardCharsets.UTF_8) : new byte[0];
        file(path, mode < 0 ? 0644 : mode, uid, gid, text);
      }
      default -> throw new IllegalArgumentException(line);
    }
  }

  private static int mode(String text) {
    return text.matches("[0-7]+") ? Integer.parseInt(text, 8) : -1;
  }

  MemoryTree file(String path, int mode, int uid, int gid, byte[] content) {
    parents(path);
    nodes.put(path, node(FileNode.Type.FILE, mode, uid, gid, "", content.length));
    contents.put(path, content);
    return this;
  }

  private void same(String path, String other) {
    FileNode old = nodes.get(other);
    long inode = old.identity().inode() == 0 ? ++lastInode : old.identity().inode();
    FileNode shared = with(old, new Identity(0, inode, old.identity().xattrs()));
    nodes.put(other, shared);
    nodes.put(path, shared);
    contents.put(path, contents.get(other));
  }

  private void capability(String path, String value) {
    nodes.computeIfPresent(
        path,
        (p, node) ->
            with(
                node,
                new Identity(
                    0,
                    node.identity().inode(),
                    Map.of(
                        "security.capability",
                        value.getBytes(StandardCharsets.UTF_8),
                        "user.other",
                        new byte[] {1}))));
  }

  private static FileNode with(FileNode n, Identity identity) {
    return new FileNode(
        n.type(), n.mode(), n.uid(), n.gid(), n.sizeBytes(), n.mtimeNanos(), n.link(), identity);
  }

  private void put(String path, FileNode.Type type, int mode, int uid, int gid) {
    nodes.put(path, node(type, mode, uid, gid, "", 0));
  }

  private void parents(String path) {
    for (String p = TreePath.parent(path); p.length() > 1; p = TreePath.parent(p)) {
      nodes.putIfAbsent(p, node(FileNode.Type.DIRECTORY, 0755, 0, 0, "", 0));
    }
  }

  private static FileNode node(
      FileNode.Type type, int mode, int uid, int gid, String link, long size) {
    return new FileNode(type, mode, uid, gid, size, MTIME_NANOS, link, Identity.PLAIN);
  }

  @Override
  public Optional<FileNode> find(String path) {
    return Optional.ofNullable(nodes.get(path));
  }

  @Override
  public List<String> list(String path) {
    List<String> names = new ArrayList<>();
    for (String other : nodes.keySet()) {
      if (other.length() > 1 && TreePath.parent(other).equals(path)) {
        names.add(TreePath.name(other));
      }
    }
    return names;
  }

  @Override
  public InputStream open(String path) throws IOException {
    byte[] content = contents.get(path);
    if (content == null) {
      throw new FileNotFoundException(path);
    }
    return new ByteArrayInputStream(content);
  }
}
