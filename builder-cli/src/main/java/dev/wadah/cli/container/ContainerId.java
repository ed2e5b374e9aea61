package dev.wadah.cli.container;

import java.util.UUID;

/** Ids of containers. */
final class ContainerId {
  private ContainerId() {}

  /** 64 hex digits, as docker's; the first twelve are the host name. */
  static String random() {
    StringBuilder id = new StringBuilder(64);
    while (id.length() < 64) {
      id.append(UUID.randomUUID().toString().replace("-", ""));
    }
    return id.substring(0, 64);
  }
}
