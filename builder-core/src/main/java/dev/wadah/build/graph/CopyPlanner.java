package dev.wadah.build.graph;

import dev.wadah.build.context.RemoteSources;
import dev.wadah.build.files.FileAction;
import dev.wadah.build.files.FileAction.Unpack;
import dev.wadah.build.files.FileActionException;
import dev.wadah.build.files.ModeChange;
import dev.wadah.dockerfile.Instruction;
import dev.wadah.dockerfile.Instruction.Heredoc;
import dev.wadah.dockerfile.Instruction.Transfer;
import dev.wadah.dockerfile.Instruction.TransferFlags;
import dev.wadah.dockerfile.Word;
import dev.wadah.dockerfile.expand.ExpansionException;
import dev.wadah.oci.Digest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Plans one COPY or ADD. */
final class CopyPlanner {
  /** What ADD makes of a URL is readable by its owner alone (Dockerfile reference, "ADD"). */
  private static final int URL_MODE = 0600;

  private final StagePlanner stage;
  private final List<Vertex> inputs = new ArrayList<>();
  private final List<FileAction> actions = new ArrayList<>();
  private final StringBuilder history = new StringBuilder();
  private Instruction instruction;
  private Transfer transfer;
  private String destination;
  private Optional<String> chown;
  private Optional<String> chmod;
  private List<String> excludes;

  CopyPlanner(StagePlanner stage) {
    this.stage = stage;
  }

  void plan(Instruction.Copy copy) {
    begin(copy, copy.transfer(), "COPY");
    List<String> sources = new ArrayList<>();
    for (Word word : transfer.sources()) {
      String source = stage.expand(word);
      refuseRemote(source, word);
      history.append(' ').append(source);
      sources.add(source);
    }
    if (!sources.isEmpty()) {
      Optional<Word> from = transfer.flags().from();
      Vertex input =
          from.isPresent()
              ? stage.source(from(from.get()), from.get().span())
              : stage.mainContext();
      // Files of a context belong to whoever checked them out, which is nobody's business.
      boolean keepOwner = !(input.op() instanceof Op.Context);
      actions.add(
          new FileAction.Copy(
              StagePlanner.inputNumber(inputs, input),
              sources,
              destination,
              options(keepOwner, Unpack.NEVER, Optional.empty())));
    }
    finish();
  }

  void plan(Instruction.Add add) {
    begin(add, add.transfer(), "ADD");
    checkChecksum(add);
    List<String> local = new ArrayList<>();
    for (Word word : transfer.sources()) {
      String source = stage.expand(word);
      history.append(' ').append(source);
      if (RemoteSources.isGit(source)) {
        addLocal(add, local);
        addGit(add, source);
      } else if (RemoteSources.isHttp(source)) {
        addLocal(add, local);
        addHttp(add, source, word);
      } else {
        local.add(source);
      }
    }
    addLocal(add, local);
    finish();
  }

  private void begin(Instruction which, Transfer what, String keyword) {
    instruction = which;
    transfer = what;
    TransferFlags flags = what.flags();
    String target = stage.expand(what.destination());
    destination = Paths.destination(stage.state().directory(), target);
    chown = stage.expand(flags.chown());
    chmod = stage.expand(flags.chmod());
    checkMode(flags.chmod());
    excludes = flags.excludes().stream().map(stage::expand).toList();
    inputs.add(stage.state().root());
    history.append(keyword);
    if (flags.parents()) {
      history.append(" --parents");
    }
    chown.ifPresent(c -> history.append(" --chown=").append(c));
    chmod.ifPresent(c -> history.append(" --chmod=").append(c));
  }

  private void checkMode(Optional<Word> word) {
    try {
      if (chmod.isPresent()) {
        ModeChange.parse(chmod.get());
      }
    } catch (FileActionException e) {
      throw stage.complaint(
          e.code(), e.getMessage(), word.orElseThrow().span(), e.why(), e.remedy());
    }
  }

  private void finish() {
    for (Heredoc heredoc : transfer.heredocs()) {
      history.append(" <<").append(heredoc.name());
      byte[] content = body(heredoc).getBytes(StandardCharsets.UTF_8);
      actions.add(
          new FileAction.Write(
              heredoc.name(),
              content,
              destination,
              options(false, Unpack.NEVER, Optional.empty())));
    }
    history.append(' ').append(stage.expand(transfer.destination())).append(" # buildkit");
    // BuildKit falls back to an ordinary copy when --chmod is there as well.
    boolean linked = transfer.flags().link() && chmod.isEmpty();
    Op.Placement placement = linked ? Op.Placement.LINKED : stage.placement(chown.orElse(""));
    stage.step(new Op.File(actions, placement), inputs, instruction);
    stage.state().config().recordLayer(history.toString());
  }

