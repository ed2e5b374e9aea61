package dev.wadah.build.explain;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** In what a step differs from what is remembered of it. */
final class Comparison {
  /** So many variables are named. */
  private static final int NAMED = 6;

  private static final int SHOWN_DIGITS = "sha256:".length() + 12;
  private static final Pattern VARIABLE = Pattern.compile("\\$\\{?([A-Za-z_][A-Za-z0-9_]*)");

  /** Facts that an instruction's own text does not decide. */
  private static final Set<String> AROUND_RUN = Set.of("directory", "user", "host");

  private static final Set<String> AROUND_COPY = Set.of("owner");
  private static final Set<String> RESULTS = Set.of("root", "input", "files");

  private final StepMemory then;
  private final StepMemory now;
  private final Map<String, List<String>> before;
  private final Map<String, List<String>> after;
  private final List<String> reasons = new ArrayList<>();
  private boolean readsOthers;
  private boolean differsElsewhere;

  /**
   * A comparison.
   *
   * @param then what is remembered
   * @param now what is to be done
   */
  Comparison(StepMemory then, StepMemory now) {
    this.then = then;
    this.now = now;
    this.before = grouped(then.facts());
    this.after = grouped(now.facts());
  }

  private static Map<String, List<String>> grouped(List<Fact> facts) {
    Map<String, List<String>> groups = new LinkedHashMap<>();
    for (Fact fact : facts) {
      groups.computeIfAbsent(fact.name(), n -> new ArrayList<>()).add(fact.value());
    }
    return groups;
  }

  /** How many groups of facts differ: the fewer, the more likely both are one step. */
  int distance() {
    return differing().size();
  }

  /** Whether the root, or what it stands for, is another one. */
  boolean isOnAnotherRoot() {
    return differs("root");
  }

  /** Whether the result of another step is another one. */
  boolean readsOtherResults() {
    return differs("root") || differs("input") || differs("files");
  }

  private boolean differs(String name) {
    return !before.getOrDefault(name, List.of()).equals(after.getOrDefault(name, List.of()));
  }

  private Set<String> differing() {
    Set<String> names = new LinkedHashSet<>(after.keySet());
    names.addAll(before.keySet());
    names.removeIf(name -> !differs(name));
    return names;
  }

  /**
   * What the step itself has another of; results of other steps are not among it.
   *
   * @param image what the Dockerfile calls the image that the step stands on
   */
  List<String> reasons(String image) {
    Set<String> names = differing();
    root(image);
    instruction(names);
    variables(names);
    differsElsewhere = !reasons.isEmpty();
    files();
    return reasons;
  }

  /** After {@link #reasons}: whether these are files alone. */
  boolean differsInFilesOnly() {
    return !differsElsewhere && !reasons.isEmpty();
  }

  private void root(String image) {
    if (!then.root().platform().equals(now.root().platform())) {
      reasons.add("platform %s → %s".formatted(then.root().platform(), now.root().platform()));
    }
    if (now.root().image().isEmpty() || then.root().image().isEmpty() || !differs("root")) {
      return;
    }
    if (!now.root().image().equals(then.root().image())) {
      reasons.add("base image is " + image + " now, and was another one");
    } else if (now.root().digest().equals(then.root().digest())) {
      reasons.add("base image " + image + " has other layers");
    } else {
      reasons.add(
          "base image %s %s → %s"
              .formatted(image, shown(then.root().digest()), shown(now.root().digest())));
    }
  }

  private static String shown(String digest) {
    return digest.isEmpty()
        ? "(unknown)"
        : digest.substring(0, Math.min(digest.length(), SHOWN_DIGITS));
  }

  private void instruction(Set<String> names) {
    boolean run = now.facts().contains(new Fact("op", "exec"));
    Set<String> around = run ? AROUND_RUN : AROUND_COPY;
    Set<String> own = new LinkedHashSet<>(names);
    own.removeIf(n -> around.contains(n) || RESULTS.contains(n) || n.startsWith(Fact.VARIABLE));
    readsOthers = own.contains("source");
    if (!own.isEmpty() && !then.text().equals(now.text())) {
      reasons.add("instruction " + TextChange.of(then.text(), now.text()));
    } else if (!own.isEmpty()) {
      unwritten(own);
    }
    if (run && names.contains("directory")) {
      reasons.add("WORKDIR is another one");
    }
    if (names.contains(run ? "user" : "owner")) {
      reasons.add("USER is another one");
    }
    if (run && names.contains("host")) {
      reasons.add("--add-host is another one");
    }
  }

  /** The same words, and yet another instruction. */
  private void unwritten(Set<String> names) {
    if (names.remove("network")) {
      reasons.add("network %s → %s".formatted(word(before, "network"), word(after, "network")));
    }
    if (names.remove("insecure")) {
      reasons.add("security mode is another one");
    }
    if (names.remove("placement")) {
      reasons.add("--link-copies was%s given".formatted(linked(before) ? "" : " not"));
    }
    if (names.remove("content")) {
      reasons.add("its here-document is another one");
    }
    if (names.remove("argument")) {
      reasons.add("SHELL is another one");
    }
    if (!names.isEmpty()) {
      reasons.add(expanded());
    }
  }

  private static String word(Map<String, List<String>> facts, String name) {
    return String.join(" ", facts.getOrDefault(name, List.of("none"))).toLowerCase(Locale.ROOT);
  }

  private static boolean linked(Map<String, List<String>> facts) {
    return facts.getOrDefault("placement", List.of()).contains("LINKED");
  }

  private String expanded() {
    Set<String> variables = new LinkedHashSet<>();
    Matcher matcher = VARIABLE.matcher(now.text());
    while (matcher.find()) {
      variables.add("$" + matcher.group(1));
    }
    return variables.isEmpty()
        ? "the instruction means something else"
        : "another value of " + several(new ArrayList<>(variables), " or ");
  }

  private void variables(Set<String> names) {
    List<String> changed = new ArrayList<>();
    List<String> added = new ArrayList<>();
    List<String> removed = new ArrayList<>();
    for (String name : names) {
      if (name.startsWith(Fact.VARIABLE)) {
        String variable = name.substring(Fact.VARIABLE.length());
        boolean was = before.containsKey(name);
        (!was ? added : after.containsKey(name) ? changed : removed).add(variable);
      }
    }
    if (!changed.isEmpty()) {
      reasons.add("another value of " + several(changed, " and "));
    }
    if (!added.isEmpty()) {
      reasons.add("variable " + several(added, " and ") + " is new");
    }
    if (!removed.isEmpty()) {
      reasons.add("variable " + several(removed, " and ") + " is gone");
    }
  }

  private static String several(List<String> names, String last) {
    if (names.size() > NAMED) {
      return String.join(", ", names.subList(0, NAMED))
          + " and %d more".formatted(names.size() - NAMED);
    }
    if (names.size() == 1) {
      return names.get(0);
    }
    List<String> first = names.subList(0, names.size() - 1);
    return String.join(", ", first) + last + names.get(names.size() - 1);
  }

  /** Names of other sources would say nothing. */
  private void files() {
    List<String> was = before.getOrDefault("files", List.of());
    List<String> are = after.getOrDefault("files", List.of());
    boolean comparable =
        !readsOthers
            && was.size() == are.size()
            && then.files().size() == was.size()
            && now.files().size() == are.size();
    for (int i = 0; comparable && i < are.size(); i++) {
      if (!was.get(i).equals(are.get(i))) {
        reasons.add(FileChanges.of(then.files().get(i), now.files().get(i)));
      }
    }
  }
}
