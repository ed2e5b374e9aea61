package dev.wadah.dockerfile;

import java.util.List;
import java.util.Optional;

/**
 * One instruction. Words are unexpanded: which of them are expanded, and how, is said at each
 * record (Dockerfile reference, "Environment replacement").
 */
public sealed interface Instruction {

  /** What every instruction has. */
  Origin origin();

  /** Calls the visitor's method for this kind of instruction. */
  <R> R accept(Visitor<R> visitor);

  /** The span of the whole instruction, heredoc bodies included. */
  default Span span() {
    return origin().span();
  }

  /**
   * Where an instruction comes from.
   *
   * @param keyword the instruction's name as written, such as {@code Run}
   * @param span the whole instruction with its heredoc bodies
   * @param text the instruction on one logical line, continuations joined, comments dropped, flags
   *     and all, as it goes into the history; without heredoc bodies
   * @param flags every flag in the order written, unexpanded, for checks and formatting
   */
  record Origin(String keyword, Span span, String text, List<Flag> flags) {
    public Origin {
      flags = List.copyOf(flags);
    }
  }

  /**
   * A flag such as {@code --from=build}; the value of a bare {@code --link} is empty.
   *
   * @param name without dashes
   * @param value unexpanded, but the flag lexer's quotes and escapes are gone; empty Optional for a
   *     bare flag
   * @param span the flag
   */
  record Flag(String name, Optional<String> value, Span span) {}

  /**
   * A here-document.
   *
   * @param name the delimiter word without quotes; the file name for COPY and ADD
   * @param expand whether variables in the body are expanded (the delimiter was not quoted)
   * @param stripTabs whether it was written {@code <<-}
   * @param fd the file descriptor in front of {@code <<}, 0 by default
   * @param body the text between the delimiters, tabs already stripped, with its line ends
   * @param span the {@code <<WORD} on the instruction's line
   */
  record Heredoc(String name, boolean expand, boolean stripTabs, int fd, String body, Span span) {}

  /** Arguments in shell form (one string) or exec form (a JSON array). */
  sealed interface Command {
    /**
     * Shell form.
     *
     * @param line the command line, continuations joined, otherwise as written
     */
    record Shell(String line) implements Command {}

    /**
     * Exec form.
     *
     * @param arguments the strings of the JSON array, may be empty
     */
    record Exec(List<String> arguments) implements Command {
      public Exec {
        arguments = List.copyOf(arguments);
      }
    }
  }

  /**
   * A pair of ENV or LABEL.
   *
   * @param key unexpanded
   * @param value unexpanded
   * @param legacy whether it was written {@code KEY value} without an equals sign
   */
  record Pair(Word key, Word value, boolean legacy) {}

