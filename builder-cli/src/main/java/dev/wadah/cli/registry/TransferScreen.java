package dev.wadah.cli.registry;

import dev.wadah.cli.progress.Repaint;
import dev.wadah.cli.progress.Screen;
import dev.wadah.cli.registry.TransferFrame.Phase;
import dev.wadah.cli.registry.TransferFrame.Row;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.Digest;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** A line for each layer, rewritten in place. */
final class TransferScreen implements TransferDisplay, Repaint.Scene {
  private final TransferWords words;
  private final Map<Digest, Row> rows = new LinkedHashMap<>();
  private final Repaint repaint;
  private boolean changed;

  TransferScreen(TransferWords words, PrintStream out, Supplier<Screen> screen) {
    this.words = words;
    this.repaint = new Repaint(out, screen, this);
  }

  /** A display that redraws itself until it is closed. */
  static TransferScreen start(TransferWords words, PrintStream out, Supplier<Screen> screen) {
    TransferScreen display = new TransferScreen(words, out, screen);
    display.repaint.start();
    return display;
  }

  /** Draws over what was drawn before, if anything has changed. */
  void draw() {
    repaint.draw();
  }

  @Override
  public synchronized List<String> lines(Screen screen, boolean isLast) {
    changed = false;
    return TransferFrame.lines(rows.values(), screen, isLast);
  }

  @Override
  public synchronized boolean hasChanged() {
    return changed;
  }

  @Override
  public synchronized void update(Descriptor blob, State state, long bytes) {
    Phase phase =
        switch (state) {
          case PREPARING, WAITING -> Phase.WAITS;
          case COMPRESSING, MOVING, VERIFYING -> Phase.MOVES;
          case ARRIVED, EXISTS, DONE -> Phase.ENDED;
        };
    boolean sized = state == State.MOVING || state == State.COMPRESSING;
    put(blob, words.of(state), phase, bytes, sized ? blob.sizeBytes() : 0);
  }

  @Override
  public synchronized void mounted(Descriptor blob, String repository) {
    put(blob, TransferWords.mounted(repository), Phase.ENDED, 0, 0);
  }

  private void put(Descriptor blob, String text, Phase phase, long done, long total) {
    rows.put(blob.digest(), new Row(blob.digest().abbreviated(), text, phase, done, total));
    changed = true;
  }

  @Override
  public void close() {
    repaint.close();
  }
}
