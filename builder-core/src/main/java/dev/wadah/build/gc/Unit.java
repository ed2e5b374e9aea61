package dev.wadah.build.gc;

/**
 * A piece of the store that goes as a whole: a blob, the trees of a layer. It goes when nothing
 * holds it. Not for use by several threads.
 */
final class Unit {
  private final long bytes;
  private final Going going;
  private int holders;
  private int keepers;

  /** A piece that takes so many bytes on the disk. */
  Unit(long bytes, Going going) {
    this.bytes = bytes;
    this.going = going;
  }

  /** When a unit goes that nothing holds any more. */
  enum Going {
    /** At once: nobody else can hold it. */
    WITH_ITS_ENTRY,
    /** In the sweep that follows. */
    IN_THE_SWEEP
  }

  boolean goesWithItsEntry() {
    return going == Going.WITH_ITS_ENTRY;
  }

  long bytes() {
    return bytes;
  }

  /** Counts somebody that needs it; {@code keeper}s are not asked whether they go. */
  void hold(Hold hold) {
    holders++;
    if (hold == Hold.FOR_GOOD) {
      keepers++;
    }
  }

  /** One that needed it is gone. */
  void release() {
    holders--;
  }

  boolean isHeld() {
    return holders > 0;
  }

  /** Whether an image with a name or a running container needs it. */
  boolean isKept() {
    return keepers > 0;
  }

  /** How long somebody needs a unit. */
  enum Hold {
    /** Until the entry is removed. */
    WHILE_IT_LASTS,
    /** As long as there is an image with a name, or a container is running. */
    FOR_GOOD
  }
}
