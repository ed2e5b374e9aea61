package dev.wadah.build;

import dev.wadah.dockerfile.Diagnostic;
import dev.wadah.dockerfile.Dockerfile;
import dev.wadah.dockerfile.SourceFile;
import dev.wadah.dockerfile.Span;
import dev.wadah.oci.ImageReference;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Looks at {@code # syntax=}. Docker's own front ends are what this builder implements, so they
 * need no image; any other one is a program that would have to be run, which is not done.
 */
final class Frontend {
  private static final String ARGUMENT = "BUILDKIT_SYNTAX";
  private static final String WITHOUT_ARGUMENT =
      "leave out the build argument BUILDKIT_SYNTAX, or name docker/dockerfile:1";
  private static final String OWN_LINE =
      "remove the syntax line, or write # syntax=docker/dockerfile:1";
  private static final String ELSEWHERE =
      "the text is no Dockerfile either; check that -f names the right file";
  private static final Set<String> OWN = Set.of("docker/dockerfile", "docker/dockerfile-upstream");

  private Frontend() {}

  /** Refuses a file for a front end that is not Docker's. */
  static void check(Dockerfile dockerfile, Map<String, String> buildArgs) throws BuildException {
    String argument = buildArgs.get(ARGUMENT);
    if (argument != null && !argument.isEmpty()) {
      refuseForeign(argument, dockerfile.source(), Optional.empty(), WITHOUT_ARGUMENT);
      return;
    }
    for (Dockerfile.Directive directive : dockerfile.directives()) {
      if (directive.key().equals("syntax")) {
        refuseForeign(
            directive.value(), dockerfile.source(), Optional.of(directive.span()), OWN_LINE);
      }
    }
  }

  /** Refuses a text that is no Dockerfile because it is written for another front end. */
  static void checkUnreadable(SourceFile source, Map<String, String> buildArgs)
      throws BuildException {
    String argument = buildArgs.getOrDefault(ARGUMENT, "");
    if (!argument.isEmpty()) {
      refuseForeign(argument, source, Optional.empty(), WITHOUT_ARGUMENT);
      return;
    }
    Optional<SyntaxLine> line = SyntaxLine.of(source);
    if (line.isPresent()) {
      refuseForeign(line.get().frontend(), source, line.get().span(), ELSEWHERE);
    }
  }

  private static void refuseForeign(
      String value, SourceFile source, Optional<Span> span, String remedy) throws BuildException {
    String name = value.strip().split("\\s", 2)[0];
    if (name.isEmpty() || isOwn(name)) {
      return;
    }
    throw new BuildException(
        List.of(
            new Diagnostic(
                "foreign-frontend",
                Diagnostic.Severity.ERROR,
                "the front end \"%s\" cannot be used".formatted(name),
                Optional.of(source),
                span,
                "this builder reads the Dockerfile language itself and runs no front-end images",
                remedy,
                "")));
  }

  private static boolean isOwn(String name) {
    try {
      ImageReference reference = ImageReference.parse(name);
      return reference.domain().equals("docker.io") && OWN.contains(reference.path());
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
