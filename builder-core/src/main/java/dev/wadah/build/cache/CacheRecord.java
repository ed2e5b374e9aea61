package dev.wadah.build.cache;

import dev.wadah.build.graph.Ingredient;
import dev.wadah.oci.DiffId;
import dev.wadah.oci.Digest;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * A result on disk.
 *
 * @param content the content key, by which steps that build on this one know it
 * @param layer the layer that was made
 * @param created when, so that an image made of cached steps is the same image again
 * @param ingredients those of the key under which the record lies
 */
public record CacheRecord(
    Digest content, DiffId layer, Instant created, List<Ingredient> ingredients) {
  private static final String MAGIC = "wadah-cache 1";

  public CacheRecord {
    ingredients = List.copyOf(ingredients);
  }

  /** The file's bytes: a line per fact. */
  public byte[] toBytes() {
    StringBuilder text = new StringBuilder(512);
    text.append(MAGIC).append("\ncontent ").append(content).append("\nlayer ").append(layer);
    text.append("\ncreated ").append(created.toEpochMilli());
    for (Ingredient ingredient : ingredients) {
      text.append("\n= ").append(ingredient.name()).append(' ');
      text.append(Lines.escape(ingredient.value()));
    }
    return text.append("\nend\n").toString().getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Reads what {@link #toBytes} wrote.
   *
   * @throws IllegalArgumentException if it is something else, or cut off
   */
  public static CacheRecord parse(byte[] bytes) {
    String[] lines = new String(bytes, StandardCharsets.UTF_8).split("\n", -1);
    boolean whole =
        lines.length >= 6
            && lines[0].equals(MAGIC)
            && lines[1].startsWith("content ")
            && lines[2].startsWith("layer ")
            && lines[3].startsWith("created ")
            && lines[lines.length - 2].equals("end");
    if (!whole) {
      throw new IllegalArgumentException("no cache record, or one that was cut off");
    }
    List<Ingredient> ingredients = new ArrayList<>(lines.length);
    for (int i = 4; i < lines.length - 2; i++) {
      int blank = lines[i].indexOf(' ', 2);
      if (!lines[i].startsWith("= ") || blank < 0) {
        throw new IllegalArgumentException("line %d of a cache record is none".formatted(i + 1));
      }
      ingredients.add(
          Ingredient.counts(
              lines[i].substring(2, blank), Lines.unescape(lines[i].substring(blank + 1))));
    }
    return new CacheRecord(
        Digest.parse(lines[1].substring(8)),
        DiffId.parse(lines[2].substring(6)),
        Instant.ofEpochMilli(Long.parseLong(lines[3].substring(8))),
        ingredients);
  }
}
