package dev.wadah.dockerfile.check;

import dev.wadah.dockerfile.Instruction;
import dev.wadah.dockerfile.Span;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What a stage knows at one of its instructions; changes from instruction to instruction. */
final class StageScope {
  private static final String DEFAULT_PATH =
      "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  /** Variables that have a value: ENV, ARG, and those of the base. */
  final Map<String, String> variables = new LinkedHashMap<>();

  /** Names of the ARGs, with a value or without. */
  final Set<String> args = new HashSet<>();

  /** Where each of CMD, ENTRYPOINT and HEALTHCHECK stood last, by its name in capitals. */
  final Map<String, Span> last = new HashMap<>();

  /** Triggers for the stages that begin with this one. */
  final List<Instruction.OnBuild> triggers = new ArrayList<>();

  boolean workdirSet;
  boolean shellSet;

  /** A stage that begins with another stage, or with an image of which something may be known. */
  StageScope(StageScope parent, Optional<CheckContext.Base> base) {
    if (parent != null) {
      variables.putAll(parent.variables);
      args.addAll(parent.args);
      workdirSet = parent.workdirSet;
      shellSet = parent.shellSet;
    }
    base.ifPresent(
        image -> {
          variables.putAll(image.environment());
          shellSet = image.hasShell();
        });
    variables.putIfAbsent("PATH", DEFAULT_PATH);
  }
}
