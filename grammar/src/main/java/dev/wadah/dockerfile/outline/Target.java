package dev.wadah.dockerfile.outline;

import dev.wadah.dockerfile.Dockerfile;
import dev.wadah.dockerfile.Span;
import dev.wadah.dockerfile.Stage;
import dev.wadah.dockerfile.Word;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A stage that can be built.
 *
 * @param name its name in lower case; empty for a stage without one
 * @param description the comment above its FROM that begins with its name
 * @param isDefault whether it is built when no target is named: the last stage
 * @param base the image or stage it begins with, unexpanded
 * @param platform the value of {@code --platform}, unexpanded
 * @param span its FROM
 */
public record Target(
    Optional<String> name,
    Optional<String> description,
    boolean isDefault,
    String base,
    Optional<String> platform,
    Span span) {

  /** All targets in the order of the file. */
  public static List<Target> of(Dockerfile file) {
    List<Target> targets = new ArrayList<>(file.stages().size());
    for (Stage stage : file.stages()) {
      targets.add(
          new Target(
              stage.name(),
              stage.description(),
              stage.index() == file.stages().size() - 1,
              stage.from().image().text(),
              stage.from().platform().map(Word::text),
              stage.from().span()));
    }
    return List.copyOf(targets);
  }
}
