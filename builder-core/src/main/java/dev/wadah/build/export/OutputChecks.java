package dev.wadah.build.export;

import dev.wadah.build.BuildException;
import dev.wadah.build.BuildRequest;
import dev.wadah.build.BuildRequest.OutputRequest;
import java.util.List;
import java.util.Optional;

/** Says before a build what would be refused behind it. */
public final class OutputChecks {
  private static final List<String> STREAMED = List.of("oci", "docker", "tar");
  private static final Optional<String> STDOUT = Optional.of("-");

  private OutputChecks() {}

  /**
   * Checks the outputs of a build.
   *
   * @param outputs those of the request, or what stands for none
   * @throws BuildException for one that cannot be written
   */
  public static void check(BuildRequest request, List<OutputRequest> outputs)
      throws BuildException {
    boolean streamed = false;
    for (OutputRequest output : outputs) {
      OutputOptions options = OutputOptions.of(output, request.naming());
      requireNoInlineCache(request, options);
      requireFolder(output, options);
      requireOnePlatform(request, output);
      boolean here = STREAMED.contains(output.type()) && output.destination().equals(STDOUT);
      if (streamed && here) {
        throw OutputFaults.fault(
            "two outputs go to standard output",
            "nobody could tell where one ends",
            "add dest=FILE to all but one");
      }
      streamed |= here;
    }
  }

  private static void requireNoInlineCache(BuildRequest request, OutputOptions options)
      throws BuildException {
    boolean inline = request.cache().to().stream().anyMatch(to -> to.type().equals("inline"));
    if (inline && options.rewritesTimestamps()) {
      throw OutputFaults.fault(
          "an image with rewrite-timestamp=true cannot hold an inline cache",
          "its layers are others than those of the steps",
          "write the cache to a place of its own: --cache-to type=registry,ref=…");
    }
  }

  private static void requireFolder(OutputRequest output, OutputOptions options)
      throws BuildException {
    boolean folder = output.type().equals("oci") && options.isFolder();
    if (folder && output.destination().filter(d -> !d.equals("-")).isEmpty()) {
      throw OutputFaults.fault(
          "type=oci,tar=false needs dest",
          "it writes a folder, which no stream can hold",
          "add dest=DIRECTORY");
    }
    boolean directory = output.destination().filter(d -> d.endsWith("/")).isPresent();
    if (STREAMED.contains(output.type()) && directory && !folder) {
      throw OutputFaults.fault(
          "dest \"%s\" is a directory".formatted(output.destination().get()),
          "type=%s writes one file".formatted(output.type()),
          "write dest=%simage.tar".formatted(output.destination().get()));
    }
  }

  private static void requireOnePlatform(BuildRequest request, OutputRequest output)
      throws BuildException {
    boolean archive = output.type().equals("docker") && output.destination().isPresent();
    if (archive && request.target().platforms().size() > 1) {
      throw OutputFaults.fault(
          "a docker archive holds no image of several platforms",
          "docker load would take one of them by chance",
          "write type=oci, or build for one --platform");
    }
  }
}
