package dev.wadah.layer.tar;

import java.io.EOFException;

/** How far into an archive its reader is, for what it says of a broken one. */
final class TarPlace {
  private long entries;
  private String name = "";

  /** A further header was read. */
  void further() {
    entries++;
  }

  /** Tells the name of the entry that the last headers began. */
  void named(String entryName) {
    name = entryName;
  }

  InvalidLayerException broken(String what) {
    return new InvalidLayerException("tar entry %d, \"%s\", has %s".formatted(entries, name, what));
  }

  InvalidLayerException wrongSum() {
    return new InvalidLayerException(
        "no tar archive, or a broken one: the header after %d entries (the last: \"%s\") has a wrong check sum"
            .formatted(entries, name));
  }

  EOFException tooShort() {
    return new EOFException(
        "the archive ends within tar entry %d, \"%s\"".formatted(entries, name));
  }
}
