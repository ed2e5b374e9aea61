package dev.wadah.build.share;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.wadah.build.share.CacheContents.Alias;
import dev.wadah.build.share.CacheContents.Result;
import dev.wadah.layer.LayerStore;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.DiffId;
import dev.wadah.oci.Digest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Records as JSON: {@code diffIds} stand beside the layers of a manifest, one for one; results name
 * their layer by its place there, -1 being the empty layer. Equal contents give equal bytes.
 *
 * @param diffIds of the manifest's layers, in order; the manifest may have more
 * @param contents without blobs
 */
record CacheDocument(List<DiffId> diffIds, CacheContents contents) {
  /** The media type of the config that holds the records. */
  static final String MEDIA_TYPE = "application/vnd.wadah.cache.v1+json";

  /** More than this many records are not read. */
  static final int MAX_RECORDS = 100_000;

  private static final int VERSION = 1;
  private static final JsonFactory JSON = new JsonFactory();
  private static final Instant LAST = Instant.parse("9999-12-31T23:59:59Z");

  CacheDocument {
    diffIds = List.copyOf(diffIds);
  }

  /** Writes the records. */
  byte[] toBytes() {
    Map<DiffId, Integer> places = new HashMap<>();
    for (int i = 0; i < diffIds.size(); i++) {
      places.put(diffIds.get(i), i);
    }
    places.put(LayerStore.EMPTY, -1);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(4096);
    try (JsonGenerator out = JSON.createGenerator(bytes)) {
      out.writeStartObject();
      out.writeNumberField("version", VERSION);
      out.writeArrayFieldStart("diffIds");
      for (DiffId diffId : diffIds) {
        out.writeString(diffId.toString());
      }
      out.writeEndArray();
      out.writeArrayFieldStart("results");
      for (Map.Entry<Digest, List<Result>> entry : contents.results().entrySet()) {
        for (Result result : entry.getValue()) {
          out.writeStartObject();
          out.writeStringField("key", entry.getKey().hex());
          out.writeNumberField("layer", places.get(result.layer()));
          out.writeNumberField("created", result.created().toEpochMilli());
          out.writeNumberField("used", result.used().getEpochSecond());
          out.writeEndObject();
        }
      }
      out.writeEndArray();
      out.writeArrayFieldStart("aliases");
      for (Map.Entry<Digest, Alias> entry : contents.aliases().entrySet()) {
        out.writeStartObject();
        out.writeStringField("key", entry.getKey().hex());
        out.writeStringField("content", entry.getValue().content().hex());
        out.writeNumberField("used", entry.getValue().used().getEpochSecond());
        out.writeEndObject();
      }
      out.writeEndArray();
      writeIndexes(out);
      out.writeEndObject();
    } catch (IOException e) {
      throw new IllegalStateException("writing to memory failed", e);
    }
    return bytes.toByteArray();
  }

  /** Older versions pass over them. */
  private void writeIndexes(JsonGenerator out) throws IOException {
    if (contents.indexes().isEmpty()) {
      return;
    }
    out.writeArrayFieldStart("indexes");
    for (DiffId layer : CacheManifest.sorted(contents.indexes().keySet())) {
      CacheContents.Index index = contents.indexes().get(layer);
      out.writeStartObject();
      out.writeStringField("key", layer.digest().hex());
      out.writeStringField("content", index.blob().digest().hex());
      out.writeNumberField("size", index.blob().sizeBytes());
      out.writeNumberField("used", index.used().getEpochSecond());
      out.writeEndObject();
    }
    out.writeEndArray();
  }

