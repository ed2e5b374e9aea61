package dev.wadah.build.files;

import dev.wadah.layer.FileNode;
import dev.wadah.layer.FileTree;
import dev.wadah.posix.NativeSha256;
import dev.wadah.posix.PathBytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
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
  private static final String VERSION = "copy 3";

  /** Items whose contents are asked for together: enough for threads, few enough for memory. */
  private static final int BATCH = 4096;

  /** Bytes of items that were taken together, above which no more are gathered. */
  private static final int MANY_BYTES = 1 << 20;

  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

  private static final byte[] END = {0};

  private final FileTree tree;
  private final boolean owners;
  private final ReadCount count;
  private final MessageDigest sha = new NativeSha256();
  private final byte[] gathered = new byte[1 << 14];
  private int used;

  /** Modes of all items, apart from the rest, because they have two forms. */
  private final ByteArrayOutputStream modes = new ByteArrayOutputStream(1 << 10);

  private final List<Item> items = new ArrayList<>();
  private final List<String> files = new ArrayList<>();

  private final KeyItems many = new KeyItems();
  private int manyBytes;

  /** What is remembered of the files, should the copy have to be done. */
  private final FileListing listing = new FileListing();

  /**
   * A file, the path of a source ({@code node} is null), or several files ({@code name} is null).
   */
  private record Item(String name, FileNode node, KeyItems.Taken several) {}

  ContentKeys(FileTree tree, boolean owners, ReadCount count) {
    this.tree = tree;
    this.count = count;
    this.owners = owners;
  }

  /** The key of what {@code copy} reads. Once only. */
  FilesKey key(FileAction.Copy copy) throws IOException, FileActionException {
    text(VERSION);
    SourceWalk walk = new SourceWalk(tree, SourceWalk.excludes(copy.options()), this);
    Sources sources = new Sources(tree, copy.options());
    for (String word : copy.sources()) {
      // as the Dockerfile has it, which is nobody's path: variables may stand in it
      mark(TreePath.name(TreePath.clean(word)));
      for (Sources.Source source : sources.find(word)) {
        mark(TreePath.clean(source.name()));
        walk.walk(source);
      }
    }
    take();
    sha.update(gathered, 0, used);
    return new FilesKey(sha.digest(), modes.toByteArray(), listing);
  }

  /** Keeps the files of one source apart from those of the next, by the last part of its path. */
  private void mark(String name) {
    items.add(new Item(name, null, null));
  }

  @Override
  public void visit(String relative, String path, FileNode node) throws IOException {
    if (node.type() == FileNode.Type.SOCKET) {
      return;
    }
    items.add(new Item(relative, node, null));
    count.files(1);
    if (node.isFile()) {
      files.add(path);
    }
    if (items.size() >= BATCH) {
      take();
    }
  }

  @Override
  public int takes(String relative, FileTree.Children children, int index) throws IOException {
    if (owners || !(children instanceof DigestedChildren digested)) {
      return 0;
    }
    int taken = digested.take(index, relative, many);
    if (taken > 0) {
      count.files(taken);
      items.add(new Item(null, null, many.takeAll()));
      manyBytes += items.get(items.size() - 1).several.bytes().length;
      if (items.size() >= BATCH || manyBytes >= MANY_BYTES) {
        take();
      }
    }
    return taken;
  }

  private byte[] contents() throws IOException {
    if (tree instanceof DigestedTree digested) {
      return digested.contentHashes(files, count);
    }
    byte[] hashes = new byte[files.size() * DigestedTree.HASH_BYTES];
    byte[] buffer = new byte[1 << 16];
    int at = 0;
    for (String file : files) {
      MessageDigest content = new NativeSha256();
      try (InputStream in = tree.open(file)) {
        for (int n; (n = in.read(buffer)) >= 0; ) {
          requireNotInterrupted();
          content.update(buffer, 0, n);
          count.bytes(n);
        }
      }
      System.arraycopy(content.digest(), 0, hashes, at, DigestedTree.HASH_BYTES);
      at += DigestedTree.HASH_BYTES;
    }
    return hashes;
  }

  private static void requireNotInterrupted() throws InterruptedIOException {
    if (Thread.currentThread().isInterrupted()) {
      throw new InterruptedIOException("interrupted while hashing");
    }
  }

  /** Takes what was gathered into the key. */
  private void take() throws IOException {
    requireNotInterrupted();
    byte[] hashes = contents();
    int at = 0;
    for (Item item : items) {
      if (item.several != null) {
        put(item.several.bytes());
        modes.writeBytes(item.several.modes());
        listing.add(item.several);
        continue;
      }
      FileNode node = item.node;
      if (node == null) {
        text(TreePath.name(item.name));
        put(new byte[] {'|'});
        if (item.name.startsWith("/")) {
          listing.source(item.name);
        }
        continue;
      }
      byte[] name = PathBytes.encode(item.name);
      put(name);
      put(END);
      text(node.type().name());
      attributes(node);
      listing.add(name, node, mode(node), owners, hashes, at);
      if (node.isFile()) {
        hex(hashes, at);
        at += DigestedTree.HASH_BYTES;
      }
    }
    items.clear();
    files.clear();
    manyBytes = 0;
  }

  private void hex(byte[] hashes, int from) {
    byte[] text = new byte[2 * DigestedTree.HASH_BYTES + 1];
    for (int i = 0; i < DigestedTree.HASH_BYTES; i++) {
      text[2 * i] = HEX[hashes[from + i] >> 4 & 0xf];
      text[2 * i + 1] = HEX[hashes[from + i] & 0xf];
    }
    put(text);
  }

  private void attributes(FileNode node) {
    int mode = mode(node);
    modes.write(mode >> 8);
    modes.write(mode);
    ByteBuffer numbers = ByteBuffer.allocate(16);
    numbers.putInt(owners ? node.uid() : 0).putInt(owners ? node.gid() : 0);
    numbers.putLong(node.identity().device());
    put(numbers.array());
    text(node.link());
    byte[] capability = node.identity().xattrs().get(Nodes.CAPABILITY);
    if (capability != null) {
      put(new byte[] {'c'});
      put(capability);
    }
  }

  /** What counts of a mode, and whether a umask may have made it. */
  private int mode(FileNode node) {
    if (node.isSymlink() || (node.isDirectory() && !owners)) {
      return FilesKey.FIXED;
    }
    return node.isFile() && !owners ? node.mode() : node.mode() | FilesKey.FIXED;
  }

  private void text(String text) {
    put(PathBytes.encode(text));
    put(END);
  }

  /** Gathers what would be many small calls of the hash. */
  private void put(byte[] bytes) {
    if (bytes.length > gathered.length - used) {
      sha.update(gathered, 0, used);
      used = 0;
    }
    if (bytes.length > gathered.length) {
      sha.update(bytes);
    } else {
      System.arraycopy(bytes, 0, gathered, used, bytes.length);
      used += bytes.length;
    }
  }
}
