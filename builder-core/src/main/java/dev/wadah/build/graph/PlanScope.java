package dev.wadah.build.graph;

import dev.wadah.dockerfile.Diagnostic;
import dev.wadah.dockerfile.Instruction;
import dev.wadah.dockerfile.SourceFile;
import dev.wadah.dockerfile.Span;
import dev.wadah.dockerfile.Word;
import dev.wadah.dockerfile.expand.ExpansionException;
import dev.wadah.dockerfile.expand.WordExpander;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What all stages of one plan share: the request, the global arguments, expansion, complaints. */
final class PlanScope {
  private final PlanRequest request;
  private final WordExpander expander;
  private final Map<String, String> globals = new LinkedHashMap<>();

  PlanScope(PlanRequest request) {
    this.request = request;
    this.expander = WordExpander.withEscape(request.dockerfile().escape());
    globals.putAll(PlatformArguments.of(request.target(), request.buildArgs()));
    globalArguments();
  }

  private void globalArguments() {
    for (Instruction.Arg arg : request.dockerfile().globalArgs()) {
      for (Instruction.Arg.Declaration declaration : arg.declarations()) {
        String name = expand(declaration.name(), globals);
        String given = request.buildArgs().get(name);
        if (given != null) {
          globals.put(name, given);
        } else if (declaration.defaultValue().isPresent()) {
          globals.put(name, expand(declaration.defaultValue().get(), globals));
        }
      }
    }
  }

  PlanRequest request() {
    return request;
  }

  /** The ARGs before the first FROM and the platform arguments. */
  Map<String, String> globals() {
    return globals;
  }

  WordExpander expander() {
    return expander;
  }

  SourceFile source() {
    return request.dockerfile().source();
  }

  String expand(Word word, Map<String, String> env) {
    return expand(word.text(), word.span(), env);
  }

  String expand(String text, Span span, Map<String, String> env) {
    // Most words hold nothing to expand.
    if (isPlain(text)) {
      return text;
    }
    try {
      return expander.expand(text, env).value();
    } catch (ExpansionException e) {
      throw malformed(e, text, span);
    }
  }

  Complaint malformed(ExpansionException e, String text, Span span) {
    return complaint(
        "bad-expansion",
        "failed to expand \"%s\": %s".formatted(text, e.getMessage()),
        span,
        "quotes and ${...} must be closed, and ${NAME:?text} needs a value",
        "close the quote or brace, or put a backslash before a literal $");
  }

  List<String> expandToWords(Word word, Map<String, String> env) {
    try {
      return expander.expandToWords(word.text(), env);
    } catch (ExpansionException e) {
      throw malformed(e, word.text(), word.span());
    }
  }

  private boolean isPlain(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '$' || c == '\'' || c == '"' || c == request.dockerfile().escape()) {
        return false;
      }
    }
    return true;
  }

  Complaint complaint(String code, String message, Span span, String why, String remedy) {
    return new Complaint(Diagnostic.error(code, message, source(), span, why, remedy));
  }
}
