package dev.wadah.dockerfile;

import dev.wadah.dockerfile.internal.FileReader;
import dev.wadah.dockerfile.internal.Preparation;

/** Parses Dockerfiles (language level 1.26). Stateless; safe for any number of threads. */
public final class DockerfileParser {
  private DockerfileParser() {}

  /**
   * Makes the first {@link #parse} of this process quicker, in a thread of its own, for callers who
   * have something else to do before it.
   */
  public static void prepare() {
    Preparation.begin();
  }

  /**
   * Parses a Dockerfile.
   *
   * @throws DockerfileException with every error of the file
   */
  public static Dockerfile parse(SourceFile source) throws DockerfileException {
    Preparation.await();
    return new FileReader(source).read();
  }

  /**
   * Parses one instruction of an image's ONBUILD list.
   *
   * @param trigger the stored text, heredoc bodies included
   * @param origin names the image in messages
   * @throws DockerfileException if it is no instruction that may be a trigger
   */
  public static Instruction parseTrigger(String trigger, String origin) throws DockerfileException {
    return new FileReader(new SourceFile(origin, trigger)).readTrigger();
  }
}
