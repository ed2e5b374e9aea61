package dev.wadah.dockerfile.internal;

import dev.wadah.dockerfile.expand.Blanks;
import dev.wadah.dockerfile.internal.Head.FlagWord;
import java.util.ArrayList;
import java.util.List;
import org.antlr.v4.runtime.BailErrorStrategy;
import org.antlr.v4.runtime.CommonTokenStream;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.atn.PredictionMode;
import org.antlr.v4.runtime.misc.ParseCancellationException;
import org.antlr.v4.runtime.tree.TerminalNode;

/**
 * Runs the generated lexer and parser over parts of a logical line and gives back plain values. One
 * instance reads all lines of a file; it is not safe for several threads.
 */
final class InstructionReader {
  /** Deepest nesting of arrays and objects in what may be an exec form. */
  static final int MAX_JSON_DEPTH = 200;

  private final InstructionLexer lexer = new InstructionLexer(LineStream.plain("", 0, 0));
  private final CommonTokenStream tokens = new CommonTokenStream(lexer);
  private final InstructionParser parser = new InstructionParser(tokens);
  private final char escape;

  InstructionReader(char escape) {
    this.escape = escape;
    lexer.removeErrorListeners();
    parser.removeErrorListeners();
    parser.setErrorHandler(new BailErrorStrategy());
    // All rules are LL(1): the cheaper prediction is exact.
    parser.getInterpreter().setPredictionMode(PredictionMode.SLL);
  }

  char escape() {
    return escape;
  }

  private void start(String text, Range range, int mode) {
    start(LineStream.withEscape(text, range.from(), range.to(), escape), mode);
  }

  private void start(LineStream stream, int mode) {
    int from = stream.index();
    lexer.setInputStream(stream);
    stream.seek(from);
    lexer.mode(mode);
    tokens.setTokenSource(lexer);
    parser.setTokenStream(tokens);
  }

  /** The name, flags and rest of an instruction; the range begins and ends with no blank. */
  Head head(String text, Range range) {
    start(text, range, InstructionLexer.DEFAULT_MODE);
    InstructionParser.HeadContext head = parser.head();
    List<FlagWord> flags = new ArrayList<>(head.flag().size());
    Range rest = head.rest() == null ? new Range(range.to(), range.to()) : range(head.rest().start);
    rest = new Range(rest.from(), range.to());
    for (InstructionParser.FlagContext flag : head.flag()) {
      Range at = range(flag.start);
      String word = unquoted(text, at);
      if (word.equals("--")) {
        // Quotes around nothing: it ends the flags as a plain -- does.
        return new Head(
            head.name().start.getType(),
            range(head.name().start),
            flags,
            new Range(Blanks.skip(text, at.to(), range.to()), range.to()));
      }
      flags.add(new FlagWord(word, at));
    }
    return new Head(head.name().start.getType(), range(head.name().start), flags, rest);
  }

  /** Removes the quotes and escapes of a flag; both kinds of quotes honour the escape character. */
  private String unquoted(String text, Range range) {
    StringBuilder out = new StringBuilder(range.to() - range.from());
    char quote = 0;
    for (int i = range.from(); i < range.to(); i++) {
      char c = text.charAt(i);
      if (c == escape) {
        if (++i < range.to()) {
          out.append(text.charAt(i));
        }
      } else if (quote != 0 ? c == quote : c == '"' || c == '\'') {
        quote = quote == 0 ? c : 0;
      } else {
        out.append(c);
      }
    }
    return out.toString();
  }

  /** The words between blanks. */
  List<Range> words(String text, Range range) {
    start(text, range, InstructionLexer.WORDS);
    return ranges(parser.words().WORD());
  }

  /** The image, or the image, the word AS and the stage name; empty when it is neither. */
  List<Range> from(String text, Range range) {
    start(text, range, InstructionLexer.WORDS);
    try {
      return ranges(parser.from().WORD());
    } catch (ParseCancellationException e) {
      return List.of();
    }
  }

  /** A word in which quotes protect blanks, and whether it holds an equals sign. */
  record PairWord(Range range, boolean hasEquals) {}

