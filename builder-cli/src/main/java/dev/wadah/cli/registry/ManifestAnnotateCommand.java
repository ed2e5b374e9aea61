package dev.wadah.cli.registry;

import dev.wadah.cli.Arguments;
import dev.wadah.cli.Command;
import dev.wadah.cli.CommandModel;
import dev.wadah.cli.ExitCode;
import dev.wadah.cli.Session;
import dev.wadah.cli.UsageException;
import dev.wadah.cli.image.Lookup;
import dev.wadah.engine.Engine;
import dev.wadah.image.transfer.JoinEntry;
import dev.wadah.image.transfer.ManifestLists;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.ImageReference;
import dev.wadah.oci.Platform;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** {@code wadah manifest annotate}: says more of an image in a list than its config does. */
public final class ManifestAnnotateCommand implements Command {
  @Override
  public CommandModel model() {
    return CommandModel.of(
            "manifest annotate",
            "[FLAGS] LIST IMAGE",
            "Set the platform of an image in a manifest list.")
        .value("ARCH", "Processor, such as arm64", "--arch")
        .value("OS", "Operating system, such as linux", "--os")
        .values("FEATURES", "Features of the system, separated by commas", "--os-features")
        .value("VERSION", "Version of the system", "--os-version")
        .value("VARIANT", "Variant of the processor, such as v7", "--variant")
        .arguments("LIST IMAGE", "0..*", "The list, and an image that it was made with");
  }

  @Override
  public int run(Arguments arguments, Session session) throws Exception {
    List<String> words = arguments.positional();
    if (words.size() != 2) {
      throw new UsageException(
          "\"manifest annotate\" takes a list and an image",
          "",
          "wadah manifest annotate --arch arm64 app:1 app:1-arm64");
    }
    ImageReference name = ManifestArguments.list(words.get(0));
    Engine engine = session.engine();
    List<JoinEntry> entries = ManifestArguments.entries(engine, name);
    JoinEntry entry = ManifestArguments.entry(entries, name, Lookup.reference(words.get(1)));
    Platform platform = platform(entry.descriptor(), arguments);
    List<JoinEntry> changed = new ArrayList<>(entries);
    changed.set(
        entries.indexOf(entry), entry.withDescriptor(entry.descriptor().withPlatform(platform)));
    new ManifestLists(engine.store()).put(name, changed);
    return ExitCode.OK;
  }

  private static Platform platform(Descriptor descriptor, Arguments arguments)
      throws UsageException {
    Optional<Platform> old = descriptor.platform();
    String os = arguments.value("os").orElse(old.map(Platform::os).orElse(""));
    String arch = arguments.value("arch").orElse(old.map(Platform::architecture).orElse(""));
    Optional<String> variant = arguments.value("variant").or(() -> old.flatMap(Platform::variant));
    if (os.isEmpty() || arch.isEmpty()) {
      throw new UsageException(
          "the platform \"%s/%s\" is not whole".formatted(os, arch),
          "it is made of an operating system and a processor",
          "--os linux --arch arm64");
    }
    List<String> features = new ArrayList<>();
    for (String value : arguments.values("os-features")) {
      features.addAll(List.of(value.split(",")));
    }
    // As docker, the variant stays as it is said, arm64's v8 too; only aliases of processors, which
    // docker refuses, are replaced: armhf is arm/v7.
    Platform known = Platform.normalised(os, arch, variant.orElse(""));
    boolean isAlias = !known.architecture().equals(arch);
    return new Platform(
            os, known.architecture(), variant.isEmpty() && isAlias ? known.variant() : variant)
        .withSystem(
            arguments.value("os-version").or(() -> old.flatMap(Platform::osVersion)),
            features.isEmpty() ? old.map(Platform::osFeatures).orElse(List.of()) : features);
  }
}
