package dev.wadah.build.exec;

import dev.wadah.build.BuildException;
import dev.wadah.build.context.BuildContext;
import dev.wadah.build.files.FileActionException;
import dev.wadah.build.graph.Vertex;
import dev.wadah.dockerfile.Diagnostic;
import dev.wadah.dockerfile.SourceFile;
import dev.wadah.dockerfile.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Says in terms of the Dockerfile why a step failed. */
final class Faults {
  private final SourceFile source;

  /**
   * Blames lines of {@code source}.
   *
   * @param source the Dockerfile
   */
  Faults(SourceFile source) {
    this.source = source;
  }

  /** A failure at a vertex. */
  BuildException failure(Vertex vertex, String code, String message, String why, String remedy) {
    return new BuildException(
        List.of(
            new Diagnostic(
                code,
                Diagnostic.Severity.ERROR,
                message,
                Optional.of(source),
                vertex.caption().span(),
                why,
                remedy,
                "")));
  }

  /** A file action that is impossible; says so when an ignore file hides the source. */
  BuildException of(Vertex vertex, FileActionException e, List<BuildContext> contexts) {
    String why = e.why();
    String remedy = e.remedy();
    for (BuildContext context : contexts) {
      Optional<BuildContext.Hidden> hidden =
          e.subject().isEmpty() ? Optional.empty() : context.hiddenBy(absolute(e.subject()));
      if (hidden.isPresent()) {
        BuildContext.Hidden h = hidden.get();
        why =
            "line %d of %s hides it with the pattern \"%s\""
                .formatted(h.line(), h.ignoreFile(), h.pattern());
        remedy =
            "change the pattern, or add !%s below it".formatted(absolute(e.subject()).substring(1));
      }
    }
    Optional<Span> span = vertex.caption().span().map(s -> narrowed(s, e.subject()));
    return new BuildException(
        List.of(
            new Diagnostic(
                e.code(),
                Diagnostic.Severity.ERROR,
                e.getMessage(),
                Optional.of(source),
                span,
                why,
                remedy,
                "")));
  }

  private static String absolute(String path) {
    return path.startsWith("/") ? path : "/" + path;
  }

  /** The subject's own place within the instruction, when it stands there literally. */
  private Span narrowed(Span span, String subject) {
    if (subject.isEmpty()) {
      return span;
    }
    String[] lines = source.text().split("\n", -1);
    for (int line = span.startLine(); line <= Math.min(span.endLine(), lines.length); line++) {
      int column = lines[line - 1].indexOf(subject);
      if (column >= 0) {
        return new Span(line, column + 1, line, column + 1 + subject.length());
      }
    }
    return span;
  }

  /** The same failure, pointing at the vertex's instruction where it pointed nowhere. */
  BuildException located(Vertex vertex, BuildException e) {
    if (vertex.caption().span().isEmpty()) {
      return e;
    }
    List<Diagnostic> diagnostics = new ArrayList<>();
    for (Diagnostic d : e.diagnostics()) {
      diagnostics.add(
          d.span().isPresent()
              ? d
              : new Diagnostic(
                  d.code(),
                  d.severity(),
                  d.message(),
                  Optional.of(source),
                  vertex.caption().span(),
                  d.why(),
                  d.remedy(),
                  d.url()));
    }
    return new BuildException(diagnostics);
  }
}
