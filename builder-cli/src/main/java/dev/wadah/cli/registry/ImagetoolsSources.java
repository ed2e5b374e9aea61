package dev.wadah.cli.registry;

import dev.wadah.cli.Arguments;
import dev.wadah.cli.CommandException;
import dev.wadah.cli.UsageException;
import dev.wadah.cli.image.Lookup;
import dev.wadah.image.transfer.ImageJoin;
import dev.wadah.image.transfer.JoinEntry;
import dev.wadah.oci.Descriptor;
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

/** The sources of {@code imagetools create}: names, digests, descriptors. */
final class ImagetoolsSources {
  private final List<ImageReference> tags;
  private final List<Source> sources = new ArrayList<>();
  private final List<Platform> platforms = new ArrayList<>();

  /**
   * What one argument says.
   *
   * @param place a name with a tag or digest, or the repository of a descriptor
   */
  private record Source(Optional<Descriptor> described, ImageReference place) {}

  private ImagetoolsSources(List<ImageReference> tags) {
    this.tags = tags;
  }

  /**
   * Reads the command line and the files that it names; asks no registry.
   *
   * @param tags names of the result; digests without a name are of their repository
   */
  static ImagetoolsSources of(Arguments arguments, List<ImageReference> tags)
      throws IOException, UsageException {
    ImagetoolsSources all = new ImagetoolsSources(tags);
    if (arguments.has("append")) {
      all.sources.add(new Source(Optional.empty(), all.repository("--append")));
    }
    for (String file : arguments.values("file")) {
      all.sources.add(all.described(Files.readAllBytes(Path.of(file)), file));
    }
    for (String source : arguments.positional()) {
      all.sources.add(all.source(source));
    }
    if (all.sources.isEmpty()) {
      throw new UsageException(
          "\"imagetools create\" takes a source",
          "",
          "wadah imagetools create -t app:1 app:1-amd64");
    }
    for (String text : arguments.values("platform")) {
      for (String one : text.split(",", -1)) {
        all.platforms.add(Lookup.platform(Optional.of(one)));
      }
    }
    return all;
  }

  private Source source(String text) throws UsageException {
    if (text.startsWith("{")) {
      return described(text.getBytes(StandardCharsets.UTF_8), text);
    }
    if (text.startsWith("sha256:") || text.startsWith("sha512:")) {
      try {
        return new Source(Optional.empty(), repository(text).withDigest(Digest.parse(text)));
      } catch (IllegalArgumentException e) {
        throw new UsageException(e.getMessage(), "", "sha256: and 64 hexadecimal digits");
      }
    }
    return new Source(Optional.empty(), Lookup.reference(text));
  }

  private Source described(byte[] json, String where) throws UsageException {
    try {
      return new Source(Optional.of(OciJson.parseDescriptor(json)), repository(where));
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

  /**
   * All entries of the result, each digest once.
   *
   * @throws CommandException if there is none for the platforms that are wanted
   */
  List<JoinEntry> read(ImageJoin join) throws IOException, CommandException {
    List<JoinEntry> entries = new ArrayList<>();
    for (Source source : sources) {
      if (source.described().isPresent()) {
        entries.add(join.completed(source.described().get(), source.place()));
      } else {
        entries.addAll(join.entries(source.place()));
      }
    }
    List<JoinEntry> distinct = ImageJoin.distinct(entries);
    if (platforms.isEmpty()) {
      return distinct;
    }
    List<JoinEntry> kept = ImageJoin.forPlatforms(distinct, platforms);
    if (kept.isEmpty()) {
      throw none(distinct);
    }
    return kept;
  }

  private CommandException none(List<JoinEntry> entries) {
    List<String> offered = new ArrayList<>();
    for (JoinEntry entry : entries) {
      entry.descriptor().platform().ifPresent(p -> offered.add(p.toString()));
    }
    return new CommandException(
        "no-such-platform",
        "no source is for "
            + String.join(", ", platforms.stream().map(Platform::toString).toList()),
        "there is " + (offered.isEmpty() ? "none with a platform" : String.join(", ", offered)),
        "");
  }
}