  /**
   * The words of ARG, ENV or LABEL. Whether they are assignments or declarations is the caller's
   * business: ENV and LABEL know an old form that only the first word tells apart.
   */
  List<PairWord> pairs(String text, Range range) {
    start(text, range, InstructionLexer.PAIRS);
    List<PairWord> words = new ArrayList<>();
    try {
      InstructionParser.PairsContext context = parser.pairs();
      for (int i = 0; i < context.getChildCount() - 1; i++) {
        Token token = ((TerminalNode) context.getChild(i)).getSymbol();
        words.add(new PairWord(range(token), token.getType() == InstructionLexer.PAIR));
      }
      return words;
    } catch (ParseCancellationException e) {
      return List.of();
    }
  }

  /** The first word and where the rest begins. */
  List<Range> healthcheck(String text, Range range) {
    start(text, range, InstructionLexer.TYPE);
    InstructionParser.HealthcheckContext context = parser.healthcheck();
    Range rest =
        context.REST() == null
            ? new Range(range.to(), range.to())
            : new Range(range(context.REST().getSymbol()).from(), range.to());
    return List.of(range(context.type), rest);
  }

  /**
   * The fields of a comma-separated value, with CSV's quotes removed; an empty field is an empty
   * string.
   *
   * @return null when the quotes are malformed
   */
  List<String> fields(String value) {
    start(LineStream.plain(value, 0, value.length()), InstructionLexer.FIELDS);
    try {
      List<String> fields = new ArrayList<>();
      String field = "";
      InstructionParser.FieldsContext context = parser.fields();
      for (int i = 0; i < context.getChildCount() - 1; i++) {
        if (context.getChild(i) instanceof InstructionParser.FieldContext child) {
          field = field(child);
        } else {
          fields.add(field);
          field = "";
        }
      }
      fields.add(field);
      return fields;
    } catch (ParseCancellationException e) {
      return null;
    }
  }

  private static String field(InstructionParser.FieldContext context) {
    String text = context.getText();
    if (context.QUOTED_FIELD() != null) {
      return text.substring(1, text.length() - 1).replace("\"\"", "\"");
    }
    return text;
  }

  /**
   * An exec form.
   *
   * @param strings the decoded strings
   * @param ranges where each of them stands
   * @param other the first value that is no string; null when all are
   */
  record JsonArray(List<String> strings, List<Range> ranges, Range other) {}

  /** The array that fills the range; null when it is no JSON array, which makes it shell form. */
  JsonArray array(String text, Range range) {
    int first = Blanks.skip(text, range.from(), range.to());
    boolean possible =
        first < range.to()
            && text.charAt(first) == '['
            && text.charAt(range.to() - 1) == ']'
            && depth(text, range) <= MAX_JSON_DEPTH;
    if (!possible) {
      return null;
    }
    start(LineStream.plain(text, first, range.to()), InstructionLexer.JSON);
    try {
      return jsonArray(parser.array());
    } catch (ParseCancellationException e) {
      return null;
    }
  }

  private static int depth(String text, Range range) {
    int depth = 0;
    int deepest = 0;
    boolean inString = false;
    for (int i = range.from(); i < range.to(); i++) {
      char c = text.charAt(i);
      if (inString && c == '\\') {
        i++;
      } else if (c == '"') {
        inString = !inString;
      } else if (!inString && (c == '[' || c == '{')) {
        deepest = Math.max(deepest, ++depth);
      } else if (!inString && (c == ']' || c == '}')) {
        depth--;
      }
    }
    return deepest;
  }

  private static JsonArray jsonArray(InstructionParser.ArrayContext array) {
    List<String> strings = new ArrayList<>();
    List<Range> ranges = new ArrayList<>();
    Range other = null;
    for (InstructionParser.ValueContext value : array.value()) {
      Range at = new Range(value.start.getStartIndex(), value.stop.getStopIndex() + 1);
      if (value instanceof InstructionParser.StringContext) {
        strings.add(JsonStrings.decode(value.start.getText()));
        ranges.add(at);
      } else if (other == null) {
        other = at;
      }
    }
    return new JsonArray(strings, ranges, other);
  }

  private static List<Range> ranges(List<TerminalNode> nodes) {
    List<Range> ranges = new ArrayList<>(nodes.size());
    for (TerminalNode node : nodes) {
      ranges.add(range(node.getSymbol()));
    }
    return ranges;
  }

  private static Range range(Token token) {
    return new Range(token.getStartIndex(), token.getStopIndex() + 1);
  }
}
