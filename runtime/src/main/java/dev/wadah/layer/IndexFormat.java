package dev.wadah.layer;

import dev.wadah.layer.FileNode.Identity;
import dev.wadah.posix.PathBytes;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;

/**
 * A {@link LayerIndex} as bytes: a mark, then a zlib stream, whose check sum tells damage. Numbers
 * are unsigned, seven bits a byte, the lowest first; a path is the length of what it shares with
 * the path before it, and the rest.
 */
final class IndexFormat {
  private static final byte[] MARK = {'w', 'a', 'd', 'a', 'h', ' ', 'i', 'd', 'x', '1'};

  private static final int LONGEST_TEXT = 1 << 17;
  private static final long SECOND = 1_000_000_000L;
  private static final int WHITEOUT = 0;
  private static final int IMPLIED = 1;
  private static final int FIRST_TYPE = 2;
  private static final int HAS_IDENTITY = 0x40;
  private static final List<FileNode.Type> TYPES = List.of(FileNode.Type.values());

  private IndexFormat() {}

  static byte[] write(LayerIndex.Parts parts) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(1 << 14);
    bytes.writeBytes(MARK);
    // Each write to the deflater is a call into zlib, and most are of one byte.
    OutputStream deflated = new BufferedOutputStream(new DeflaterOutputStream(bytes), 1 << 13);
    try (DataOutputStream out = new DataOutputStream(deflated)) {
      Writer writer = new Writer(out);
      List<String> paths = LayerIndex.sorted(parts.nodes().keySet());
      writer.number(paths.size());
      for (String path : paths) {
        writer.path(path);
        writer.node(parts.nodes().get(path));
      }
      writer.paths(parts.opaque());
      writer.paths(parts.asked());
      writer.number(parts.contents().size());
      for (String path : LayerIndex.sorted(parts.contents().keySet())) {
        writer.path(path);
        writer.text(parts.contents().get(path), 0);
      }
    } catch (IOException e) {
      throw new IllegalStateException("writing to memory failed", e);
    }
    return bytes.toByteArray();
  }

  static LayerIndex.Parts read(byte[] bytes) {
    if (bytes.length < MARK.length || !Arrays.equals(bytes, 0, MARK.length, MARK, 0, MARK.length)) {
      throw new IllegalArgumentException("no index of a layer");
    }
    try (DataInputStream in =
        new DataInputStream(
            new BufferedInputStream(
                new InflaterInputStream(
                    new ByteArrayInputStream(bytes, MARK.length, bytes.length - MARK.length))))) {
      Reader reader = new Reader(in);
      Map<String, FileNode> nodes = new HashMap<>();
      long count = reader.number(IndexBuilder.MOST_ENTRIES);
      for (long i = 0; i < count; i++) {
        String path = reader.path();
        nodes.put(path, reader.node());
      }
      Set<String> opaque = reader.paths();
      Set<String> asked = reader.paths();
      Map<String, byte[]> contents = new HashMap<>();
      long kept = reader.number(LayerIndex.KEPT_FILES.size());
      for (long i = 0; i < kept; i++) {
        String path = reader.path();
        contents.put(path, reader.text());
      }
      if (in.read() >= 0) {
        throw new IOException("something follows its end");
      }
      return new LayerIndex.Parts(nodes, opaque, asked, contents);
    } catch (IOException | IllegalArgumentException e) {
      throw new IllegalArgumentException("a damaged index of a layer: " + e.getMessage(), e);
    }
  }

  /** Writes, remembering the last path and time. */
  private static final class Writer {
    private final DataOutputStream out;
    private byte[] last = new byte[0];
    private long lastSeconds;

    Writer(DataOutputStream out) {
      this.out = out;
    }

    void number(long value) throws IOException {
      long rest = value;
      while ((rest & ~0x7FL) != 0) {
        out.writeByte((int) ((rest & 0x7F) | 0x80));
        rest >>>= 7;
      }
      out.writeByte((int) rest);
    }

    void signed(long value) throws IOException {
      number(value << 1 ^ value >> 63);
    }

    void text(byte[] bytes, int from) throws IOException {
      number(bytes.length - from);
      out.write(bytes, from, bytes.length - from);
    }

    void path(String path) throws IOException {
      byte[] bytes = PathBytes.encode(path);
      int shared = Arrays.mismatch(bytes, last);
      shared = shared < 0 ? bytes.length : shared;
      number(shared);
      text(bytes, shared);
      last = bytes;
    }

    void paths(Set<String> paths) throws IOException {
      number(paths.size());
      for (String path : LayerIndex.sorted(paths)) {
        path(path);
      }
    }

    void node(FileNode node) throws IOException {
      if (node.equals(LayerView.WHITEOUT) || node.equals(LayerIndex.IMPLIED)) {
        out.writeByte(node.equals(LayerView.WHITEOUT) ? WHITEOUT : IMPLIED);
        return;
      }
      boolean plain = node.identity().equals(Identity.PLAIN);
      out.writeByte((FIRST_TYPE + TYPES.indexOf(node.type())) | (plain ? 0 : HAS_IDENTITY));
      number(node.mode());
      number(node.uid() & 0xFFFFFFFFL);
      number(node.gid() & 0xFFFFFFFFL);
      number(node.sizeBytes());
      long seconds = Math.floorDiv(node.mtimeNanos(), SECOND);
      signed(seconds - lastSeconds);
      lastSeconds = seconds;
      number(Math.floorMod(node.mtimeNanos(), SECOND));
      if (node.isSymlink()) {
        text(PathBytes.encode(node.link()), 0);
      }
      if (!plain) {
        identity(node.identity());
      }
    }

    private void identity(Identity identity) throws IOException {
      number(identity.device());
      number(identity.inode());
      number(identity.xattrs().size());
      for (String name : LayerIndex.sorted(identity.xattrs().keySet())) {
        text(PathBytes.encode(name), 0);
        text(identity.xattrs().get(name), 0);
      }
    }
  }

  /** Reads what a writer wrote; trusts nothing. */
  private static final class Reader {
    private static final int MOST_XATTRS = 1000;

    private final DataInputStream in;
    private byte[] last = new byte[0];
    private long lastSeconds;
    private long total;

    Reader(DataInputStream in) {
      this.in = in;
    }

    long number(long most) throws IOException {
      long value = 0;
      for (int shift = 0; shift < 64; shift += 7) {
        int next = in.readUnsignedByte();
        value |= (next & 0x7FL) << shift;
        if (next < 0x80) {
          if (Long.compareUnsigned(value, most) > 0) {
            throw new IOException("%d where at most %d may be".formatted(value, most));
          }
          return value;
        }
      }
      throw new IOException("a number without an end");
    }

    private long signed() throws IOException {
      long value = number(-1);
      return value >>> 1 ^ -(value & 1);
    }

    byte[] text() throws IOException {
      byte[] bytes = new byte[(int) number(LONGEST_TEXT)];
      total += bytes.length;
      in.readFully(bytes);
      return bytes;
    }

    private String name() throws IOException {
      byte[] bytes = text();
      return PathBytes.decode(bytes, 0, bytes.length);
    }

    String path() throws IOException {
      int shared = (int) number(last.length);
      byte[] rest = text();
      byte[] bytes = Arrays.copyOf(last, shared + rest.length);
      System.arraycopy(rest, 0, bytes, shared, rest.length);
      if (bytes.length == 0 || bytes[0] != '/' || bytes.length > LONGEST_TEXT) {
        throw new IOException("a path that is none");
      }
      last = bytes;
      total += bytes.length;
      if (total > 2L * IndexBuilder.MOST_TEXT) {
        throw new IOException("more than %d bytes of names".formatted(2L * IndexBuilder.MOST_TEXT));
      }
      return PathBytes.decode(bytes, 0, bytes.length);
    }

    Set<String> paths() throws IOException {
      long count = number(IndexBuilder.MOST_ENTRIES);
      Set<String> paths = new HashSet<>();
      for (long i = 0; i < count; i++) {
        paths.add(path());
      }
      return paths;
    }

    FileNode node() throws IOException {
      int head = in.readUnsignedByte();
      if (head == WHITEOUT || head == IMPLIED) {
        return head == WHITEOUT ? LayerView.WHITEOUT : LayerIndex.IMPLIED;
      }
      int type = (head & ~HAS_IDENTITY) - FIRST_TYPE;
      if (type < 0 || type >= TYPES.size()) {
        throw new IOException("a file of kind %d".formatted(head));
      }
      int mode = (int) number(07777);
      int uid = (int) number(0xFFFFFFFFL);
      int gid = (int) number(0xFFFFFFFFL);
      long size = number(Long.MAX_VALUE);
      lastSeconds += signed();
      long nanos = number(SECOND - 1);
      String link = TYPES.get(type) == FileNode.Type.SYMLINK ? name() : "";
      Identity identity = (head & HAS_IDENTITY) == 0 ? Identity.PLAIN : identity();
      return new FileNode(
          TYPES.get(type), mode, uid, gid, size, lastSeconds * SECOND + nanos, link, identity);
    }

    private Identity identity() throws IOException {
      long device = number(-1);
      long inode = number(-1);
      long count = number(MOST_XATTRS);
      Map<String, byte[]> xattrs = new HashMap<>();
      for (long i = 0; i < count; i++) {
        String name = name();
        xattrs.put(name, text());
      }
      return new Identity(device, inode, count == 0 ? Map.of() : xattrs);
    }
  }
}
