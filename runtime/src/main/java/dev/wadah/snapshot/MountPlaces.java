package dev.wadah.snapshot;

import java.util.List;

/** The mount points that every build step needs; an image may lack them. */
public final class MountPlaces {
  /** Absolute paths of directories. */
  public static final List<String> DIRECTORIES = List.of("/etc", "/dev", "/proc", "/sys");

  /** Absolute paths of files in those directories. */
  public static final List<String> FILES = List.of("/etc/hosts", "/etc/resolv.conf");

  private MountPlaces() {}
}
