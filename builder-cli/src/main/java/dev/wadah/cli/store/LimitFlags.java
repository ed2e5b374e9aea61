package dev.wadah.cli.store;

import dev.wadah.build.gc.DiskSpace;
import dev.wadah.build.gc.GcSettings;
import dev.wadah.build.gc.Limits;
import dev.wadah.cli.Arguments;
import dev.wadah.cli.CommandModel;
import dev.wadah.cli.Session;
import dev.wadah.cli.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** The flags that say how much of the build cache may stay. */
final class LimitFlags {
  private LimitFlags() {}

  static CommandModel addTo(CommandModel model) {
    return model
        .value(
            "BYTES",
            "So much may stay: 10GB, or a share of the disk: 10%",
            "--max-used-space",
            "--max-used")
        .value(
            "BYTES",
            "So much stays in any case",
            "--reserved-space",
            "--reserved",
            "--keep-storage")
        .value("BYTES", "Go on until so much of the disk is free", "--min-free-space", "--min-free")
        .value("DURATION", "What was used within this time stays: 24h, 7d", "--keep-duration");
  }

  /** Whether any of the flags was given. */
  static boolean given(Arguments arguments) {
    return arguments.given("max-used-space")
        || arguments.given("reserved-space")
        || arguments.given("min-free-space")
        || arguments.given("keep-duration");
  }

  /** The limits of the flags; what was not given is as in {@code others}. */
  static Limits parse(Arguments arguments, Session session, Limits others)
      throws UsageException, IOException {
    boolean onlyFree = arguments.given("min-free-space") && !arguments.given("max-used-space");
    long maxUsed = others.equals(Limits.NONE) && onlyFree ? Long.MAX_VALUE : others.maxUsedBytes();
    Optional<String> keep = arguments.value("keep-duration");
    Limits limits =
        new Limits(
            keep.isPresent() ? duration(keep.get()) : others.keepDuration(),
            bytes(arguments, "reserved-space", session, others.reservedBytes()),
            bytes(arguments, "max-used-space", session, maxUsed),
            bytes(arguments, "min-free-space", session, others.minFreeBytes()));
    boolean onlyUsed = arguments.given("max-used-space") && !arguments.given("reserved-space");
    return onlyUsed ? limits.withReservedBelowMaxUsed() : limits;
  }

  private static long bytes(Arguments arguments, String flag, Session session, long otherwise)
      throws UsageException, IOException {
    Optional<String> text = arguments.value(flag);
    if (text.isEmpty()) {
      return otherwise;
    }
    try {
      return GcSettings.bytes(text.get(), disk(session));
    } catch (IllegalArgumentException e) {
      throw new UsageException("invalid --%s: %s".formatted(flag, e.getMessage()), "", "");
    }
  }

  private static DiskSpace disk(Session session) throws IOException {
    Path root = session.root();
    while (!Files.exists(root)) {
      root = root.getParent();
    }
    return DiskSpace.of(root);
  }

  private static Duration duration(String text) throws UsageException {
    try {
      return GcSettings.duration(text);
    } catch (IllegalArgumentException e) {
      throw new UsageException("invalid --keep-duration: " + e.getMessage(), "", "");
    }
  }
}
