package dev.wadah.image;

import dev.wadah.oci.Descriptor;
import dev.wadah.oci.Index;
import dev.wadah.oci.MediaTypes;
import dev.wadah.oci.Platform;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/** Picks the manifest for a platform from an index (containerd, package platforms). */
public final class PlatformChoice {
  private PlatformChoice() {}

  /**
   * The manifests and nested indexes of an index that may hold an image for {@code platform}, best
   * first. Attestations, which say {@code unknown/unknown}, are never among them. A manifest
   * without a platform comes last, since only its config can tell.
   */
  public static List<Descriptor> candidates(Index index, Platform platform) {
    List<Descriptor> fitting = new ArrayList<>();
    for (Descriptor entry : images(index)) {
      if (rank(entry, platform) >= 0) {
        fitting.add(entry);
      }
    }
    fitting.sort(Comparator.comparingInt(entry -> rank(entry, platform)));
    return fitting;
  }

  /** The entries that are images or nested indexes. */
  public static List<Descriptor> images(Index index) {
    List<Descriptor> images = new ArrayList<>();
    for (Descriptor entry : index.manifests()) {
      boolean attestation =
          entry.annotations().containsKey("vnd.docker.reference.type")
              || entry.platform().map(p -> p.os().equals("unknown")).orElse(false);
      if (!attestation) {
        images.add(entry);
      }
    }
    return images;
  }

  private static int rank(Descriptor entry, Platform platform) {
    Optional<Platform> offered = entry.platform();
    if (offered.isEmpty() || offered.get().architecture().isEmpty()) {
      return MediaTypes.isIndex(entry.mediaType()) ? 1000 : 1001;
    }
    return platform.preference(offered.get());
  }

  /** The platforms of an index as a sentence's end, such as {@code linux/amd64, linux/arm64}. */
  public static String describe(Index index) {
    TreeSet<String> offered = new TreeSet<>();
    for (Descriptor entry : images(index)) {
      offered.add(entry.platform().map(Platform::toString).orElse("one without a platform"));
    }
    return offered.isEmpty() ? "no image at all" : String.join(", ", offered);
  }
}
