package dev.wadah.cli.template;

import dev.wadah.cli.template.Node.Call;
import dev.wadah.cli.template.Node.Operand;
import dev.wadah.cli.template.Node.Pipeline;
import dev.wadah.cli.template.Node.Source;
import dev.wadah.cli.template.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Parses templates by recursive descent. */
final class Parser {
  private final String text;
  private int at;
  private boolean trimNext;
  private List<Token> tokens = List.of();
  private int token;

  private Parser(String text) {
    this.text = text;
  }

  static List<Node> parse(String text) throws TemplateException {
    Parser parser = new Parser(text);
    List<Node> nodes = new ArrayList<>();
    String end = parser.block(nodes);
    if (!end.isEmpty()) {
      throw new TemplateException("unexpected {{%s}}".formatted(end));
    }
    return nodes;
  }

  /**
   * Parses nodes up to the end of the text, {{end}} or {{else}}.
   *
   * @return what ended the block: nothing, "end" or "else"
   */
  private String block(List<Node> nodes) throws TemplateException {
    while (at < text.length()) {
      int open = text.indexOf("{{", at);
      addText(nodes, text.substring(at, open < 0 ? text.length() : open), open);
      if (open < 0) {
        at = text.length();
        return "";
      }
      String action = action(open);
      if (action.startsWith("/*")) {
        continue;
      }
      tokens = Lexer.tokens(action);
      token = 0;
      if (peekName("end") || peekName("else")) {
        return take().text();
      }
      nodes.add(node());
    }
    return "";
  }

  private void addText(List<Node> nodes, String piece, int open) {
    String kept = trimNext ? piece.stripLeading() : piece;
    trimNext = false;
    if (open >= 0 && text.startsWith("{{- ", open)) {
      kept = kept.stripTrailing();
    }
    if (!kept.isEmpty()) {
      nodes.add(new Node.Text(kept));
    }
  }

  /** The inside of the action that opens here; moves behind it. */
  private String action(int open) throws TemplateException {
    int from = open + 2;
    if (text.startsWith("- ", from)) {
      from += 2;
    }
    int close = closing(from);
    if (close < 0) {
      throw new TemplateException("an action is not closed with }}");
    }
    at = close + 2;
    String inside = text.substring(from, close);
    if (inside.endsWith(" -")) {
      trimNext = true;
      inside = inside.substring(0, inside.length() - 2);
    }
    return inside.strip();
  }

  /** Position of }} outside of strings. */
  private int closing(int from) {
    char quote = 0;
    for (int i = from; i < text.length() - 1; i++) {
      char c = text.charAt(i);
      if (quote != 0) {
        if (c == '\\' && quote == '"') {
          i++;
        } else if (c == quote) {
          quote = 0;
        }
      } else if (c == '"' || c == '`') {
        quote = c;
      } else if (c == '}' && text.charAt(i + 1) == '}') {
        return i;
      }
    }
    return -1;
  }

  private Node node() throws TemplateException {
    if (peek().is(Kind.NAME)) {
      switch (peek().text()) {
        case "if" -> {
          take();
          return branch(false);
        }
        case "with" -> {
          take();
          return branch(true);
        }
        case "range" -> {
          take();
          return range();
        }
        case "break", "continue" -> {
          return new Node.Jump(take().text().equals("break"));
        }
        case "define", "template", "block" ->
            throw new TemplateException("{{%s}} is not supported".formatted(peek().text()));
        default -> {}
      }
    }
    if (peek().is(Kind.VARIABLE)
        && (tokens.get(token + 1).is(Kind.DECLARE) || tokens.get(token + 1).is(Kind.ASSIGN))) {
      String name = take().text();
      boolean declares = take().is(Kind.DECLARE);
      return new Node.SetVariable(name, wholePipeline(), declares);
    }
    return new Node.Print(wholePipeline());
  }

  private Node branch(boolean bindsDot) throws TemplateException {
    Optional<String> variable = Optional.empty();
    if (peek().is(Kind.VARIABLE) && tokens.get(token + 1).is(Kind.DECLARE)) {
      variable = Optional.of(take().text());
      take();
    }
    Pipeline condition = wholePipeline();
    List<Node> then = new ArrayList<>();
    List<Node> otherwise = new ArrayList<>();
    if (body(then, bindsDot ? "with" : "if")) {
      if (peekName("if") || peekName("with")) {
        // {{else if x}} is a branch of its own that shares our {{end}}.
        otherwise.add(branch(take().text().equals("with")));
      } else {
        last(otherwise, "if");
      }
    }
    return new Node.Branch(condition, bindsDot, variable, then, otherwise);
  }

