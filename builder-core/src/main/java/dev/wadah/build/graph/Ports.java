package dev.wadah.build.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Reads the ports of EXPOSE, as BuildKit's parsePortSpecs does. */
final class Ports {
  private static final Set<String> PROTOCOLS = Set.of("tcp", "udp", "sctp");
  private static final int MAX = 65535;

  private Ports() {}

  /**
   * The keys of a word such as {@code 8000-8002/udp}; a host port before a colon is ignored.
   *
   * @throws IllegalArgumentException naming the fault
   */
  static List<String> parse(String word) {
    String container = word.substring(word.lastIndexOf(':') + 1);
    int slash = container.indexOf('/');
    String range = slash < 0 ? container : container.substring(0, slash);
    String protocol = slash < 0 ? "tcp" : container.substring(slash + 1).toLowerCase(Locale.ROOT);
    if (protocol.isEmpty()) {
      protocol = "tcp";
    }
    if (range.isEmpty()) {
      throw new IllegalArgumentException("no port specified: \"%s\"".formatted(word));
    }
    if (!PROTOCOLS.contains(protocol)) {
      throw new IllegalArgumentException("invalid proto: \"%s\"".formatted(protocol));
    }
    return expand(range, protocol, word);
  }

  private static List<String> expand(String range, String protocol, String word) {
    int dash = range.indexOf('-');
    int start = number(dash < 0 ? range : range.substring(0, dash), word);
    int end = dash < 0 ? start : number(range.substring(dash + 1), word);
    if (end < start) {
      throw new IllegalArgumentException(
          "invalid range specified for port: \"%s\" runs backwards".formatted(word));
    }
    List<String> ports = new ArrayList<>(end - start + 1);
    for (int port = start; port <= end; port++) {
      ports.add(port + "/" + protocol);
    }
    return ports;
  }

  private static int number(String digits, String word) {
    int value = 0;
    for (int i = 0; i < digits.length(); i++) {
      int digit = Character.digit(digits.charAt(i), 10);
      value = digit < 0 || value > MAX ? MAX + 1 : value * 10 + digit;
    }
    if (digits.isEmpty() || value > MAX) {
      throw new IllegalArgumentException("invalid containerPort: \"%s\"".formatted(word));
    }
    return value;
  }
}
