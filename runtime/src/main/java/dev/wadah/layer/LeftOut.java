package dev.wadah.layer;

import java.util.ArrayList;
import java.util.List;

/** Counts what of a layer could not be made on this machine. Not for several threads at once. */
final class LeftOut {
  private long devices;
  private String firstDevice = "";
  private long attributes;
  private String firstAttribute = "";

  /** A device, by its name in the layer. */
  void device(String name) {
    if (devices++ == 0) {
      firstDevice = name;
    }
  }

  /** An extended attribute of a file, and why. */
  void attribute(String attribute, String file, String why) {
    if (attributes++ == 0) {
      firstAttribute = "%s of \"%s\": %s".formatted(attribute, file, why);
    }
  }

  /** Sentences for the user without a full stop; none when the tree is all that the layer says. */
  List<String> sentences() {
    List<String> said = new ArrayList<>();
    if (devices > 0) {
      String what = "it lacks %s, which this user may not make: \"%s\"%s";
      said.add(what.formatted(count(devices, "device"), firstDevice, others(devices)));
    }
    if (attributes > 0) {
      String what = "it lacks %s: %s%s";
      String lacking = count(attributes, "extended attribute");
      said.add(what.formatted(lacking, firstAttribute, others(attributes)));
    }
    return said;
  }

  private static String count(long number, String what) {
    return number == 1 ? "1 " + what : number + " " + what + "s";
  }

  private static String others(long number) {
    return number == 1 ? "" : ", and others";
  }
}
