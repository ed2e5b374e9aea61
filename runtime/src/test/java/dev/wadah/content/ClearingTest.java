package dev.wadah.content;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class ClearingTest {
  private static final int FILES = 60_000;
  private static final int ATTEMPTS = 5;

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

  /** Seen when the lock is still held afterwards; a busy machine may come back too late for it. */
  @Test
  void keepsNobodyWaitingWhoIsInterruptedAndHoldsTheLockUntilAllIsGone() throws Exception {
    boolean wasHeld = false;
    for (int attempt = 0; !wasHeld && attempt < ATTEMPTS; attempt++) {
      String tree = tree(FILES);
      LockFile lock = lock();
      Thread.currentThread().interrupt();
      boolean interrupted;
      try {
        Clearing.end(tree, lock);
      } finally {
        interrupted = Thread.interrupted();
      }
      Optional<LockFile> free = LockFile.tryTake(lockPath());
      wasHeld = free.isEmpty();

      assertThat(interrupted).as("still interrupted").isTrue();
      LockFile freed = wasHeld ? LockFile.take(lockPath()) : free.get();
      assertThat(Path.of(tree)).doesNotExist();
      freed.close();
      assertThat(temp).isEmptyDirectory();
    }
    assertThat(wasHeld).as("came back before all was gone").isTrue();
  }
}
