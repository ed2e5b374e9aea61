package dev.wadah.build;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.wadah.dockerfile.SourceFile;
import dev.wadah.dockerfile.Span;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The front end that a text names which is no Dockerfile. Such a text says it in the way of its own
 * language: behind {@code #} or {@code //} at its top, or as the member {@code syntax} of a JSON
 * object that holds strings only (BuildKit, frontend/dockerfile/parser, DetectSyntax).
 *
 * @param frontend as written
 * @param span empty where the whole text says it
 */
record SyntaxLine(String frontend, Optional<Span> span) {
  private static final Pattern DIRECTIVE =
      Pattern.compile(
          "\\s*(#|//)\\s*(syntax|escape|check)\\s*=\\s*(.*?)\\s*", Pattern.CASE_INSENSITIVE);

  /** What {@code source} says; empty when it says nothing. */
  static Optional<SyntaxLine> of(SourceFile source) {
    for (String comment : List.of("#", "//")) {
      Optional<SyntaxLine> found = inComments(source, comment);
      if (found.isPresent()) {
        return found;
      }
    }
    return source.text().stripLeading().startsWith("{")
        ? inJson(source.text()).map(name -> new SyntaxLine(name, Optional.empty()))
        : Optional.empty();
  }

  private static Optional<SyntaxLine> inComments(SourceFile source, String comment) {
    Optional<String> line = source.line(1);
    for (int number = 1; line.isPresent(); number++, line = source.line(number)) {
      Matcher directive = DIRECTIVE.matcher(line.get());
      if (directive.matches() && directive.group(1).equals(comment)) {
        if (directive.group(2).equalsIgnoreCase("syntax")) {
          Span span = new Span(number, directive.start(1) + 1, number, directive.end(3) + 1);
          return Optional.of(new SyntaxLine(directive.group(3), Optional.of(span)));
        }
      } else if (number > 1 || !line.get().startsWith("#!")) {
        return Optional.empty();
      }
    }
    return Optional.empty();
  }

  private static Optional<String> inJson(String text) {
    Optional<String> name = Optional.empty();
    try (JsonParser json = new JsonFactory().createParser(text)) {
      json.nextToken();
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        boolean wanted = json.currentName().equals("syntax");
        if (json.nextToken() != JsonToken.VALUE_STRING) {
          return Optional.empty();
        }
        name = wanted ? Optional.of(json.getText()) : name;
      }
      return json.nextToken() == null ? name : Optional.empty();
    } catch (IOException e) {
      // no JSON either: it stays a Dockerfile with mistakes
      return Optional.empty();
    }
  }
}
