package dev.wadah.dockerfile;

import dev.wadah.dockerfile.Instruction.Command;
import dev.wadah.dockerfile.Instruction.Flag;
import dev.wadah.dockerfile.Instruction.Heredoc;
import dev.wadah.dockerfile.Instruction.Mount;
import dev.wadah.dockerfile.Instruction.MountOption;
import dev.wadah.dockerfile.Instruction.Pair;
import dev.wadah.dockerfile.Instruction.Transfer;
import java.util.List;
import java.util.Locale;

/**
 * Prints the tree of a Dockerfile as indented text, one value per line, strings in double quotes
 * with JSON's escapes. The form is stable: goldens and {@code wadah build --print ast} rest on it.
 */
public final class AstPrinter {
  /** Whether positions are printed. Without them two trees that mean the same print the same. */
  public enum Spans {
    SHOWN,
    HIDDEN
  }

  private final StringBuilder out = new StringBuilder();
  private final Spans spans;
  private int depth;

  private AstPrinter(Spans spans) {
    this.spans = spans;
  }

  /** The whole file. */
  public static String print(Dockerfile dockerfile, Spans spans) {
    AstPrinter printer = new AstPrinter(spans);
    printer.file(dockerfile);
    return printer.out.toString();
  }

  /** One instruction. */
  public static String print(Instruction instruction, Spans spans) {
    AstPrinter printer = new AstPrinter(spans);
    printer.instruction(instruction);
    return printer.out.toString();
  }

  private void file(Dockerfile file) {
    line("dockerfile escape " + quote(Character.toString(file.escape())), null);
    depth++;
    for (Dockerfile.Directive directive : file.directives()) {
      line("directive " + directive.key() + " " + quote(directive.value()), directive.span());
    }
    file.globalArgs().forEach(this::instruction);
    for (Stage stage : file.stages()) {
      line("stage " + stage.index() + stage.name().map(n -> " " + quote(n)).orElse(""), null);
      depth++;
      stage.description().ifPresent(d -> line("description " + quote(d), null));
      instruction(stage.from());
      stage.instructions().forEach(this::instruction);
      depth--;
    }
    for (Dockerfile.Comment comment : file.comments()) {
      line("comment " + quote(comment.text()), comment.span());
    }
    for (Diagnostic warning : file.warnings()) {
      line(
          "warning " + warning.code() + " " + quote(warning.message()),
          warning.span().orElse(null));
    }
    depth--;
  }

  private void instruction(Instruction instruction) {
    line(instruction.origin().keyword().toLowerCase(Locale.ROOT), instruction.span());
    depth++;
    for (Flag flag : instruction.origin().flags()) {
      line("flag " + flag.name() + flag.value().map(v -> " " + quote(v)).orElse(""), flag.span());
    }
    instruction.accept(new Body());
    depth--;
  }

  private void word(String label, Word word) {
    line(label + " " + quote(word.text()), word.span());
  }

  private void words(String label, List<Word> words) {
    words.forEach(word -> word(label, word));
  }

  private void pairs(List<Pair> pairs) {
    for (Pair pair : pairs) {
      line(pair.legacy() ? "legacy pair" : "pair", null);
      depth++;
      word("key", pair.key());
      word("value", pair.value());
      depth--;
    }
  }

  private void command(Command command) {
    if (command instanceof Command.Shell shell) {
      line("shell " + quote(shell.line()), null);
      return;
    }
    strings("exec", ((Command.Exec) command).arguments());
  }

  private void strings(String label, List<String> strings) {
    StringBuilder text = new StringBuilder(label);
    strings.forEach(s -> text.append(' ').append(quote(s)));
    line(text.toString(), null);
  }

  private void heredoc(Heredoc heredoc) {
    line(
        "heredoc "
            + quote(heredoc.name())
            + (heredoc.expand() ? " expand" : " literal")
            + (heredoc.stripTabs() ? " strip-tabs" : "")
            + (heredoc.fd() == 0 ? "" : " fd " + heredoc.fd()),
        heredoc.span());
    depth++;
    line("body " + quote(heredoc.body()), null);
    depth--;
  }

  private void transfer(Transfer transfer) {
    words("source", transfer.sources());
    transfer.heredocs().forEach(this::heredoc);
    word("destination", transfer.destination());
  }

