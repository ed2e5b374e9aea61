package dev.wadah.cli.profile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wadah.profile.Phase;
import dev.wadah.profile.Profile;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PhaseSumsTest {
  private static Profile.Entry entry(Phase phase, long start, long end, long thread) {
    return new Profile.Entry("", phase, start, end - start, thread);
  }

  @Test
  void addsUpPhasesThatFollowEachOther() {
    assertThat(
            PhaseSums.of(
                List.of(
                    entry(Phase.RUN, 10, 30, 1),
                    entry(Phase.MOUNT, 5, 10, 1),
                    entry(Phase.RUN, 40, 45, 1))))
        .isEqualTo(Map.of(Phase.MOUNT, 5L, Phase.RUN, 25L));
  }

  /** Entries come in the order of their ends: the inner ones first. */
  @Test
  void takesWhatIsWithinAnotherPhaseOffThat() {
    assertThat(
            PhaseSums.of(
                List.of(
                    entry(Phase.PULL, 12, 15, 1),
                    entry(Phase.UNPACK, 10, 20, 1),
                    entry(Phase.PULL, 25, 30, 1),
                    entry(Phase.MOUNT, 10, 50, 1))))
        .isEqualTo(Map.of(Phase.MOUNT, 25L, Phase.UNPACK, 7L, Phase.PULL, 8L));
  }

  /** Such as the whole of the outputs, and each of them. */
  @Test
  void countsAPhaseWithinItselfOnce() {
    assertThat(PhaseSums.of(List.of(entry(Phase.EXPORT, 2, 9, 1), entry(Phase.EXPORT, 0, 10, 1))))
        .isEqualTo(Map.of(Phase.EXPORT, 10L));
  }

  @Test
  void addsUpWhatThreadsDoBesideEachOther() {
    assertThat(PhaseSums.of(List.of(entry(Phase.UNPACK, 2, 8, 2), entry(Phase.MOUNT, 0, 10, 1))))
        .isEqualTo(Map.of(Phase.MOUNT, 10L, Phase.UNPACK, 6L));
  }

  @Test
  void keepsPhasesThatOnlyOverlapWhole() {
    assertThat(PhaseSums.of(List.of(entry(Phase.DIFF, 0, 10, 1), entry(Phase.HASH, 8, 12, 1))))
        .isEqualTo(Map.of(Phase.DIFF, 10L, Phase.HASH, 4L));
  }
}