  /**
   * FROM. Image and platform are expanded against the global ARGs.
   *
   * @param image image, stage or scratch
   * @param as the stage name, as written
   */
  record From(Origin origin, Word image, Optional<Word> platform, Optional<Word> as)
      implements Instruction {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.visitFrom(this);
    }
  }

  /**
   * ARG, one or several.
   *
   * @param declarations never empty; defaults are expanded in order
   */
  record Arg(Origin origin, List<Declaration> declarations) implements Instruction {
    public Arg {
      declarations = List.copyOf(declarations);
    }

    /** A declared name with its default. */
    public record Declaration(Word name, Optional<Word> defaultValue) {}

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.visitArg(this);
    }
  }

  /** ENV. Keys and values are expanded with the environment before the instruction. */
  record Env(Origin origin, List<Pair> pairs) implements Instruction {
    public Env {
      pairs = List.copyOf(pairs);
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.visitEnv(this);
    }
  }

  /** LABEL. Keys and values are expanded. */
  record Label(Origin origin, List<Pair> pairs) implements Instruction {
    public Label {
      pairs = List.copyOf(pairs);
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.visitLabel(this);
    }
  }

  /** MAINTAINER (deprecated). */
  record Maintainer(Origin origin, Word name) implements Instruction {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.visitMaintainer(this);
    }
  }

  /**
   * RUN. The command is not expanded by the builder; mount options and the network are.
   *
   * @param heredocs the here-documents of the command line, in order
   */
  record Run(
      Origin origin,
      Command command,
      List<Heredoc> heredocs,
      List<Mount> mounts,
      Optional<Word> network,
      Optional<Word> security,
      List<Word> devices)
      implements Instruction {
    public Run {
      heredocs = List.copyOf(heredocs);
      mounts = List.copyOf(mounts);
      devices = List.copyOf(devices);
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.visitRun(this);
    }
  }

  /**
   * A {@code --mount} of RUN. Options are unexpanded; a key is lower case, and aliases are already
   * replaced by the canonical key (type, source, target, from, id, readonly, required, sharing,
   * mode, uid, gid, size, env). A bare option has the value {@code true}. {@code readwrite} becomes
   * {@code readonly} with the opposite value, and stays only when its value holds a variable.
   * Values without variables have been checked by the parser.
   *
   * @param type bind, cache, tmpfs, secret or ssh; bind while option type holds a variable
   * @param options key and value in the order written
   * @param span the flag
   */
  record Mount(MountType type, List<MountOption> options, Span span) {
    public Mount {
      options = List.copyOf(options);
    }

    /** The value of {@code key}, unexpanded; the last one counts. */
    public Optional<String> option(String key) {
      return options.stream()
          .filter(o -> o.key().equals(key))
          .map(MountOption::value)
          .reduce((a, b) -> b);
    }
  }

  /** An option of a mount. */
  record MountOption(String key, String value) {}

  /** The kinds of {@code RUN --mount}. */
  enum MountType {
    BIND,
    CACHE,
    TMPFS,
    SECRET,
    SSH
  }

  /** COPY. Sources, destination and flags (but not {@code --from}) are expanded. */
  record Copy(Origin origin, Transfer transfer) implements Instruction {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.visitCopy(this);
    }
  }

  /**
   * ADD. Sources, destination and flags are expanded.
   *
   * @param checksum {@code --checksum}
   * @param keepGitDir {@code --keep-git-dir}
   * @param unpack {@code --unpack}; empty: local archives only
   */
  record Add(
      Origin origin,
      Transfer transfer,
      Optional<Word> checksum,
      boolean keepGitDir,
      Optional<Boolean> unpack)
      implements Instruction {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.visitAdd(this);
    }
  }

  /**
   * What COPY and ADD share.
   *
   * @param sources the source words; empty when there are only heredocs
   * @param heredocs inline files
   * @param destination the target
   * @param flags the flags
   */
  record Transfer(
      List<Word> sources, List<Heredoc> heredocs, Word destination, TransferFlags flags) {
    public Transfer {
      sources = List.copyOf(sources);
      heredocs = List.copyOf(heredocs);
    }
  }

  /** Flags that COPY and ADD share; {@code from} is for COPY alone. */
  record TransferFlags(
      Optional<Word> from,
      Optional<Word> chown,
      Optional<Word> chmod,
      boolean link,
      boolean parents,
      List<Word> excludes) {
    public TransferFlags {
      excludes = List.copyOf(excludes);
    }
  }

  /** WORKDIR; the path is expanded. */
  record Workdir(Origin origin, Word path) implements Instruction {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.visitWorkdir(this);
    }
  }

  /** USER; expanded. */
  record User(Origin origin, Word user) implements Instruction {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.visitUser(this);
    }
  }

  /** EXPOSE; each word is expanded and may then hold several ports. */
  record Expose(Origin origin, List<Word> ports) implements Instruction {
    public Expose {
      ports = List.copyOf(ports);
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.visitExpose(this);
    }
  }

  /** VOLUME; each path is expanded, in both forms. */
  record Volume(Origin origin, List<Word> paths) implements Instruction {
    public Volume {
      paths = List.copyOf(paths);
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.visitVolume(this);
    }
  }

  /** CMD, not expanded. */
  record Cmd(Origin origin, Command command) implements Instruction {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.visitCmd(this);
    }
  }

  /** ENTRYPOINT, not expanded. */
  record Entrypoint(Origin origin, Command command) implements Instruction {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.visitEntrypoint(this);
    }
  }

  /** SHELL, always a JSON array, not expanded. */
  record Shell(Origin origin, List<String> arguments) implements Instruction {
    public Shell {
      arguments = List.copyOf(arguments);
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.visitShell(this);
    }
  }

  /** STOPSIGNAL; expanded. */
  record StopSignal(Origin origin, Word signal) implements Instruction {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.visitStopSignal(this);
    }
  }

  /**
   * HEALTHCHECK.
   *
   * @param test the command; empty for NONE
   * @param timing the values of the flags, nanoseconds as in the image config; 0 means inherit
   */
  record HealthCheck(Origin origin, Optional<Command> test, Timing timing) implements Instruction {
    /**
     * Times of a health check.
     *
     * @param intervalNanos between two checks
     * @param timeoutNanos of one check
     * @param startPeriodNanos before failures count
     * @param startIntervalNanos between two checks in the start period
     * @param retries failures in a row until unhealthy
     */
    public record Timing(
        long intervalNanos,
        long timeoutNanos,
        long startPeriodNanos,
        long startIntervalNanos,
        int retries) {}

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.visitHealthCheck(this);
    }
  }

  /**
   * ONBUILD.
   *
   * @param trigger the text of the trigger as it is stored in the image config, heredoc bodies
   *     included
   * @param instruction the parsed trigger, for checks and tools: what fires is the text. Empty when
   *     it can never run, which Docker finds out only when it fires; ONBUILD, FROM and MAINTAINER
   *     are refused by the parser
   */
  record OnBuild(Origin origin, String trigger, Optional<Instruction> instruction)
      implements Instruction {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.visitOnBuild(this);
    }
  }

  /**
   * One method per kind of instruction, so that a new kind cannot be forgotten.
   *
   * @param <R> the result
   */
  interface Visitor<R> {
    R visitFrom(From from);

    R visitArg(Arg arg);

    R visitEnv(Env env);

    R visitLabel(Label label);

    R visitMaintainer(Maintainer maintainer);

    R visitRun(Run run);

    R visitCopy(Copy copy);

    R visitAdd(Add add);

    R visitWorkdir(Workdir workdir);

    R visitUser(User user);

    R visitExpose(Expose expose);

    R visitVolume(Volume volume);

    R visitCmd(Cmd cmd);

    R visitEntrypoint(Entrypoint entrypoint);

    R visitShell(Shell shell);

    R visitStopSignal(StopSignal stopSignal);

    R visitHealthCheck(HealthCheck healthCheck);

    R visitOnBuild(OnBuild onBuild);
  }
}
