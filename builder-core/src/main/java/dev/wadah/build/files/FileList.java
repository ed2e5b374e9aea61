package dev.wadah.build.files;

import dev.wadah.layer.FileNode;
import dev.wadah.posix.PathBytes;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What went into a {@link FilesKey}, file by file, in few bytes: enough to say later which of them
 * is another one, not enough to make any of them again. Immutable.
 */
public final class FileList {
  /** Copies of more files are not remembered one by one. */
  public static final int MOST_FILES = 50_000;

  /** A list that was given up because it would have been too long. */
  private static final byte[] TOO_LONG = {};

  /** In a list a kind stands by its place here. */
  private static final List<FileNode.Type> TYPES =
      List.of(
          FileNode.Type.FILE,
          FileNode.Type.DIRECTORY,
          FileNode.Type.SYMLINK,
          FileNode.Type.CHARACTER_DEVICE,
          FileNode.Type.BLOCK_DEVICE,
          FileNode.Type.FIFO,
          FileNode.Type.SOCKET);

  private final byte[] bytes;
  private final long count;

  /**
   * A list.
   *
   * @param count how many files there are, also when they are too many to be listed
   */
  FileList(byte[] bytes, long count) {
    this.bytes = bytes;
    this.count = count;
  }

  /** A list of too many files, of which only the number is known. */
  static FileList tooLong(long count) {
    return new FileList(TOO_LONG, count);
  }

  /**
   * What counted of a file; of directories and links what is not theirs is 0.
   *
   * @param mode permission bits; 0 where they do not count
   * @param content of a file: begin of its SHA-256; of a link: hash of its target; of a device: its
   *     number
   * @param capability hash of the extended attribute; 0 when there is none
   */
  public record Entry(
      FileNode.Type type, int mode, int uid, int gid, long content, int capability) {}

  /** What stands for a kind of files. */
  static int kind(FileNode.Type type) {
    return TYPES.indexOf(type);
  }

  /** The form on disk. */
  public byte[] toBytes() {
    return bytes;
  }

  /** How many files were read, directories counted. */
  public long count() {
    return count;
  }

  /** Whether every file is listed. */
  public boolean isWhole() {
    return count == 0 || bytes.length > 0;
  }

  /**
   * Reads what {@link #toBytes} gave; it is looked into by {@link #entries} only.
   *
   * @param count as {@link #count} said
   */
  public static FileList of(byte[] bytes, long count) {
    return new FileList(bytes, count);
  }

  /**
   * The files by name, in their order. Names are those below the source of the copy; where there
   * are several sources, the source stands before them.
   *
   * @throws IllegalArgumentException if these are not the bytes of a list
   */
  public Map<String, Entry> entries() {
    Map<String, Entry> entries = new LinkedHashMap<>();
    boolean several = sources() > 1;
    String source = "";
    try {
      ByteBuffer in = ByteBuffer.wrap(bytes);
      while (in.hasRemaining()) {
        String name = name(in);
        int kind = in.get();
        if (kind == FileListing.SOURCE) {
          source = name;
        } else {
          entries.put(named(source, name, several), entry(in, kind));
        }
      }
    } catch (BufferUnderflowException e) {
      throw damaged(e);
    }
    return entries;
  }

  private int sources() {
    int sources = 0;
    try {
      ByteBuffer in = ByteBuffer.wrap(bytes);
      while (in.hasRemaining()) {
        endOfName(in);
        int kind = in.get();
        if (kind == FileListing.SOURCE) {
          sources++;
        } else {
          entry(in, kind);
        }
      }
    } catch (BufferUnderflowException e) {
      throw damaged(e);
    }
    return sources;
  }

  private static IllegalArgumentException damaged(RuntimeException e) {
    return new IllegalArgumentException("a list of files is cut off", e);
  }

  /** Moves behind the NUL of a name, and gives it. */
  private String name(ByteBuffer in) {
    int from = in.position();
    int end = endOfName(in);
    return PathBytes.decode(bytes, from, end - from);
  }

  private static int endOfName(ByteBuffer in) {
    byte next = in.get();
    while (next != 0) {
      next = in.get();
    }
    return in.position() - 1;
  }

  private static String named(String source, String name, boolean several) {
    if (name.isEmpty()) {
      return several ? source : TreePath.name("/" + source);
    }
    return several && !source.isEmpty() ? source + "/" + name : name;
  }

  private static Entry entry(ByteBuffer in, int kind) {
    int type = kind & ~FileListing.OWNED;
    if (type < 0 || type >= TYPES.size()) {
      throw new IllegalArgumentException("a list of files has a file of kind %d".formatted(type));
    }
    int mode = in.getShort() & 0xffff;
    long content = in.getLong();
    boolean owned = (kind & FileListing.OWNED) != 0;
    int uid = owned ? in.getInt() : 0;
    int gid = owned ? in.getInt() : 0;
    int capability = owned ? in.getInt() : 0;
    return new Entry(TYPES.get(type), mode, uid, gid, content, capability);
  }
}
