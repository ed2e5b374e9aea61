package dev.wadah.build.exec;

import dev.wadah.build.BuildProgress;
import dev.wadah.build.BuildRequest;
import dev.wadah.build.cache.StepCache;
import dev.wadah.build.explain.Explainer;
import dev.wadah.build.explain.Explainer.Found;
import dev.wadah.build.explain.StepNote;
import java.io.IOException;

/**
 * What is noted when a step is not in the cache.
 *
 * @param explainer remembers and explains
 * @param wanted whether anybody wants to hear the explanations
 */
public record Misses(Explainer explainer, BuildRequest.Misses wanted) {
  /** Notes that a step begins, and tells why. */
  void tell(StepNote note, StepCache cache, BuildProgress progress) throws IOException {
    explainer.begin(note);
    if (wanted == BuildRequest.Misses.EXPLAINED) {
      Found found = cache.isRecorded(note.key()) ? Found.WITHOUT_LAYER : Found.ABSENT;
      progress.explained(StepRunner.name(note.vertex()), explainer.missed(note, found));
    }
  }
}
