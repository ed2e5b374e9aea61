package dev.wadah.cli.registry;

import dev.wadah.cli.Arguments;
import dev.wadah.cli.Command;
import dev.wadah.cli.CommandModel;
import dev.wadah.cli.ExitCode;
import dev.wadah.cli.JsonText;
import dev.wadah.cli.Session;
import dev.wadah.cli.UsageException;
import dev.wadah.cli.image.Lookup;
import dev.wadah.engine.Engine;
import dev.wadah.image.transfer.ImageJoin;
import dev.wadah.image.transfer.JoinEntry;
import dev.wadah.image.transfer.ManifestLists;
import dev.wadah.oci.ImageReference;
import dev.wadah.oci.MediaTypes;
import dev.wadah.oci.OciJson;
import dev.wadah.registry.Registry;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code wadah manifest inspect}: a list on this machine, else what is in a registry. */
public final class ManifestInspectCommand implements Command {
  @Override
  public CommandModel model() {
    return CommandModel.of(
            "manifest inspect", "[FLAGS] [LIST] IMAGE", "Show a manifest or manifest list.")
        .flag("Show digests, platforms and original bytes as well", "-v", "--verbose")
        .flag(ManifestArguments.INSECURE, "--insecure")
        .arguments("[LIST] IMAGE", "0..*", "An image or list, or an image of a list");
  }

  @Override
  public int run(Arguments arguments, Session session) throws Exception {
    List<String> words = arguments.positional();
    if (words.isEmpty() || words.size() > 2) {
      throw new UsageException(
          "\"manifest inspect\" takes an image, or a list and an image",
          "",
          "wadah manifest inspect registry.example/app:1");
    }
    Engine engine = session.engine();
    boolean verbose = arguments.has("verbose");
    ImageReference name = Lookup.reference(words.get(0));
    if (words.size() == 2) {
      List<JoinEntry> entries = ManifestArguments.entries(engine, name);
      JoinEntry entry = ManifestArguments.entry(entries, name, Lookup.reference(words.get(1)));
      show(engine, List.of(entry), true, verbose, session.console().out());
      return ExitCode.OK;
    }
    Optional<List<JoinEntry>> here = new ManifestLists(engine.store()).find(name);
    if (here.isPresent() && !verbose) {
      session.console().out().println(text(ManifestArguments.document(here.get())));
    } else if (here.isPresent()) {
      show(engine, here.get(), false, true, session.console().out());
    } else {
      remote(engine, name, verbose, session.console().out());
    }
    return ExitCode.OK;
  }

  private static void remote(Engine engine, ImageReference name, boolean verbose, PrintStream out)
      throws IOException {
    Registry.Document document = engine.registry().manifest(name);
    if (!verbose) {
      boolean index = MediaTypes.isIndex(document.mediaType());
      out.println(JsonText.pretty(OciJson.toValues(document.bytes()), index ? "   " : "\t"));
      return;
    }
    boolean single = !MediaTypes.isIndex(document.mediaType());
    show(engine, new ImageJoin(engine.registry()).entries(name), single, true, out);
  }

  private static void show(
      Engine engine, List<JoinEntry> entries, boolean single, boolean verbose, PrintStream out)
      throws IOException {
    List<Object> views = new ArrayList<>();
    for (JoinEntry entry : entries) {
      Registry.Document document =
          engine.registry().manifest(entry.source().withDigest(entry.descriptor().digest()));
      Map<String, Object> values = OciJson.toValues(document.bytes());
      views.add(verbose ? detailed(entry, document, values) : values);
    }
    out.println(JsonText.pretty(single ? views.get(0) : views, "\t"));
  }

  private static Map<String, Object> detailed(
      JoinEntry entry, Registry.Document document, Map<String, Object> values) {
    Map<String, Object> view = new LinkedHashMap<>();
    view.put("Ref", entry.source().toString());
    view.put("Descriptor", OciJson.toValues(entry.descriptor()));
    view.put("Raw", Base64.getEncoder().encodeToString(document.bytes()));
    boolean docker = document.mediaType().equals(MediaTypes.DOCKER_MANIFEST);
    view.put(docker ? "SchemaV2Manifest" : "OCIManifest", values);
    return view;
  }

  private static String text(byte[] json) {
    return new String(json, StandardCharsets.UTF_8);
  }
}
