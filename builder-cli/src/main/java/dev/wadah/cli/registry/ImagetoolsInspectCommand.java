package dev.wadah.cli.registry;

import dev.wadah.cli.Arguments;
import dev.wadah.cli.Command;
import dev.wadah.cli.CommandModel;
import dev.wadah.cli.ExitCode;
import dev.wadah.cli.Session;
import dev.wadah.cli.UsageException;
import dev.wadah.cli.image.Format;
import dev.wadah.cli.image.Lookup;
import dev.wadah.image.PlatformChoice;
import dev.wadah.image.RemoteConfig;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.ImageReference;
import dev.wadah.oci.MediaTypes;
import dev.wadah.oci.OciJson;
import dev.wadah.registry.Registry;
import java.io.IOException;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** {@code wadah imagetools inspect}: what a name stands for in its registry. */
public final class ImagetoolsInspectCommand implements Command {
  @Override
  public CommandModel model() {
    return CommandModel.of(
            "imagetools inspect",
            "[FLAGS] NAME",
            "Show an image of a registry without fetching it.")
        .flag("Print the original bytes", "--raw")
        .value("FORMAT", "Go template over .Name, .Manifest and .Image", "--format")
        .value("BUILDER", "Understood for docker's sake", "--builder")
        .arguments("NAME", "0..*", "The image's name");
  }

  @Override
  public int run(Arguments arguments, Session session) throws Exception {
    if (arguments.positional().size() != 1) {
      throw new UsageException(
          "\"imagetools inspect\" takes one name", "", "wadah imagetools inspect app:1");
    }
    ImageReference name = Lookup.reference(arguments.positional().get(0));
    Optional<String> format = arguments.value("format");
    if (format.isPresent()) {
      Format.requireTemplate(format.get());
    }
    Registry registry = session.engine().registry();
    Registry.Document document = registry.manifest(name);
    PrintStream out = session.console().out();
    if (arguments.has("raw")) {
      out.write(document.bytes());
    } else if (format.isPresent()) {
      out.println(Format.apply(format.get(), view(name, document, registry)));
    } else {
      print(name, document, out);
    }
    return ExitCode.OK;
  }

  private static void print(ImageReference name, Registry.Document document, PrintStream out) {
    out.println("Name:      " + name);
    out.println("MediaType: " + document.mediaType());
    out.println("Digest:    " + document.descriptor().digest());
    if (!MediaTypes.isIndex(document.mediaType())) {
      return;
    }
    out.println("           ");
    out.println("Manifests: ");
    String gap = "";
    for (Descriptor entry : OciJson.parseIndex(document.bytes()).manifests()) {
      out.print(gap);
      print(name, entry, out);
      gap = "             " + System.lineSeparator();
    }
  }

  private static void print(ImageReference name, Descriptor entry, PrintStream out) {
    out.println("  Name:      " + name + "@" + entry.digest());
    out.println("  MediaType: " + entry.mediaType());
    entry.platform().ifPresent(platform -> out.println("  Platform:  " + platform));
    entry.artifactType().ifPresent(type -> out.println("  Artifact:  " + type));
    if (!entry.urls().isEmpty()) {
      out.println("  URLs:      " + String.join(", ", entry.urls()));
    }
    if (!entry.annotations().isEmpty()) {
      out.println("  Annotations: ");
      entry.annotations().forEach((key, value) -> out.println("    " + key + ": " + value));
    }
  }

  private static Map<String, Object> view(
      ImageReference name, Registry.Document document, Registry registry) throws IOException {
    Map<String, Object> manifest = new GoNames();
    manifest.put("schemaVersion", 2L);
    manifest.put("mediaType", document.mediaType());
    manifest.put("digest", document.descriptor().digest().toString());
    manifest.put("size", document.descriptor().sizeBytes());
    OciJson.toValues(document.bytes()).forEach(manifest::putIfAbsent);
    Map<String, Object> view = new GoNames();
    view.put("name", name.toString());
    view.put("manifest", manifest);
    view.put("image", images(name, document, registry));
    return view;
  }

  /** The config of an image; of an index, the configs by platform. */
  private static Map<String, Object> images(
      ImageReference name, Registry.Document document, Registry registry) throws IOException {
    if (!MediaTypes.isIndex(document.mediaType())) {
      return config(name, document, registry);
    }
    Map<String, Object> images = new LinkedHashMap<>();
    for (Descriptor entry : PlatformChoice.images(OciJson.parseIndex(document.bytes()))) {
      if (entry.platform().isPresent() && !MediaTypes.isIndex(entry.mediaType())) {
        Registry.Document manifest = registry.manifest(name.withDigest(entry.digest()));
        String platform = entry.platform().get().normalised().toString();
        images.put(platform, config(name, manifest, registry));
      }
    }
    return images;
  }

  private static Map<String, Object> config(
      ImageReference name, Registry.Document document, Registry registry) throws IOException {
    Descriptor config = OciJson.parseManifest(document.bytes()).config();
    Map<String, Object> values = new GoNames();
    values.putAll(OciJson.toValues(RemoteConfig.read(registry, name, config)));
    return values;
  }

  /** JSON's names, which templates may write as Go's fields: {@code .Digest} for digest. */
  private static final class GoNames extends LinkedHashMap<String, Object> {
    private static final long serialVersionUID = 1L;

    @Override
    public boolean containsKey(Object key) {
      return super.containsKey(key) || super.containsKey(lowered(key));
    }

    @Override
    public Object get(Object key) {
      return super.containsKey(key) ? super.get(key) : super.get(lowered(key));
    }

    private static String lowered(Object key) {
      String text = String.valueOf(key);
      return text.isEmpty() ? text : Character.toLowerCase(text.charAt(0)) + text.substring(1);
    }
  }
}
