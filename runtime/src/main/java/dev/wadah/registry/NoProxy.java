package dev.wadah.registry;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The hosts of {@code NO_PROXY}, separated by commas or blanks: a name with all names below it, a
 * name with a leading dot or {@code *.} for those below it only, an address, a range of addresses
 * ({@code 10.0.0.0/8}), each but the last with a port if need be; {@code *} for all. An entry that
 * is none of these covers nothing.
 */
final class NoProxy {
  private final List<Entry> entries = new ArrayList<>();

  /**
   * An entry.
   *
   * @param name in lower case, with a dot in front where only names below it are meant
   * @param address of a host, or the first of a range
   * @param prefixBits how many bits of an address count
   * @param port 0 for any
   */
  private record Entry(String name, Optional<byte[]> address, int prefixBits, int port) {}

  private boolean all;

  NoProxy(String variable) {
    for (String text : variable.toLowerCase(Locale.ROOT).split("[,\\s]+", -1)) {
      if (text.equals("*")) {
        all = true;
      } else if (!text.isEmpty()) {
        add(text);
      }
    }
  }

  private void add(String text) {
    int slash = text.indexOf('/');
    if (slash > 0) {
      Optional<byte[]> first = address(text.substring(0, slash));
      int bits = number(text.substring(slash + 1));
      if (first.isPresent() && bits >= 0 && bits <= first.get().length * 8) {
        entries.add(new Entry("", first, bits, 0));
      }
      return;
    }
    String host = text;
    int port = 0;
    int colon = text.lastIndexOf(':');
    boolean bareIpv6 = text.indexOf(':') != colon && !text.startsWith("[");
    if (colon > 0 && !bareIpv6 && !text.endsWith("]")) {
      host = text.substring(0, colon);
      port = number(text.substring(colon + 1));
      if (port < 0) {
        return;
      }
    }
    Optional<byte[]> address = address(host);
    int bits = address.map(bytes -> bytes.length * 8).orElse(0);
    entries.add(new Entry(host.startsWith("*.") ? host.substring(1) : host, address, bits, port));
  }

  private static int number(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  /** Whether a host is reached without a proxy; a loopback host always is. */
  boolean covers(String host, int port) {
    String name = host.toLowerCase(Locale.ROOT);
    Optional<byte[]> address = address(name);
    if (all || isLoopback(name, address)) {
      return true;
    }
    for (Entry entry : entries) {
      boolean samePort = entry.port() == 0 || entry.port() == port;
      boolean same =
          address.isPresent()
              ? entry.address().isPresent()
                  && startsAlike(address.get(), entry.address().get(), entry.prefixBits())
              : entry.address().isEmpty() && isNamed(name, entry.name());
      if (samePort && same) {
        return true;
      }
    }
    return false;
  }

  private static boolean isLoopback(String name, Optional<byte[]> address) {
    if (address.isEmpty()) {
      return name.equals("localhost");
    }
    byte[] bytes = address.get();
    return bytes.length == 4
        ? bytes[0] == 127
        : startsAlike(bytes, new byte[16], 127) && bytes[15] == 1;
  }

  private static boolean isNamed(String name, String entry) {
    if (entry.startsWith(".")) {
      return name.endsWith(entry);
    }
    return name.equals(entry) || name.endsWith("." + entry);
  }

  private static boolean startsAlike(byte[] a, byte[] b, int bits) {
    if (a.length != b.length) {
      return false;
    }
    for (int i = 0; i < bits; i++) {
      int mask = 0x80 >> (i % 8);
      if ((a[i / 8] & mask) != (b[i / 8] & mask)) {
        return false;
      }
    }
    return true;
  }

  /** The bytes of an address that is written out; names are not looked up. */
  private static Optional<byte[]> address(String text) {
    boolean brackets = text.startsWith("[") && text.endsWith("]");
    String bare = brackets ? text.substring(1, text.length() - 1) : text;
    if (!bare.contains(":") && !isIpv4(bare)) {
      return Optional.empty();
    }
    try {
      return Optional.of(InetAddress.getByName(bare).getAddress());
    } catch (UnknownHostException e) {
      return Optional.empty();
    }
  }

  private static boolean isIpv4(String text) {
    String[] parts = text.split("\\.", -1);
    for (String part : parts) {
      int value = part.length() > 3 ? -1 : number(part);
      if (value < 0 || value > 255) {
        return false;
      }
    }
    return parts.length == 4;
  }
}
