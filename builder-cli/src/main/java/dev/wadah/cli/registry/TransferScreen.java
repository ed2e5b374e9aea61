package dev.wadah.cli.registry;

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

/**
 * A line for each layer, rewritten in place ten times a second. The size of the terminal is asked
 * for each time: when the window has become narrower, lines that were drawn before have been
 * wrapped and take more rows than they were.
 */
final class TransferScreen implements TransferDisplay {
  private static final long PAUSE_MILLIS = 100;

  private final TransferWords words;
  private final PrintStream out;
  private final Supplier<Screen> screen;
  private final Map<Digest, Row> rows = new LinkedHashMap<>();
  private final Thread thread = new Thread(this::redraw, "progress");
  private List<String> drawn = List.of();
  private boolean changed;
  private boolean over;

  TransferScreen(TransferWords words, PrintStream out, Supplier<Screen> screen) {
    this.words = words;
    this.out = out;
    this.screen = screen;
  }

  /** A display that redraws itself until it is closed. */
  static TransferScreen start(TransferWords words, PrintStream out, Supplier<Screen> screen) {
    TransferScreen display = new TransferScreen(words, out, screen);
    display.thread.setDaemon(true);
    display.thread.start();
    return display;
  }

  private void redraw() {
    try {
      while (true) {
        Thread.sleep(PAUSE_MILLIS);
        synchronized (this) {
          if (over) {
            return;
          }
          draw();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Draws over what was drawn before, if anything has changed. */
  synchronized void draw() {
    if (!changed) {
      return;
    }
    changed = false;
    Screen now = screen.get();
    List<String> lines = TransferFrame.lines(rows.values(), now, over);
    StringBuilder picture = new StringBuilder();
    int up = height(drawn, now.columns());
    if (up > 0) {
      picture.append("\u001b[").append(up).append('A');
    }
    for (String line : lines) {
      picture.append('\r').append(line).append("\u001b[K\n");
    }
    picture.append("\u001b[J");
    out.print(picture);
    out.flush();
    drawn = lines;
  }

  /** The rows that lines take on a terminal that is so wide now. */
  private static int height(List<String> lines, int columns) {
    int height = 0;
    for (String line : lines) {
      height += Math.max(1, (line.length() + columns - 1) / columns);
    }
    return height;
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
  public synchronized void close() {
    if (!over) {
      over = true;
      draw();
    }
  }
}