  private String body(Heredoc heredoc) {
    if (!heredoc.expand()) {
      return heredoc.body();
    }
    try {
      return stage
          .scope()
          .expander()
          .expandHeredoc(heredoc.body(), stage.state().env().values())
          .value();
    } catch (ExpansionException e) {
      throw stage.complaint(
          "bad-expansion",
          "failed to expand the here-document \"%s\": %s".formatted(heredoc.name(), e.getMessage()),
          heredoc.span(),
          "variables in an unquoted here-document are expanded",
          "quote the delimiter, as in <<\"%s\"".formatted(heredoc.name()));
    }
  }

  private FileAction.Options options(
      boolean keepOwner, Unpack unpack, Optional<Integer> fixedMode) {
    return new FileAction.Options(
        chown, chmod, keepOwner, transfer.flags().parents(), excludes, unpack, fixedMode);
  }

  private String from(Word word) {
    if (word.text().indexOf('$') >= 0) {
      throw stage.complaint(
          "variable-in-from",
          "variable expansion is not supported for --from, \"%s\" has one".formatted(word.text()),
          word.span(),
          "--from names a stage, an image or a named context literally",
          "define a stage with FROM %s AS NAME, with an ARG before the first FROM, and copy"
                  .formatted(word.text())
              + " from that stage");
    }
    return word.text();
  }

  private void refuseRemote(String source, Word word) {
    boolean git = RemoteSources.isGit(source);
    if (git || RemoteSources.isHttp(source)) {
      throw stage.complaint(
          "remote-copy",
          "source can't be a %s for COPY: \"%s\"".formatted(git ? "git ref" : "URL", source),
          word.span(),
          "COPY takes files of the build context, of stages and of images",
          "use ADD");
    }
  }

  private void addLocal(Instruction.Add add, List<String> sources) {
    if (!sources.isEmpty()) {
      Unpack unpack = add.unpack().orElse(true) ? Unpack.IF_ARCHIVE : Unpack.NEVER;
      actions.add(
          new FileAction.Copy(
              StagePlanner.inputNumber(inputs, stage.mainContext()),
              sources,
              destination,
              options(false, unpack, Optional.empty())));
      sources.clear();
    }
  }

  private void addHttp(Instruction.Add add, String url, Word word) {
    Op.Http op = new Op.Http(url, add.checksum().map(this::digest));
    Unpack unpack = add.unpack().orElse(false) ? Unpack.IF_ARCHIVE : Unpack.NEVER;
    actions.add(
        new FileAction.Copy(
            StagePlanner.inputNumber(inputs, stage.fetch(op, add)),
            List.of(fileName(url, word)),
            destination,
            options(false, unpack, Optional.of(URL_MODE))));
  }

  private String fileName(String url, Word word) {
    try {
      return RemoteSources.fileName(url);
    } catch (IllegalArgumentException e) {
      throw stage.complaint(
          "bad-url",
          "the URL \"%s\" cannot be read: %s".formatted(url, e.getMessage()),
          word.span(),
          "blanks and other special characters of a URL are written as %XX",
          "correct the URL");
    }
  }

  private void addGit(Instruction.Add add, String url) {
    Op.Git op = new Op.Git(url, add.keepGitDir(), stage.expand(add.checksum()));
    actions.add(
        new FileAction.Copy(
            StagePlanner.inputNumber(inputs, stage.fetch(op, add)),
            List.of("/"),
            destination,
            options(false, Unpack.NEVER, Optional.empty())));
  }

  private Digest digest(Word word) {
    String text = stage.expand(word);
    try {
      return Digest.parse(text);
    } catch (IllegalArgumentException e) {
      throw stage.complaint(
          "invalid-checksum",
          "invalid checksum digest format: %s".formatted(e.getMessage()),
          word.span(),
          "--checksum of a URL is the digest of its content",
          "write sha256: and 64 hex digits, as sha256sum prints them");
    }
  }

  private void checkChecksum(Instruction.Add add) {
    if (add.checksum().isEmpty()) {
      return;
    }
    Word word = add.checksum().get();
    if (transfer.sources().size() != 1) {
      throw stage.complaint(
          "checksum-sources",
          "checksum can't be specified for multiple sources",
          word.span(),
          "--checksum is that of one source",
          "write an ADD for each source");
    }
    String source = stage.expand(transfer.sources().get(0));
    if (!RemoteSources.isGit(source) && !RemoteSources.isHttp(source)) {
      throw stage.complaint(
          "checksum-local",
          "checksum requires HTTP(S) or Git sources, \"%s\" is neither".formatted(source),
          word.span(),
          "local files are part of the cache key already",
          "drop --checksum");
    }
  }
}
