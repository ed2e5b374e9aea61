package dev.wadah.maven;

import dev.wadah.build.BuildException;
import dev.wadah.dockerfile.Diagnostic;
import java.util.stream.Collectors;

/** Diagnostics as text for Maven's log. */
final class Diagnostics {
  private Diagnostics() {}

  static String text(BuildException failure) {
    return failure.diagnostics().stream()
        .map(Diagnostics::text)
        .collect(Collectors.joining("\n", "wadah:build failed\n", ""));
  }

  static String text(Diagnostic diagnostic) {
    StringBuilder text = new StringBuilder();
    diagnostic
        .source()
        .ifPresent(
            source -> {
              text.append(source.name());
              diagnostic
                  .span()
                  .ifPresent(
                      span ->
                          text.append(':')
                              .append(span.startLine())
                              .append(':')
                              .append(span.startColumn()));
              text.append(": ");
            });
    text.append(diagnostic.message());
    if (!diagnostic.why().isEmpty()) {
      text.append("\nwhy:  ").append(diagnostic.why());
    }
    if (!diagnostic.remedy().isEmpty()) {
      text.append("\ntry:  ").append(diagnostic.remedy());
    }
    return text.toString();
  }
}
