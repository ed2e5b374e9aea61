package dev.wadah.cli.registry;

import dev.wadah.cli.CommandException;
import dev.wadah.cli.UsageException;
import dev.wadah.cli.image.Lookup;
import dev.wadah.engine.Engine;
import dev.wadah.image.transfer.ImageJoin;
import dev.wadah.image.transfer.JoinEntry;
import dev.wadah.image.transfer.ManifestLists;
import dev.wadah.oci.Annotations;
import dev.wadah.oci.ImageReference;
import dev.wadah.oci.OciJson;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** What the manifest commands have in common. */
final class ManifestArguments {
  static final String INSECURE =
      "Understood for docker's sake; see http and skip-verify in registries.toml";

  private ManifestArguments() {}

  /** The name of a list, which has a tag. */
  static ImageReference list(String text) throws UsageException {
    ImageReference name = Lookup.reference(text);
    if (name.digest().isPresent()) {
      throw new UsageException(
          "\"%s\" cannot name a manifest list".formatted(text),
          "its digest comes from its content",
          "leave out what stands behind @");
    }
    return name;
  }

  /** The entries of a list that is here. */
  static List<JoinEntry> entries(Engine engine, ImageReference name)
      throws IOException, CommandException {
    return new ManifestLists(engine.store())
        .find(name)
        .orElseThrow(
            () ->
                new CommandException(
                    "no-such-manifest-list",
                    "no such manifest list: \"%s\"".formatted(name.familiar()),
                    "lists are made on this machine before they are pushed",
                    "wadah manifest create %s IMAGE...".formatted(name.familiar())));
  }

  /** The entry of one image in a list. */
  static JoinEntry entry(List<JoinEntry> entries, ImageReference list, ImageReference image)
      throws CommandException {
    for (JoinEntry entry : entries) {
      if (entry.source().equals(image)) {
        return entry;
      }
    }
    throw new CommandException(
        "not-in-manifest-list",
        "the image \"%s\" is not in the manifest list \"%s\""
            .formatted(image.familiar(), list.familiar()),
        entries.isEmpty()
            ? "the list is empty"
            : "it has "
                + String.join(", ", entries.stream().map(e -> e.source().familiar()).toList()),
        "wadah manifest create --amend %s %s".formatted(list.familiar(), image.familiar()));
  }

  /** The bytes of the index that a list stands for. */
  static byte[] document(List<JoinEntry> entries) {
    return OciJson.writeIndented(
        ImageJoin.index(entries, Annotations.of(List.of(), Map.of())), "   ");
  }
}