  private Node range() throws TemplateException {
    Optional<String> index = Optional.empty();
    Optional<String> element = Optional.empty();
    if (peek().is(Kind.VARIABLE) && tokens.get(token + 1).is(Kind.COMMA)) {
      index = Optional.of(take().text());
      take();
      element = Optional.of(take().text());
      expect(Kind.DECLARE);
    } else if (peek().is(Kind.VARIABLE) && tokens.get(token + 1).is(Kind.DECLARE)) {
      element = Optional.of(take().text());
      take();
    }
    Pipeline list = wholePipeline();
    List<Node> body = new ArrayList<>();
    List<Node> otherwise = new ArrayList<>();
    if (body(body, "range")) {
      last(otherwise, "range");
    }
    return new Node.Range(list, index, element, body, otherwise);
  }

  /** Parses a body; true if {{else}} ended it. */
  private boolean body(List<Node> nodes, String kind) throws TemplateException {
    String end = block(nodes);
    if (end.isEmpty()) {
      throw new TemplateException("{{%s}} has no {{end}}".formatted(kind));
    }
    return end.equals("else");
  }

  private void last(List<Node> nodes, String kind) throws TemplateException {
    if (body(nodes, kind)) {
      throw new TemplateException("{{%s}} has two {{else}}".formatted(kind));
    }
  }

  private Pipeline wholePipeline() throws TemplateException {
    Pipeline pipeline = pipeline();
    expect(Kind.END);
    return pipeline;
  }

  private Pipeline pipeline() throws TemplateException {
    List<Call> calls = new ArrayList<>();
    calls.add(call());
    while (peek().is(Kind.PIPE)) {
      take();
      calls.add(call());
    }
    return new Pipeline(List.copyOf(calls));
  }

  private Call call() throws TemplateException {
    List<Operand> words = new ArrayList<>();
    while (!peek().is(Kind.END) && !peek().is(Kind.PIPE) && !peek().is(Kind.CLOSE)) {
      words.add(operand());
    }
    if (words.isEmpty()) {
      throw new TemplateException("a value is missing before " + peek());
    }
    return new Call(List.copyOf(words));
  }

  private Operand operand() throws TemplateException {
    Token first = take();
    return switch (first.kind()) {
      case STRING -> new Operand.Constant(first.text());
      case NUMBER -> new Operand.Constant(number(first.text()));
      case NAME -> name(first.text());
      case DOT -> new Operand.Fields(new Source.Dot(), List.of());
      case FIELD -> fields(new Source.Dot(), first.text());
      case VARIABLE -> fields(new Source.Variable(first.text()), null);
      case OPEN -> {
        Pipeline nested = pipeline();
        expect(Kind.CLOSE);
        yield fields(new Source.Nested(nested), null);
      }
      default -> throw new TemplateException("unexpected " + first);
    };
  }

  private static Object number(String digits) {
    return digits.contains(".") ? (Object) Double.valueOf(digits) : Long.valueOf(digits);
  }

  private static Operand name(String name) {
    return switch (name) {
      case "true" -> new Operand.Constant(true);
      case "false" -> new Operand.Constant(false);
      case "nil" -> new Operand.Constant(null);
      default -> new Operand.Function(name);
    };
  }

  private Operand fields(Source source, String first) {
    List<String> names = new ArrayList<>();
    if (first != null) {
      names.add(first);
    }
    while (peek().is(Kind.FIELD) && !peek().spaced()) {
      names.add(take().text());
    }
    return new Operand.Fields(source, List.copyOf(names));
  }

  private void expect(Kind kind) throws TemplateException {
    Token next = take();
    if (!next.is(kind)) {
      throw new TemplateException("unexpected " + next);
    }
  }

  private Token peek() {
    return tokens.get(Math.min(token, tokens.size() - 1));
  }

  private boolean peekName(String name) {
    return peek().is(Kind.NAME) && peek().text().equals(name);
  }

  private Token take() {
    Token next = peek();
    token++;
    return next;
  }
}
