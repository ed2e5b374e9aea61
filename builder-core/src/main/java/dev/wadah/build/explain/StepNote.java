package dev.wadah.build.explain;

import dev.wadah.build.cache.CacheKey;
import dev.wadah.build.files.FileList;
import dev.wadah.build.files.FilesKey;
import dev.wadah.build.graph.Op;
import dev.wadah.build.graph.Vertex;
import dev.wadah.oci.Digest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A step that must be done, as far as it is remembered or explained.
 *
 * @param key its content key
 * @param files what it reads, one for each ingredient {@code files}
 */
public record StepNote(Vertex vertex, CacheKey key, List<FilesKey> files) {
  public StepNote {
    files = List.copyOf(files);
  }

  /** The number in {@code [build 2/4]}; 0 when there is none. */
  int position() {
    String name = vertex.caption().name();
    int end = name.indexOf(']');
    int slash = name.lastIndexOf('/', Math.max(0, end));
    int begin = slash;
    while (begin > 0 && Character.isDigit(name.charAt(begin - 1))) {
      begin--;
    }
    // a number of more digits than this stands in no Dockerfile
    boolean number = begin < slash && slash < end && slash - begin < 9;
    return number ? Integer.parseInt(name.substring(begin, slash)) : 0;
  }

  /** The image that the step stands on; empty when that is another step. */
  String image() {
    return !vertex.inputs().isEmpty() && vertex.inputs().get(0).op() instanceof Op.Image image
        ? image.reference()
        : "";
  }

  private String platform() {
    Vertex at = vertex;
    while (!at.inputs().isEmpty()) {
      at = at.inputs().get(0);
    }
    if (at.op() instanceof Op.Image image) {
      return image.platform().toString();
    }
    return vertex.op() instanceof Op.Exec exec ? exec.platform().toString() : "";
  }

  /**
   * The instruction; of a RUN with the here-document, which is never expanded. That of a COPY may
   * be, so it is not there.
   */
  private String text() {
    String text = vertex.caption().text();
    if (vertex.op() instanceof Op.Exec exec && text.contains("<<")) {
      for (Op.Mount mount : exec.mounts()) {
        if (mount instanceof Op.Mount.Script script) {
          return text + "\n" + script.content();
        }
      }
      return text + "\n" + exec.arguments().get(exec.arguments().size() - 1);
    }
    return text;
  }

  /**
   * What is to be remembered.
   *
   * @param digest of the image that the step stands on; empty when there is none
   */
  StepMemory toMemory(String digest) {
    List<FileList> lists = new ArrayList<>(files.size());
    for (FilesKey each : files) {
      lists.add(each.files());
    }
    String image = image();
    // a build argument may have named it
    String hash =
        image.isEmpty() ? "" : Digest.of(image.getBytes(StandardCharsets.UTF_8)).toString();
    return new StepMemory(
        key.digest(),
        text(),
        new StepMemory.Root(platform(), hash, digest),
        Fact.of(key.ingredients()),
        lists);
  }
}