  /**
   * Reads what {@link #toBytes} wrote. What contradicts itself is refused as a whole.
   *
   * @throws IllegalArgumentException naming the fault
   */
  static CacheDocument parse(byte[] bytes) {
    try (JsonParser parser = JSON.createParser(bytes)) {
      CacheDocument document = new Reading(parser).document();
      if (parser.nextToken() != null) {
        throw new IllegalArgumentException("something follows the end of the records");
      }
      return document;
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "the records are no valid JSON (line %d, column %d)"
              .formatted(
                  e.getLocation() == null ? 1 : e.getLocation().getLineNr(),
                  e.getLocation() == null ? 1 : e.getLocation().getColumnNr()),
          e);
    } catch (IOException e) {
      throw new IllegalArgumentException("the records cannot be read: " + e.getMessage(), e);
    }
  }

  /** One document being read; layers are resolved at the end, since fields come in any order. */
  private static final class Reading {
    private final JsonParser in;
    private final List<DiffId> diffIds = new ArrayList<>();
    private final List<Fields> results = new ArrayList<>();
    private final List<Fields> aliases = new ArrayList<>();
    private final List<Fields> indexes = new ArrayList<>();
    private long version;

    Reading(JsonParser in) {
      this.in = in;
    }

    /** The fields that a result, an alias or an index has. */
    private static final class Fields {
      private Digest key;
      private Digest content;
      private long layer = Long.MIN_VALUE;
      private long size = -1;
      private Instant created = Instant.EPOCH;
      private Instant used = Instant.EPOCH;
    }

    CacheDocument document() throws IOException {
      expect(in.nextToken(), JsonToken.START_OBJECT);
      while (in.nextToken() != JsonToken.END_OBJECT) {
        String name = in.currentName();
        in.nextToken();
        switch (name) {
          case "version" -> version = number();
          case "diffIds" -> readDiffIds();
          case "results" -> readRecords(results);
          case "aliases" -> readRecords(aliases);
          case "indexes" -> readRecords(indexes);
          default -> in.skipChildren();
        }
      }
      if (version != VERSION) {
        throw new IllegalArgumentException(
            "the records have version %d, this wadah reads version %d".formatted(version, VERSION));
      }
      return new CacheDocument(
          diffIds, new CacheContents(resolved(), named(), Map.of(), outlined()));
    }

    private Map<Digest, List<Result>> resolved() {
      Map<Digest, List<Result>> found = new HashMap<>();
      for (Fields fields : results) {
        if (fields.key == null || fields.layer < -1 || fields.layer >= diffIds.size()) {
          throw new IllegalArgumentException("a result has no key, or a layer that is not there");
        }
        DiffId layer = fields.layer < 0 ? LayerStore.EMPTY : diffIds.get((int) fields.layer);
        List<Result> list = found.computeIfAbsent(fields.key, key -> new ArrayList<>());
        list.add(new Result(layer, fields.created, fields.used));
      }
      found.forEach(Reading::checkAlternatives);
      return found;
    }

    private static void checkAlternatives(Digest key, List<Result> list) {
      boolean doubled = list.stream().map(Result::layer).distinct().count() < list.size();
      if (doubled || list.size() > CacheContents.MOST_ALTERNATIVES) {
        throw new IllegalArgumentException(
            "%d results claim the key %s, some of them the same or too many"
                .formatted(list.size(), key));
      }
      list.sort(Result.BEST_FIRST);
    }

    private Map<Digest, Alias> named() {
      Map<Digest, Alias> found = new HashMap<>();
      for (Fields fields : aliases) {
        if (fields.key == null || fields.content == null) {
          throw new IllegalArgumentException("an alias lacks its key, or what it stands for");
        }
        if (found.put(fields.key, new Alias(fields.content, fields.used)) != null) {
          throw new IllegalArgumentException("two aliases claim the key " + fields.key);
        }
      }
      return found;
    }

    private Map<DiffId, CacheContents.Index> outlined() {
      Map<DiffId, CacheContents.Index> found = new HashMap<>();
      for (Fields fields : indexes) {
        if (fields.key == null || fields.content == null || fields.size < 0) {
          throw new IllegalArgumentException("an index lacks its layer, its digest or its size");
        }
        Descriptor blob = Descriptor.of(CacheManifest.INDEX_TYPE, fields.content, fields.size);
        DiffId layer = new DiffId(fields.key);
        if (found.put(layer, new CacheContents.Index(blob, fields.used)) != null) {
          throw new IllegalArgumentException("two indexes claim the layer " + layer);
        }
      }
      return found;
    }

    private void readDiffIds() throws IOException {
      expect(in.currentToken(), JsonToken.START_ARRAY);
      while (in.nextToken() != JsonToken.END_ARRAY) {
        expect(in.currentToken(), JsonToken.VALUE_STRING);
        DiffId diffId = DiffId.parse(in.getText());
        if (!diffId.digest().algorithm().equals("sha256")) {
          throw new IllegalArgumentException("diffID " + diffId + " is no SHA-256");
        }
        diffIds.add(diffId);
        limit(diffIds.size());
      }
    }

    private void readRecords(List<Fields> into) throws IOException {
      expect(in.currentToken(), JsonToken.START_ARRAY);
      while (in.nextToken() != JsonToken.END_ARRAY) {
        expect(in.currentToken(), JsonToken.START_OBJECT);
        into.add(readRecord());
        limit(into.size());
      }
    }

    private Fields readRecord() throws IOException {
      Fields fields = new Fields();
      while (in.nextToken() != JsonToken.END_OBJECT) {
        String name = in.currentName();
        in.nextToken();
        switch (name) {
          case "key" -> fields.key = digest();
          case "content" -> fields.content = digest();
          case "layer" -> fields.layer = number();
          case "size" -> fields.size = number();
          case "created" -> fields.created = time(Instant.ofEpochMilli(number()));
          case "used" -> fields.used = time(Instant.ofEpochSecond(number()));
          default -> in.skipChildren();
        }
      }
      return fields;
    }

    private Digest digest() throws IOException {
      expect(in.currentToken(), JsonToken.VALUE_STRING);
      return new Digest("sha256", in.getText());
    }

    private long number() throws IOException {
      expect(in.currentToken(), JsonToken.VALUE_NUMBER_INT);
      long number = in.getLongValue();
      if (number < -1 || number > LAST.toEpochMilli()) {
        throw new IllegalArgumentException("%d is out of range".formatted(number));
      }
      return number;
    }

    private static Instant time(Instant time) {
      if (time.isAfter(LAST)) {
        throw new IllegalArgumentException(time + " is out of range");
      }
      return time;
    }

    private static void limit(int size) {
      if (size > MAX_RECORDS) {
        throw new IllegalArgumentException("there are more than %d records".formatted(MAX_RECORDS));
      }
    }

    private void expect(JsonToken there, JsonToken wanted) throws IOException {
      if (there != wanted) {
        throw new IllegalArgumentException(
            "line %d, column %d of the records: %s where %s should be"
                .formatted(
                    in.currentTokenLocation().getLineNr(),
                    in.currentTokenLocation().getColumnNr(),
                    there == null ? "the end" : there,
                    wanted));
      }
    }
  }
}
