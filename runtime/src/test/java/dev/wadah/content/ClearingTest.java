package dev.wadah.content;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClearingTest {
  private static final int FILES = 60_000;

  @TempDir Path temp;

  private Path lockPath() {
    return temp.resolve("tree.lock");
  }

  private LockFile lock() throws IOException {
    return LockFile.tryTake(lockPath()).orElseThrow();
  }

  private String tree(int files) throws IOException {
    Path tree = Files.createDirectory(temp.resolve("tree"));
    for (int i = 0; i < files; i++) {
      Files.createFile(tree.resolve("f" + i));
    }
    return tree.toString();
  }

  @Test
  void removesATreeAndItsLock() throws IOException {
    Clearing.end(tree(10), lock());

    assertThat(temp).isEmptyDirectory();
  }

  @Test
  void keepsNobodyWaitingWhoIsInterruptedAndHoldsTheLockUntilAllIsGone() throws Exception {
    String tree = tree(FILES);
    LockFile lock = lock();
    Thread.currentThread().interrupt();
    long start = System.nanoTime();
    boolean interrupted;
    try {
      Clearing.end(tree, lock);
    } finally {
      interrupted = Thread.interrupted();
    }
    Duration taken = Duration.ofNanos(System.nanoTime() - start);

    assertThat(interrupted).as("still interrupted").isTrue();
    assertThat(taken).isLessThan(Duration.ofSeconds(2));
    Optional<LockFile> free = LockFile.tryTake(lockPath());
    while (free.isEmpty()) {
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMinutes(1));
      Thread.sleep(5);
      free = LockFile.tryTake(lockPath());
    }
    assertThat(Path.of(tree)).doesNotExist();
    free.get().close();
    assertThat(temp).isEmptyDirectory();
  }
}
