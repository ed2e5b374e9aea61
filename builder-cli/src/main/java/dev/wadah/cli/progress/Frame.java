package dev.wadah.cli.progress;

import dev.wadah.build.BuildProgress.Outcome;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** Lays out one picture of the live display; pure. */
final class Frame {
  private static final String BLUE = "\u001b[34m";
  private static final String RED = "\u001b[31m";
  private static final String YELLOW = "\u001b[33m";
  private static final String FAINT = "\u001b[2m";
  private static final String PLAIN = "\u001b[0m";

  private final Screen screen;
  private final long now;
  private final List<String> lines = new ArrayList<>();

  private Frame(Screen screen, long now) {
    this.screen = screen;
    this.now = now;
  }

  /**
   * The lines of a picture; each fits the screen's width, and all of them its height unless the
   * build is over.
   *
   * @param steps in the order they began
   * @param planned how many there will be
   * @param began when the build began, on the clock of {@code now}
   * @param over whether the build is over, so that every step is shown
   */
  static List<String> lines(
      Collection<StepState> steps, int planned, long began, long now, Screen screen, boolean over) {
    Frame frame = new Frame(screen, now);
    long ended = steps.stream().filter(s -> !s.isRunning()).count();
    frame.lines.add(
        "[+] Building %ss (%d/%d)%s"
            .formatted(
                Seconds.tenths(now - began),
                ended,
                Math.max(planned, steps.size()),
                over ? " FINISHED" : ""));
    List<StepState> shown = over ? List.copyOf(steps) : frame.fitting(steps);
    for (StepState step : shown) {
      frame.step(step, over);
    }
    int most = over ? Integer.MAX_VALUE : Math.max(2, screen.rows() - 1);
    return frame.lines.size() > most ? frame.lines.subList(0, most) : frame.lines;
  }

  /** Running steps first of all; of those that ended, the latest that still fit. */
  private List<StepState> fitting(Collection<StepState> steps) {
    int room = screen.rows() - 2;
    for (StepState step : steps) {
      room -= step.isRunning() ? height(step) : 0;
    }
    List<StepState> all = new ArrayList<>(steps);
    List<StepState> shown = new ArrayList<>();
    for (int i = all.size() - 1; i >= 0; i--) {
      StepState step = all.get(i);
      if (step.isRunning()) {
        shown.add(0, step);
      } else if (room >= height(step)) {
        shown.add(0, step);
        room -= height(step);
      } else {
        room = 0;
      }
    }
    return shown;
  }

  private static int height(StepState step) {
    return 1
        + (step.why().isEmpty() ? 0 : 1)
        + step.output.size()
        + (step.isRunning() ? step.transfers.size() : 0);
  }

  private void step(StepState step, boolean over) {
    String label = step.outcome() == Outcome.CACHED ? " => CACHED " : " => ";
    if (step.outcome() == Outcome.FAILED) {
      label = " => ERROR ";
    } else if (step.outcome() == Outcome.CANCELLED) {
      label = " => CANCELED ";
    }
    timed(label + step.name, step.nanos(now), color(step));
    if (!step.why().isEmpty()) {
      String why = " => => " + Display.NOT_CACHED + ScreenText.printable(step.why());
      add(ScreenText.fit(why, screen.columns()), "");
    }
    if (step.isRunning() && !over) {
      for (Map.Entry<String, StepState.Transfer> entry : step.transfers.entrySet()) {
        StepState.Transfer t = entry.getValue();
        String of = t.total() > 0 ? " / " + Bytes.text(t.total()) : "";
        timed(
            " => => " + entry.getKey() + files(t) + " " + Bytes.text(t.done()) + of,
            t.tookNanos() >= 0 ? t.tookNanos() : now - t.began(),
            t.tookNanos() >= 0 ? BLUE : "");
      }
    }
    for (String line : step.output) {
      add(ScreenText.fit(" => => # " + ScreenText.printable(line), screen.columns()), FAINT);
    }
  }

  private static String files(StepState.Transfer transfer) {
    return transfer.files() < 0 ? "" : " " + transfer.files() + " files,";
  }

  private static String color(StepState step) {
    if (step.isRunning()) {
      return "";
    }
    return switch (step.outcome()) {
      case DONE, CACHED -> BLUE;
      case FAILED -> RED;
      case CANCELLED -> YELLOW;
    };
  }

  private void timed(String text, long nanos, String color) {
    String time = " " + Seconds.tenths(nanos) + "s";
    int width = Math.max(10, screen.columns() - time.length());
    String cut = ScreenText.fit(ScreenText.printable(text), width);
    add(cut + " ".repeat(Math.max(0, width - ScreenText.width(cut))) + time, color);
  }

  private void add(String line, String color) {
    lines.add(screen.color() && !color.isEmpty() ? color + line + PLAIN : line);
  }
}
