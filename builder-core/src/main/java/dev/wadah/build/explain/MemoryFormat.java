package dev.wadah.build.explain;

import dev.wadah.build.files.FileList;
import dev.wadah.oci.Digest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;

/** A memory as a file: counted strings, and a sum at the end that tells a torn one. */
final class MemoryFormat {
  private static final int MAGIC = 0x57455850; // "WEXP"
  private static final int VERSION = 1;

  /** Of an instruction so much is kept; more is seldom read by anybody. */
  private static final int LONGEST_TEXT = 8192;

  private static final int SUM_BYTES = Long.BYTES;

  private MemoryFormat() {}

  static byte[] write(StepMemory memory) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(1 << 11);
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeInt(MAGIC);
    out.writeInt(VERSION);
    text(out, memory.key().toString());
    String written = memory.text();
    text(out, written.substring(0, Math.min(written.length(), LONGEST_TEXT)));
    text(out, memory.root().platform());
    text(out, memory.root().image());
    text(out, memory.root().digest());
    out.writeInt(memory.facts().size());
    for (Fact fact : memory.facts()) {
      text(out, fact.name());
      text(out, fact.value());
    }
    out.writeInt(memory.files().size());
    for (FileList files : memory.files()) {
      out.writeLong(files.count());
      bytes(out, files.toBytes());
    }
    out.writeLong(sum(bytes.toByteArray(), bytes.size()));
    return bytes.toByteArray();
  }

  private static void text(DataOutputStream out, String text) throws IOException {
    bytes(out, text.getBytes(StandardCharsets.UTF_8));
  }

  private static void bytes(DataOutputStream out, byte[] bytes) throws IOException {
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  private static long sum(byte[] bytes, int length) {
    CRC32 sum = new CRC32();
    sum.update(bytes, 0, length);
    return sum.getValue();
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws IllegalArgumentException if it is something else, or damaged
   */
  static StepMemory read(byte[] file) {
    int length = file.length - SUM_BYTES;
    if (length < 2 * Integer.BYTES
        || ByteBuffer.wrap(file).getLong(length) != sum(file, length)
        || ByteBuffer.wrap(file).getInt() != MAGIC) {
      throw new IllegalArgumentException("no memory of a step, or a torn one");
    }
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(file, 0, length));
    try {
      in.readInt();
      if (in.readInt() != VERSION) {
        throw new IllegalArgumentException("a memory of another version");
      }
      return read(in);
    } catch (IOException e) {
      throw new IllegalArgumentException("a memory of a step is cut off", e);
    }
  }

  private static StepMemory read(DataInputStream in) throws IOException {
    Digest key = Digest.parse(text(in));
    String text = text(in);
    StepMemory.Root root = new StepMemory.Root(text(in), text(in), text(in));
    List<Fact> facts = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left--) {
      facts.add(new Fact(text(in), text(in)));
    }
    List<FileList> files = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left--) {
      long count = in.readLong();
      files.add(FileList.of(bytes(in), count));
    }
    return new StepMemory(key, text, root, facts, files);
  }

  private static String text(DataInputStream in) throws IOException {
    return new String(bytes(in), StandardCharsets.UTF_8);
  }

  private static byte[] bytes(DataInputStream in) throws IOException {
    int length = in.readInt();
    if (length < 0 || length > in.available()) {
      throw new IllegalArgumentException("a memory of a step names more bytes than it has");
    }
    return in.readNBytes(length);
  }
}
