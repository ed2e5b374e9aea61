package dev.wadah.cli.registry;

import dev.wadah.cli.Arguments;
import dev.wadah.cli.CommandException;
import dev.wadah.cli.UsageException;
import dev.wadah.cli.image.Lookup;
import dev.wadah.image.transfer.ImageJoin;
import dev.wadah.image.transfer.JoinEntry;
import dev.wadah.oci.Digest;
import dev.wadah.oci.ImageReference;
import dev.wadah.oci.OciJson;
import dev.wadah.oci.Platform;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads the sources of {@code imagetools create}: names, digests, descriptors. */
final class ImagetoolsSources {
  private final ImageJoin join;
  private final List<ImageReference> tags;

  /**
   * Makes a reader.
   *
   * @param tags names of the result; digests without a name are of their repository
   */
  ImagetoolsSources(ImageJoin join, List<ImageReference> tags) {
    this.join = join;
    this.tags = tags;
  }

  /** All entries of the result, each digest once. */
  List<JoinEntry> read(Arguments arguments) throws IOException, UsageException, CommandException {
    List<JoinEntry> entries = new ArrayList<>();
    if (arguments.has("append")) {
      entries.addAll(join.entries(repository("--append")));
    }
    for (String file : arguments.values("file")) {
      entries.add(described(Files.readAllBytes(Path.of(file)), file));
    }
    for (String source : arguments.positional()) {
      entries.addAll(source(source));
    }
    if (entries.isEmpty()) {
      throw new UsageException(
          "\"imagetools create\" takes a source",
          "",
          "wadah imagetools create -t app:1 app:1-amd64");
    }
    List<JoinEntry> distinct = ImageJoin.distinct(entries);
    return arguments.values("platform").isEmpty()
        ? distinct
        : filtered(distinct, arguments.values("platform"));
  }

  private List<JoinEntry> source(String text) throws IOException, UsageException {
    if (text.startsWith("{")) {
      return List.of(described(text.getBytes(StandardCharsets.UTF_8), text));
    }
    if (text.startsWith("sha256:") || text.startsWith("sha512:")) {
      try {
        return join.entries(repository(text).withDigest(Digest.parse(text)));
      } catch (IllegalArgumentException e) {
        throw new UsageException(e.getMessage(), "", "sha256: and 64 hexadecimal digits");
      }
    }
    return join.entries(Lookup.reference(text));
  }

  private JoinEntry described(byte[] json, String where) throws IOException, UsageException {
    try {
      return join.completed(OciJson.parseDescriptor(json), repository(where));
    } catch (IllegalArgumentException e) {
      throw new UsageException(
          "%s: %s".formatted(where, e.getMessage()),
          "a source's descriptor has a mediaType, a digest and a size",
          "");
    }
  }

  /** The repository of the result, for sources that do not name one. */
  private ImageReference repository(String source) throws UsageException {
    if (tags.isEmpty()) {
      throw new UsageException(
          "\"%s\" says nothing of a repository".formatted(source),
          "it is looked for in the repository of the result",
          "add --tag NAME");
    }
    return tags.get(0);
  }

  private static List<JoinEntry> filtered(List<JoinEntry> entries, List<String> texts)
      throws UsageException, CommandException {
    List<Platform> platforms = new ArrayList<>();
    for (String text : texts) {
      for (String one : text.split(",", -1)) {
        platforms.add(Lookup.platform(Optional.of(one)));
      }
    }
    List<JoinEntry> kept = ImageJoin.forPlatforms(entries, platforms);
    if (kept.isEmpty()) {
      List<String> offered = new ArrayList<>();
      for (JoinEntry entry : entries) {
        entry.descriptor().platform().ifPresent(p -> offered.add(p.toString()));
      }
      throw new CommandException(
          "no-such-platform",
          "no source is for " + String.join(", ", texts),
          "there is " + (offered.isEmpty() ? "none with a platform" : String.join(", ", offered)),
          "");
    }
    return kept;
  }
}
