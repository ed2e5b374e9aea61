package dev.wadah.cli.registry;

import dev.wadah.cli.Arguments;
import dev.wadah.cli.Command;
import dev.wadah.cli.CommandModel;
import dev.wadah.cli.ExitCode;
import dev.wadah.cli.Session;
import dev.wadah.cli.UsageException;
import dev.wadah.image.transfer.ImageCopy;
import dev.wadah.image.transfer.ImageJoin;
import dev.wadah.image.transfer.JoinEntry;
import dev.wadah.image.transfer.TransferProgress;
import dev.wadah.oci.Annotations;
import dev.wadah.oci.Annotations.Level;
import dev.wadah.oci.ImageReference;
import dev.wadah.oci.Index;
import dev.wadah.oci.OciJson;
import dev.wadah.registry.Registry;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** {@code wadah imagetools create}: joins images of registries to an index, there. */
public final class ImagetoolsCreateCommand implements Command {
  @Override
  public CommandModel model() {
    return CommandModel.of(
            "imagetools create",
            "[FLAGS] SOURCE [SOURCE...]",
            "Join images of any registries to one image of several platforms.")
        .values("LEVEL:KEY=VALUE", "Annotation of index or manifest-descriptor", "--annotation")
        .flag("Add to the image that the tag stands for", "--append")
        .flag("Print the index instead of sending it", "--dry-run")
        .values("FILE", "Take a source's descriptor from a file", "-f", "--file")
        .values("PLATFORM", "Take these platforms only", "-p", "--platform")
        .optionalValue(
            "BOOL",
            "true",
            "false: copy a single source as it is, without an index",
            "--prefer-index")
        .values("NAME", "Name of the result; may be repeated", "-t", "--tag")
        .value("BUILDER", "Understood for docker's sake", "--builder")
        .value("TYPE", "Understood for docker's sake", "--progress")
        .arguments("SOURCE", "0..*", "Name, digest, or descriptor as JSON");
  }

  @Override
  public int run(Arguments arguments, Session session) throws Exception {
    List<ImageReference> tags = new ArrayList<>();
    for (String tag : arguments.values("tag")) {
      tags.add(ManifestArguments.list(tag));
    }
    if (tags.isEmpty() && !arguments.has("dry-run")) {
      throw new UsageException(
          "nothing says where the result goes", "", "--tag NAME, or --dry-run to see it");
    }
    Annotations annotations = annotations(arguments.values("annotation"));
    ImagetoolsSources sources = ImagetoolsSources.of(arguments, tags);
    Registry registry = session.engine().registry();
    List<JoinEntry> entries = sources.read(new ImageJoin(registry));
    Registry.Document document = document(entries, annotations, arguments, registry);
    if (arguments.has("dry-run")) {
      session.console().out().println(new String(document.bytes(), StandardCharsets.UTF_8));
      return ExitCode.OK;
    }
    for (ImageReference tag : tags) {
      push(document, entries, tag, registry, session.console().err());
    }
    return ExitCode.OK;
  }

  private static Registry.Document document(
      List<JoinEntry> entries, Annotations annotations, Arguments arguments, Registry registry)
      throws IOException {
    boolean asItIs = arguments.value("prefer-index").orElse("true").equals("false");
    if (asItIs
        && entries.size() == 1
        && arguments.values("annotation").isEmpty()
        && !arguments.has("append")) {
      JoinEntry only = entries.get(0);
      return registry.manifest(only.source().withDigest(only.descriptor().digest()));
    }
    Index index = ImageJoin.index(entries, annotations);
    return new Registry.Document(index.mediaType(), OciJson.writeIndented(index, "  "));
  }

  private static Annotations annotations(List<String> flags) throws UsageException {
    Annotations annotations;
    try {
      annotations = Annotations.of(flags, Map.of());
    } catch (IllegalArgumentException e) {
      throw new UsageException(e.getMessage(), Annotations.FORM, "index:key=value");
    }
    for (Level level : List.of(Level.MANIFEST, Level.INDEX_DESCRIPTOR)) {
      if (annotations.has(level)) {
        throw new UsageException(
            "annotations of the level %s cannot be given here".formatted(level),
            level == Level.MANIFEST
                ? "that would make another image of it; manifest is the level of a key without one"
                : "nothing describes the index itself",
            "index:key=value or manifest-descriptor:key=value");
      }
    }
    return annotations;
  }

  private static void push(
      Registry.Document document,
      List<JoinEntry> entries,
      ImageReference tag,
      Registry registry,
      PrintStream err)
      throws IOException {
    ImageCopy copy = new ImageCopy(registry, TransferProgress.NONE);
    for (JoinEntry entry : entries) {
      err.printf("copying %s from %s to %s%n", entry.descriptor().digest(), entry.source(), tag);
      copy.copy(entry.descriptor(), entry.source(), tag);
    }
    err.printf("pushing %s to %s%n", document.descriptor().digest(), tag);
    registry.pushManifest(tag, document);
  }
}
