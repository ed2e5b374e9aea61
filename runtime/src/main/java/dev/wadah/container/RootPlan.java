package dev.wadah.container;

import dev.wadah.container.Machine.UserNamespace;
import dev.wadah.snapshot.Snapshotter.RootMount;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The part of a {@link LaunchPlan} that mounts layers. Pure, as the whole. */
final class RootPlan {
  /** What overlay takes (OVL_MAX_STACK). */
  private static final int MOST_LAYERS = 500;

  /** From here on a look into every layer is worth an own layer that spares it. */
  private static final int MANY_LAYERS = 16;

  private static final long MOUNTING = Capabilities.mask(List.of("CAP_SYS_ADMIN"));

  private RootPlan() {}

  /**
   * Adds the operations that make the container's root.
   *
   * @param founded how many of its lowest layers a {@link Foundation} carries
   */
  static void add(ContainerSpec spec, Machine machine, int founded, OperationList list) {
    RootMount root = spec.root();
    if (root.work().isPresent() && (founded > 0 || takesMountPoints(spec))) {
      int layers = root.lower().size();
      List<Path> lower = new ArrayList<>(layers - founded + 2);
      if (isWorthCovering(spec, founded)) {
        lower.add(machine.mountPoints().highest());
      }
      lower.addAll(root.lower().subList(0, layers - founded));
      lower.add(founded > 0 ? place(machine) : machine.mountPoints().lowest());
      root = new RootMount(lower, root.upper(), root.work());
    }
    // With layers of two file systems a file would lie on another device than its directory, and
    // numbers of inodes would repeat, were they not told apart by the numbers' upper bits.
    tree(root, machine, founded > 0 ? ",?xino=on" : "", list);
    list.add("root");
  }

  /** They must all be mounted over, lest a container sees what its image does not have. */
  private static boolean takesMountPoints(ContainerSpec spec) {
    return hidesMountPoints(spec) && spec.root().lower().size() < MOST_LAYERS;
  }

  private static boolean hidesMountPoints(ContainerSpec spec) {
    return spec.host().hosts().isPresent() && spec.host().resolvConf().isPresent();
  }

  /** A layer more costs as much as it saves when there are few. */
  private static boolean isWorthCovering(ContainerSpec spec, int founded) {
    int layers = spec.root().lower().size();
    return layers >= MANY_LAYERS && layers - founded + 2 <= MOST_LAYERS && !mayMount(spec);
  }

  /**
   * Who may unmount must see the image's own directories; who may mount may want an overlay of its
   * own on top of the root, and the kernel stacks no more than two.
   */
  private static boolean mayMount(ContainerSpec spec) {
    return spec.security().privileged()
        || (Capabilities.mask(spec.security().capabilities()) & MOUNTING) != 0;
  }

  /** Whether a container sees no difference when its root stands on a {@link Foundation}. */
  static boolean canBeFounded(ContainerSpec spec) {
    return spec.root().work().isPresent() && hidesMountPoints(spec) && !mayMount(spec);
  }

  /** Adds the operations that make a tree of layers. */
  static void tree(RootMount root, Machine machine, OperationList list) {
    tree(root, machine, "", list);
  }

  private static void tree(RootMount root, Machine machine, String more, OperationList list) {
    if (root.upper().isPresent() && root.work().isEmpty()) {
      list.add("source", root.upper().get());
      return;
    }
    for (Path lower : root.lower()) {
      list.add("lower", lower);
    }
    if (root.upper().isPresent()) {
      list.add("upper", root.upper().get());
      list.add("work", root.work().get());
    }
    String options = options(machine).concat(more);
    list.add("overlay", root.upper().isPresent() ? options + ",?volatile" : options, "");
  }

  /** Who is root of a namespace only may write marks in "user." alone, and redirects not at all. */
  private static String options(Machine machine) {
    return machine.userNamespace() == UserNamespace.FIRST
        ? "metacopy=off,redirect_dir=off,index=off"
        : "userxattr,metacopy=off,index=off";
  }

  /** Where a {@link Foundation} is mounted, in a namespace of its own. */
  static Path place(Machine machine) {
    return machine.emptyDirectory().resolveSibling("foundation");
  }

  /**
   * Mounts layers for a {@link Foundation}, tries whether a root can stand on them, and stays.
   *
   * @param layers the lowest ones of some roots, highest first
   */
  static OperationList foundation(List<Path> layers, Machine machine) {
    Path place = place(machine);
    List<Path> lower = new ArrayList<>(layers);
    lower.add(machine.mountPoints().lowest());
    OperationList list = new OperationList();
    list.add("clone", Flags.NEWNS).add("slave").add("scratch", place);
    tree(new RootMount(lower, Optional.empty(), Optional.empty()), machine, list);
    list.add("cover", place);
    tree(new RootMount(List.of(place), Optional.empty(), Optional.empty()), machine, list);
    return list.add("hold").add("arg", "/nothing").add("exec");
  }

  /** Only mounts a root file system, then fails to run a program that it does not have. */
  static OperationList trial(RootMount root, Machine machine) {
    OperationList list = new OperationList();
    list.add("clone", Flags.NEWNS).add("private").add("scratch", machine.emptyDirectory());
    tree(root, machine, list);
    return list.add("root").add("pivot").add("arg", "/nothing").add("exec");
  }
}
