package dev.wadah.layer.toc;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.wadah.layer.IndexBuilder;
import dev.wadah.layer.tar.InvalidLayerException;
import dev.wadah.layer.tar.TarEntry;
import dev.wadah.layer.tar.TarEntry.Kind;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A list of files as JSON, the one that both seekable forms have from CRFS: an object with {@code
 * version} 1 and {@code entries}, one for each entry of the tar, in its order, and one for each
 * further chunk of a file.
 */
final class FileTable {
  private static final JsonFactory JSON = new JsonFactory();
  private static final int PERMISSIONS = 07777;
  private static final long SECOND = 1_000_000_000L;

  private final JsonParser in;
  private final IndexBuilder index;
  private final List<Kept> kept = new ArrayList<>();

  private FileTable(JsonParser in, IndexBuilder index) {
    this.in = in;
    this.index = index;
  }

  /**
   * A file whose content the index wants.
   *
   * @param path in the layer
   * @param offset of its compressed content in the layer
   * @param end where that ends, or something later begins; 0: where the list begins
   * @param sizeBytes uncompressed
   * @param digest of the content; anything, but text
   */
  record Kept(String path, long offset, long end, int sizeBytes, String digest) {}

  /**
   * Gives every entry to {@code index}.
   *
   * @return the files whose content it wants
   * @throws InvalidLayerException if the list makes no sense
   */
  static List<Kept> read(byte[] json, IndexBuilder index) throws IOException {
    try (JsonParser parser = JSON.createParser(json)) {
      FileTable table = new FileTable(parser, index);
      table.read();
      return table.kept;
    } catch (com.fasterxml.jackson.core.JacksonException
        | IllegalArgumentException
        | DateTimeException e) {
      throw new InvalidLayerException("a list of files that cannot be read: " + e.getMessage(), e);
    }
  }

  private void read() throws IOException {
    require(in.nextToken() == JsonToken.START_OBJECT, "no object");
    long version = 0;
    while (in.nextToken() == JsonToken.FIELD_NAME) {
      String name = in.currentName();
      in.nextToken();
      if (name.equals("version")) {
        version = in.getLongValue();
      } else if (name.equals("entries")) {
        require(in.currentToken() == JsonToken.START_ARRAY, "no array of entries");
        while (in.nextToken() == JsonToken.START_OBJECT) {
          new Entry().read();
        }
      } else {
        in.skipChildren();
      }
    }
    require(version == 1, "version " + version);
  }

  private static void require(boolean sound, String what) throws InvalidLayerException {
    if (!sound) {
      throw new InvalidLayerException("a list of files that cannot be read: " + what);
    }
  }

  /** One entry. */
  private final class Entry {
    private final Map<String, byte[]> xattrs = new HashMap<>();
    private String type = "";
    private String name = "";
    private String link = "";
    private long mode;
    private long uid;
    private long gid;
    private long size;
    private long major;
    private long minor;
    private long mtimeNanos;
    private long offset;
    private long end;
    private String digest = "";

    void read() throws IOException {
      while (in.nextToken() == JsonToken.FIELD_NAME) {
        String field = in.currentName();
        in.nextToken();
        switch (field) {
          case "type" -> type = in.getText();
          case "name" -> name = in.getText();
          case "linkName" -> link = in.getText();
          case "mode" -> mode = in.getLongValue();
          case "uid" -> uid = in.getLongValue();
          case "gid" -> gid = in.getLongValue();
          case "size" -> size = in.getLongValue();
          case "devMajor" -> major = in.getLongValue();
          case "devMinor" -> minor = in.getLongValue();
          case "modtime" -> mtimeNanos = time(in.getText());
          case "offset" -> offset = in.getLongValue();
          case "endOffset" -> end = in.getLongValue();
          case "digest" -> digest = in.getText();
          case "xattrs" -> readXattrs();
          default -> in.skipChildren();
        }
      }
      if (offset > 0) {
        kept.replaceAll(file -> file.end() == 0 ? ended(file) : file);
      }
      if (!type.equals("chunk")) {
        Optional<String> wanted = index.add(entry());
        wanted.ifPresent(path -> kept.add(new Kept(path, offset, end, (int) size, digest)));
      }
    }

    /** What comes next ends what came before. */
    private Kept ended(Kept file) {
      return new Kept(file.path(), file.offset(), offset, file.sizeBytes(), file.digest());
    }

    private void readXattrs() throws IOException {
      if (in.currentToken() != JsonToken.START_OBJECT) {
        return; // null
      }
      while (in.nextToken() == JsonToken.FIELD_NAME) {
        String attribute = in.currentName();
        in.nextToken();
        xattrs.put(attribute, in.getBinaryValue());
      }
    }

    private TarEntry entry() throws InvalidLayerException {
      require(!name.isEmpty() && size >= 0, "an entry without a name, or of a size below 0");
      return new TarEntry(
          kind(),
          name,
          link,
          (int) mode & PERMISSIONS,
          new TarEntry.Owner((int) uid, (int) gid),
          size,
          mtimeNanos,
          new TarEntry.Extras((int) major, (int) minor, xattrs));
    }

    private Kind kind() throws InvalidLayerException {
      return switch (type) {
        case "reg" -> Kind.FILE;
        case "hardlink" -> Kind.HARD_LINK;
        case "symlink" -> Kind.SYMLINK;
        case "char" -> Kind.CHARACTER_DEVICE;
        case "block" -> Kind.BLOCK_DEVICE;
        case "dir" -> Kind.DIRECTORY;
        case "fifo" -> Kind.FIFO;
        default ->
            throw new InvalidLayerException("a list with an entry of type \"%s\"".formatted(type));
      };
    }
  }

  /** An empty time is the beginning of 1970. */
  private static long time(String text) {
    if (text.isEmpty()) {
      return 0;
    }
    Instant instant = OffsetDateTime.parse(text).toInstant();
    try {
      return Math.addExact(Math.multiplyExact(instant.getEpochSecond(), SECOND), instant.getNano());
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("a time out of range: " + text, e);
    }
  }
}
