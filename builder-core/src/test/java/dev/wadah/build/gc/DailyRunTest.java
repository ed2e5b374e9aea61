package dev.wadah.build.gc;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Collections;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When a build starts a collection. */
class DailyRunTest {
  @TempDir private Path root;

  @Test
  void aCollectionIsDueADayAfterTheLast() throws IOException {
    assertThat(DailyRun.isDue(root)).isFalse();
    assertThat(DailyRun.isDue(root)).isFalse();
    Path next = root.resolve("gc/next");
    assertThat(Files.getLastModifiedTime(next).toInstant())
        .isBetween(Instant.now().plusSeconds(86_000), Instant.now().plusSeconds(86_500));

    Files.setLastModifiedTime(next, FileTime.from(Instant.now().minusSeconds(1)));
    assertThat(DailyRun.isDue(root)).isTrue();
    assertThat(DailyRun.isDue(root)).as("another process that asks").isFalse();
  }

  @Test
  void noCollectionIsDueWhileSeveralBuildsMakeOneStore() throws Exception {
    ExecutorService builds = Executors.newFixedThreadPool(4);
    try {
      for (int i = 0; i < 100; i++) {
        Path store = root.resolve("several" + i);
        Callable<Boolean> end = () -> DailyRun.isDue(store);
        for (Future<Boolean> due : builds.invokeAll(Collections.nCopies(4, end))) {
          assertThat(due.get()).isFalse();
        }
        assertThat(store.resolve("gc").toFile().list()).containsOnly("next", "trash");
      }
    } finally {
      builds.shutdownNow();
    }
  }
}
