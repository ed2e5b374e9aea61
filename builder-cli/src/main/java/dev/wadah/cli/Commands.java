package dev.wadah.cli;

import dev.wadah.cli.build.BuildCommand;
import dev.wadah.cli.cache.CacheMountExportCommand;
import dev.wadah.cli.cache.CacheMountImportCommand;
import dev.wadah.cli.cache.CacheMountListCommand;
import dev.wadah.cli.container.RunCommand;
import dev.wadah.cli.dockerfile.FmtCommand;
import dev.wadah.cli.dockerfile.LintCommand;
import dev.wadah.cli.image.HistoryCommand;
import dev.wadah.cli.image.ImagesCommand;
import dev.wadah.cli.image.ImportCommand;
import dev.wadah.cli.image.InspectCommand;
import dev.wadah.cli.image.LoadCommand;
import dev.wadah.cli.image.RemoveImageCommand;
import dev.wadah.cli.image.SaveCommand;
import dev.wadah.cli.image.TagCommand;
import dev.wadah.cli.registry.ImageVerifyCommand;
import dev.wadah.cli.registry.ImagetoolsCreateCommand;
import dev.wadah.cli.registry.ImagetoolsInspectCommand;
import dev.wadah.cli.registry.LoginCommand;
import dev.wadah.cli.registry.LogoutCommand;
import dev.wadah.cli.registry.ManifestAnnotateCommand;
import dev.wadah.cli.registry.ManifestCreateCommand;
import dev.wadah.cli.registry.ManifestInspectCommand;
import dev.wadah.cli.registry.ManifestPushCommand;
import dev.wadah.cli.registry.ManifestRemoveCommand;
import dev.wadah.cli.registry.PullCommand;
import dev.wadah.cli.registry.PushCommand;
import dev.wadah.cli.registry.RegistryServeCommand;
import dev.wadah.cli.store.BuilderPruneCommand;
import dev.wadah.cli.store.CacheUsageCommand;
import dev.wadah.cli.store.ContainerPruneCommand;
import dev.wadah.cli.store.DiskUsageCommand;
import dev.wadah.cli.store.GcCommand;
import dev.wadah.cli.store.ImagePruneCommand;
import dev.wadah.cli.store.StoreVerifyCommand;
import dev.wadah.cli.store.SystemPruneCommand;
import dev.wadah.cli.store.TrainCommand;
import dev.wadah.cli.store.VersionCommand;
import dev.wadah.cli.store.VolumePruneCommand;
import java.util.List;
import java.util.Optional;

/** The commands by name. Only the class of the one that runs is loaded. */
final class Commands {
  /** Every name that {@code wadah} takes as its first word, for did-you-mean. */
  static final List<String> NAMES =
      List.of(
          "build",
          "run",
          "images",
          "tag",
          "rmi",
          "inspect",
          "history",
          "load",
          "save",
          "import",
          "pull",
          "push",
          "login",
          "logout",
          "lint",
          "fmt",
          "version",
          "image",
          "container",
          "buildx",
          "builder",
          "registry",
          "manifest",
          "imagetools",
          "store",
          "system",
          "volume",
          "cache",
          "gc",
          "help");

  private Commands() {}

  /** The command of a name of one word, or of several such as {@code image ls}. */
  static Optional<Command> find(String name) {
    return Optional.ofNullable(
        switch (name) {
          case "build", "image build", "builder build", "buildx build" -> new BuildCommand();
          case "run", "container run" -> new RunCommand();
          case "images", "image ls", "image list" -> new ImagesCommand();
          case "tag", "image tag" -> new TagCommand();
          case "rmi", "image rm", "image remove" -> new RemoveImageCommand();
          case "inspect", "image inspect" -> new InspectCommand();
          case "history", "image history" -> new HistoryCommand();
          case "load", "image load" -> new LoadCommand();
          case "save", "image save" -> new SaveCommand();
          case "import", "image import" -> new ImportCommand();
          case "pull", "image pull" -> new PullCommand();
          case "push", "image push" -> new PushCommand();
          case "manifest create" -> new ManifestCreateCommand();
          case "manifest annotate" -> new ManifestAnnotateCommand();
          case "manifest inspect" -> new ManifestInspectCommand();
          case "manifest push" -> new ManifestPushCommand();
          case "manifest rm" -> new ManifestRemoveCommand();
          case "imagetools create", "buildx imagetools create" -> new ImagetoolsCreateCommand();
          case "imagetools inspect", "buildx imagetools inspect" -> new ImagetoolsInspectCommand();
          case "image verify" -> new ImageVerifyCommand();
          case "login" -> new LoginCommand();
          case "logout" -> new LogoutCommand();
          case "lint" -> new LintCommand(VersionCommand.VERSION);
          case "fmt" -> new FmtCommand();
          case "registry serve" -> new RegistryServeCommand();
          case "system df" -> new DiskUsageCommand();
          case "system prune" -> new SystemPruneCommand();
          case "builder prune", "buildx prune" -> new BuilderPruneCommand();
          case "builder du", "buildx du" -> new CacheUsageCommand();
          case "image prune" -> new ImagePruneCommand();
          case "container prune" -> new ContainerPruneCommand();
          case "volume prune" -> new VolumePruneCommand();
          case "cache mount ls", "cache mount list" -> new CacheMountListCommand();
          case "cache mount export" -> new CacheMountExportCommand();
          case "cache mount import" -> new CacheMountImportCommand();
          case "gc" -> new GcCommand();
          case "store verify" -> new StoreVerifyCommand();
          case "version" -> new VersionCommand();
          case "train" -> new TrainCommand();
          default -> null;
        });
  }

  /** Whether {@code word} is the first of names of several words. */
  static boolean isGroup(String word) {
    return !words(word).isEmpty();
  }

  /** What may follow the first word of names of several words, each once; else nothing. */
  static List<String> words(String group) {
    return switch (group) {
      case "image" ->
          List.of(
              "build", "history", "import", "inspect", "load", "ls", "prune", "pull", "push", "rm",
              "save", "tag", "verify");
      case "container" -> List.of("prune", "run");
      case "buildx" -> List.of("build", "du", "imagetools", "prune");
      case "builder" -> List.of("build", "du", "prune");
      case "registry" -> List.of("serve");
      case "store" -> List.of("verify");
      case "system" -> List.of("df", "prune");
      case "cache" -> List.of("mount");
      case "cache mount" -> List.of("export", "import", "ls");
      case "volume" -> List.of("prune");
      case "manifest" -> List.of("annotate", "create", "inspect", "push", "rm");
      case "imagetools", "buildx imagetools" -> List.of("create", "inspect");
      default -> List.of();
    };
  }
}
