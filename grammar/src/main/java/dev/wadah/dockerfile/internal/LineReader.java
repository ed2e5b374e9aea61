package dev.wadah.dockerfile.internal;

import dev.wadah.dockerfile.Continuation;
import dev.wadah.dockerfile.Diagnostic;
import dev.wadah.dockerfile.Dockerfile.Comment;
import dev.wadah.dockerfile.Dockerfile.Directive;
import dev.wadah.dockerfile.SourceFile;
import dev.wadah.dockerfile.Span;
import dev.wadah.dockerfile.expand.Blanks;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads a file as logical lines: byte order mark, line ends, parser directives, comments and
 * continuations are dealt with here, and nothing is known of instructions. The bodies of
 * here-documents are asked for by whoever has understood the line before them.
 */
final class LineReader {
  /** Longest physical line in bytes of UTF-8, without its line end; Docker's limit. */
  static final int MAX_LINE_BYTES = 65_535;

  private static final char BYTE_ORDER_MARK = '\uFEFF';

  private final String text;
  private final SyntaxErrors errors;
  private final DirectiveReader directives;
  private final List<Comment> comments = new ArrayList<>();
  private final List<Diagnostic> warnings = new ArrayList<>();
  private List<String> commentsAbove = new ArrayList<>();
  private char escape = '\\';

  /** Where the next physical line begins. */
  private int next;

  /** The current physical line: its 1-based number, its range without line end. */
  private int line;

  private int start;
  private int end;

  LineReader(SourceFile source, SyntaxErrors errors) {
    this.text = source.text();
    this.errors = errors;
    this.directives = new DirectiveReader(errors);
    this.next = !text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK ? 1 : 0;
  }

  char escape() {
    return escape;
  }

  List<Directive> directives() {
    return directives.found();
  }

  List<Comment> comments() {
    return comments;
  }

  List<Diagnostic> warnings() {
    return warnings;
  }

  /** The next logical line that is neither blank nor a comment, or null at the end of the file. */
  LogicalLine next() {
    while (readLine()) {
      int from = Blanks.skip(text, start, end);
      if (from == end) {
        commentsAbove.clear();
        directives.finish();
      } else if (text.charAt(from) == '#') {
        commentOrDirective(from);
      } else {
        directives.finish();
        return join(from);
      }
    }
    return null;
  }

  private void commentOrDirective(int from) {
    Optional<Directive> directive = directives.read(text.substring(from, end), span(from, end));
    if (directive.isPresent()) {
      escape = directives.escape();
      return;
    }
    Comment comment = comment(from);
    if (comment.text().isEmpty()) {
      commentsAbove.clear();
    } else {
      commentsAbove.add(comment.text());
    }
  }

  private Comment comment(int from) {
    Comment comment = new Comment(Blanks.trim(text.substring(from + 1, end)), span(from, end));
    comments.add(comment);
    return comment;
  }

  private LogicalLine join(int from) {
    Pieces pieces = new Pieces();
    boolean continued = pieces.add(from);
    boolean blankLine = false;
    while (continued && readLine()) {
      int first = Blanks.skip(text, start, end);
      if (first == end) {
        blankLine = true;
      } else if (text.charAt(first) == '#') {
        comment(first);
      } else {
        continued = pieces.add(start);
      }
    }
    if (blankLine) {
      warnings.add(emptyContinuation());
    }
    LogicalLine result =
        new LogicalLine(
            pieces.joined.toString(), pieces.map, pieces.count, line, List.copyOf(commentsAbove));
    commentsAbove.clear();
    return result;
  }

  private Diagnostic emptyContinuation() {
    return new Diagnostic(
        "NoEmptyContinuation",
        Diagnostic.Severity.WARNING,
        "Empty continuation line",
        Optional.of(errors.source()),
        Optional.of(span(start, end)),
        "a blank line within a continued instruction is skipped, and will be an error one day",
        "remove the blank line, or begin it with #",
        "https://docs.docker.com/go/dockerfile/rule/no-empty-continuation/");
  }

  /**
   * The body of a here-document: the lines up to one that holds nothing but {@code delimiter}.
   *
   * @param delimiter the word that ends it
   * @param stripTabs whether tabs before the delimiter are allowed
   * @return the body with its line ends and tabs, or null when the file ends first
   */
  String heredoc(String delimiter, boolean stripTabs) {
    StringBuilder body = new StringBuilder();
    while (readLine()) {
      int from = start;
      while (stripTabs && from < end && text.charAt(from) == '\t') {
        from++;
      }
      if (end - from == delimiter.length() && text.startsWith(delimiter, from)) {
        return body.toString();
      }
      body.append(text, start, next);
    }
    return null;
  }

  /** Number of the physical line that was read last. */
  int line() {
    return line;
  }

  /** Column behind the last character of the physical line that was read last. */
  int endColumn() {
    return column(end);
  }

  /** A place to return to. */
  record Mark(int next, int line, int start, int end) {}

  Mark mark() {
    return new Mark(next, line, start, end);
  }

  void reset(Mark mark) {
    next = mark.next;
    line = mark.line;
    start = mark.start;
    end = mark.end;
  }

  /** The next physical line without its end as it is, or null at the end of the file. */
  String physicalLine() {
    return readLine() ? text.substring(start, end) : null;
  }

  private boolean readLine() {
    if (next >= text.length()) {
      return false;
    }
    start = next;
    int lineFeed = text.indexOf('\n', start);
    end = lineFeed < 0 ? text.length() : lineFeed;
    next = lineFeed < 0 ? end : lineFeed + 1;
    line++;
    checkLength();
    while (end > start && text.charAt(end - 1) == '\r') {
      end--;
    }
    return true;
  }

  private void checkLength() {
    if (end - start <= MAX_LINE_BYTES / 3) {
      return;
    }
    long bytes = 0;
    for (int i = start; i < end; i++) {
      char c = text.charAt(i);
      bytes += c < 0x80 ? 1 : c < 0x800 || Character.isSurrogate(c) ? 2 : 3;
    }
    if (bytes > MAX_LINE_BYTES) {
      errors.add(
          "line-too-long",
          "a line of " + bytes + " bytes is longer than " + MAX_LINE_BYTES,
          new Span(line, 1, line, 2),
          "Docker reads no longer lines",
          "break the line with a continuation, or COPY the text from a file");
      end = start;
    }
  }

  private int column(int offset) {
    boolean marked = line == 1 && !text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK;
    int lineStart = line == 1 ? (marked ? 1 : 0) : start;
    return offset - lineStart + 1;
  }

  private Span span(int from, int to) {
    return new Span(line, column(from), line, column(to));
  }

  /** The pieces of a logical line that is being joined. */
  private final class Pieces {
    private final StringBuilder joined = new StringBuilder();
    private int[] map = new int[3];
    private int count;

    /**
     * Adds the current physical line from {@code from} on; tells whether the next one belongs too.
     */
    boolean add(int from) {
      int to = Continuation.indexIn(text, from, end, escape);
      if (count * 3 == map.length) {
        map = java.util.Arrays.copyOf(map, map.length * 4);
      }
      map[count * 3] = joined.length();
      map[count * 3 + 1] = line;
      map[count * 3 + 2] = column(from);
      count++;
      joined.append(text, from, to < 0 ? end : to);
      return to >= 0;
    }
  }
}
