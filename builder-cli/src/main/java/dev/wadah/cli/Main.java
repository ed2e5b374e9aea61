package dev.wadah.cli;

import dev.wadah.posix.Processes;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The {@code wadah} command. */
public final class Main {
  private Main() {}

  /**
   * Runs a command in this process.
   *
   * @param in standard input
   * @param out standard output
   * @param err standard error
   * @param args what follows {@code wadah}
   * @return the exit code
   */
  public static int run(InputStream in, PrintStream out, PrintStream err, String... args) {
    return run(new Console(in, out, err, System.getenv(), "", Console.Streams.CAPTURED), args);
  }

  /** Runs a command in this process, with an environment of its own. */
  public static int run(Console console, String... args) {
    int code = new Invocation(console).run(List.of(args));
    console.out().flush();
    console.err().flush();
    return code;
  }

  /** The command line's way in: everything but the exit is {@link #run}'s. */
  public static void main(String[] args) {
    // Every flag is a text: picocli need not find java.time's and java.sql's parsers by reflection.
    System.setProperty("picocli.converters.excludes", ".*");
    // Services are those of the JVM's own modules: for the first look-up of a host name it asks for
    // one that resolves it, and would open every jar of the class path, which takes 40 ms.
    Thread.currentThread().setContextClassLoader(ClassLoader.getPlatformClassLoader());
    StartArchive.removeUnusable(System.getProperty("wadah.archive"));
    Cancellation cancellation = Cancellation.ofThisThread();
    PrintStream out = stream(FileDescriptor.out, false);
    PrintStream err = stream(FileDescriptor.err, true);
    String terminals = System.getProperty("wadah.terminals", "");
    int code =
        run(
            new Console(
                new StandardInput(), out, err, System.getenv(), terminals, Console.Streams.OWN),
            args);
    cancellation.finished(code);
    // After a signal the JVM is ending already, with the code of that signal.
    if (code != ExitCode.INTERRUPTED && mayEndAtOnce(args)) {
      Processes.exit(code);
    }
    if (code != ExitCode.OK || othersRun()) {
      System.exit(code);
    }
    // Returning is an exit, too, and a cheaper one: System.exit of JDK 25 asks for a logger first,
    // which is looked for in every jar of the class path.
  }

  /**
   * Whether nobody wants to hear of the JVM's end: no archive is being made of what was loaded, and
   * no agent or recording was asked for.
   */
  private static boolean mayEndAtOnce(String[] args) {
    return !(args.length > 0 && args[0].equals("train"))
        && concernMemoryAlone(System.getenv("WADAH_JAVA_OPTS"))
        && System.getenv("JAVA_TOOL_OPTIONS") == null
        && System.getenv("JDK_JAVA_OPTIONS") == null;
  }

  /**
   * Whether options such as {@code -Xmx1g} are all there are, which nothing at the end waits for.
   */
  static boolean concernMemoryAlone(String options) {
    if (options != null) {
      for (String option : options.trim().split(" +", -1)) {
        if (!option.isEmpty() && !option.startsWith("-Xm") && !option.startsWith("-Xss")) {
          return false;
        }
      }
    }
    return true;
  }

  /** Whether a thread is left that would keep the JVM alive. */
  private static boolean othersRun() {
    Thread[] threads = new Thread[Thread.activeCount() + 16];
    int count = Thread.enumerate(threads);
    for (int i = 0; i < count; i++) {
      if (threads[i] != Thread.currentThread() && !threads[i].isDaemon()) {
        return true;
      }
    }
    return count == threads.length;
  }

  private static PrintStream stream(FileDescriptor descriptor, boolean autoFlush) {
    FileOutputStream file = new FileOutputStream(descriptor);
    return new PrintStream(new BufferedOutputStream(file, 8192), autoFlush, StandardCharsets.UTF_8);
  }
}
