package dev.wadah.cli.container;

import dev.wadah.cli.Arguments;
import dev.wadah.cli.UsageException;
import dev.wadah.container.Capabilities;
import dev.wadah.container.ContainerSpec.SecuritySpec;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What a container may do: {@code --cap-add --cap-drop --security-opt --privileged}. */
final class Security {
  private Security() {}

  static SecuritySpec of(Arguments arguments) throws UsageException {
    boolean privileged = arguments.has("privileged");
    boolean seccomp = !privileged;
    boolean noNewPrivileges = false;
    for (String option : arguments.values("security-opt")) {
      String normal = option.replaceFirst(":", "=");
      switch (normal) {
        case "seccomp=unconfined" -> seccomp = false;
        case "seccomp=builtin" -> seccomp = true;
        case "no-new-privileges", "no-new-privileges=true" -> noNewPrivileges = true;
        case "no-new-privileges=false" -> noNewPrivileges = false;
        default -> ignoredOrUnknown(option, normal);
      }
    }
    return new SecuritySpec(
        List.copyOf(capabilities(arguments, privileged)),
        seccomp,
        noNewPrivileges,
        false,
        privileged);
  }

  /** There is no AppArmor or SELinux profile that could be left out. */
  private static void ignoredOrUnknown(String option, String normal) throws UsageException {
    if (!normal.equals("apparmor=unconfined")
        && !normal.equals("label=disable")
        && !normal.equals("systempaths=unconfined")) {
      throw new UsageException(
          "--security-opt \"%s\" is not supported".formatted(option),
          "known are no-new-privileges, seccomp=unconfined, apparmor=unconfined, label=disable",
          "");
    }
  }

  private static Set<String> capabilities(Arguments arguments, boolean privileged)
      throws UsageException {
    List<String> add = names(arguments, "cap-add");
    List<String> drop = names(arguments, "cap-drop");
    Set<String> granted = new LinkedHashSet<>();
    if (privileged || add.contains("ALL")) {
      granted.addAll(Capabilities.all());
    } else if (!drop.contains("ALL")) {
      granted.addAll(Capabilities.DEFAULT);
    }
    drop.forEach(granted::remove);
    if (drop.contains("ALL") && !privileged) {
      granted.clear();
    }
    for (String name : add) {
      if (!name.equals("ALL")) {
        granted.add(name);
      }
    }
    return granted;
  }

  private static List<String> names(Arguments arguments, String flag) throws UsageException {
    Set<String> names = new LinkedHashSet<>();
    for (String text : arguments.values(flag)) {
      for (String one : text.split(",", -1)) {
        try {
          String upper = one.strip().toUpperCase(Locale.ROOT);
          names.add(
              upper.equals("ALL") || upper.equals("CAP_ALL") ? "ALL" : Capabilities.parse(upper));
        } catch (IllegalArgumentException e) {
          throw new UsageException(e.getMessage(), "", "such as NET_ADMIN, or ALL");
        }
      }
    }
    return List.copyOf(names);
  }
}