  private void mount(Mount mount) {
    StringBuilder text = new StringBuilder("mount " + mount.type().name().toLowerCase(Locale.ROOT));
    for (MountOption option : mount.options()) {
      text.append(' ').append(option.key()).append('=').append(quote(option.value()));
    }
    line(text.toString(), mount.span());
  }

  private void line(String text, Span span) {
    out.append("  ".repeat(depth)).append(text);
    if (span != null && spans == Spans.SHOWN) {
      out.append(" @").append(span.startLine()).append(':').append(span.startColumn());
      out.append('-').append(span.endLine()).append(':').append(span.endColumn());
    }
    out.append('\n');
  }

  private static String quote(String text) {
    StringBuilder out = new StringBuilder(text.length() + 2).append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c == '\n') {
        out.append("\\n");
      } else if (c == '\t') {
        out.append("\\t");
      } else if (c == '\r') {
        out.append("\\r");
      } else if (c < ' ' || (Character.isSurrogate(c) && !isPaired(text, i))) {
        out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
      } else {
        out.append(c);
      }
    }
    return out.append('"').toString();
  }

  private static boolean isPaired(String text, int at) {
    char c = text.charAt(at);
    return Character.isHighSurrogate(c)
        ? at + 1 < text.length() && Character.isLowSurrogate(text.charAt(at + 1))
        : at > 0 && Character.isHighSurrogate(text.charAt(at - 1));
  }

  /** What is particular to each instruction; what its flags say is printed as flags. */
  private final class Body implements Instruction.Visitor<Void> {
    @Override
    public Void visitFrom(Instruction.From from) {
      word("image", from.image());
      from.as().ifPresent(w -> word("as", w));
      return null;
    }

    @Override
    public Void visitArg(Instruction.Arg arg) {
      for (Instruction.Arg.Declaration declaration : arg.declarations()) {
        word("name", declaration.name());
        declaration.defaultValue().ifPresent(w -> word("default", w));
      }
      return null;
    }

    @Override
    public Void visitEnv(Instruction.Env env) {
      pairs(env.pairs());
      return null;
    }

    @Override
    public Void visitLabel(Instruction.Label label) {
      pairs(label.pairs());
      return null;
    }

    @Override
    public Void visitMaintainer(Instruction.Maintainer maintainer) {
      word("name", maintainer.name());
      return null;
    }

    @Override
    public Void visitRun(Instruction.Run run) {
      run.mounts().forEach(AstPrinter.this::mount);
      command(run.command());
      run.heredocs().forEach(AstPrinter.this::heredoc);
      return null;
    }

    @Override
    public Void visitCopy(Instruction.Copy copy) {
      transfer(copy.transfer());
      return null;
    }

    @Override
    public Void visitAdd(Instruction.Add add) {
      transfer(add.transfer());
      return null;
    }

    @Override
    public Void visitWorkdir(Instruction.Workdir workdir) {
      word("path", workdir.path());
      return null;
    }

    @Override
    public Void visitUser(Instruction.User user) {
      word("user", user.user());
      return null;
    }

    @Override
    public Void visitExpose(Instruction.Expose expose) {
      words("port", expose.ports());
      return null;
    }

    @Override
    public Void visitVolume(Instruction.Volume volume) {
      words("path", volume.paths());
      return null;
    }

    @Override
    public Void visitCmd(Instruction.Cmd cmd) {
      command(cmd.command());
      return null;
    }

    @Override
    public Void visitEntrypoint(Instruction.Entrypoint entrypoint) {
      command(entrypoint.command());
      return null;
    }

    @Override
    public Void visitShell(Instruction.Shell shell) {
      strings("exec", shell.arguments());
      return null;
    }

    @Override
    public Void visitStopSignal(Instruction.StopSignal stopSignal) {
      word("signal", stopSignal.signal());
      return null;
    }

    @Override
    public Void visitHealthCheck(Instruction.HealthCheck healthCheck) {
      if (healthCheck.test().isEmpty()) {
        line("none", null);
      }
      healthCheck.test().ifPresent(AstPrinter.this::command);
      return null;
    }

    @Override
    public Void visitOnBuild(Instruction.OnBuild onBuild) {
      line("trigger " + quote(onBuild.trigger()), null);
      onBuild.instruction().ifPresent(AstPrinter.this::instruction);
      return null;
    }
  }
}
