package dev.wadah.cli.progress;

import java.io.PrintStream;
import java.util.List;
import java.util.function.Supplier;

/**
 * Lines on a terminal that are rewritten in place ten times a second, by a thread of their own. The
 * size of the terminal is asked for each time: when the window has become narrower, lines that were
 * drawn before have been wrapped and take more rows than they were.
 */
public final class Repaint implements AutoCloseable {
  private static final long PAUSE_MILLIS = 100;

  private final PrintStream out;
  private final Supplier<Screen> screen;
  private final Scene scene;
  private List<String> drawn = List.of();
  private boolean over;

  /** What is to be seen. Called with the scene's own lock held. */
  public interface Scene {
    /**
     * The lines of the picture now, none wider than the screen.
     *
     * @param isLast whether no other picture follows
     */
    List<String> lines(Screen screen, boolean isLast);

    /** Whether the picture may be another one than the last time; a clock in it always is. */
    boolean hasChanged();
  }

  /**
   * Draws nothing yet.
   *
   * @param scene also the lock that guards what it shows
   */
  public Repaint(PrintStream out, Supplier<Screen> screen, Scene scene) {
    this.out = out;
    this.screen = screen;
    this.scene = scene;
  }

  /** Draws from now on, until it is closed. */
  public void start() {
    Thread thread = new Thread(this::repeat, "progress");
    thread.setDaemon(true);
    thread.start();
  }

  private void repeat() {
    try {
      while (true) {
        Thread.sleep(PAUSE_MILLIS);
        synchronized (scene) {
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
  public void draw() {
    synchronized (scene) {
      if (!scene.hasChanged()) {
        return;
      }
      Screen now = screen.get();
      List<String> lines = scene.lines(now, over);
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
      drawn = List.copyOf(lines);
    }
  }

  /** The rows that lines take on a terminal that is so wide now. */
  private static int height(List<String> lines, int columns) {
    int height = 0;
    for (String line : lines) {
      int width = ScreenText.width(ScreenText.printable(line));
      height += Math.max(1, (width + columns - 1) / columns);
    }
    return height;
  }

  /** Draws the last picture. */
  @Override
  public void close() {
    synchronized (scene) {
      if (!over) {
        over = true;
        draw();
      }
    }
  }
}
