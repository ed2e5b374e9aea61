package dev.wadah.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wadah.posix.Posix;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreTest {
  @TempDir Path temp;

  @Test
  @SuppressWarnings("try")
  void letsOneHolderAtATimeIn() throws Exception {
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger entries = new AtomicInteger();
    List<Callable<Void>> tasks = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      Store store = Store.open(temp); // each as if of another process
      tasks.add(
          () -> {
            try (var lock = store.lock("a name / with anything")) {
              assertThat(inside.incrementAndGet()).isEqualTo(1);
              Thread.sleep(1);
              inside.decrementAndGet();
              entries.incrementAndGet();
            }
            return null;
          });
    }
    var pool = Executors.newFixedThreadPool(6);
    for (var done : pool.invokeAll(tasks)) {
      done.get();
    }
    pool.shutdown();
    assertThat(entries).hasValue(30);
    assertThat(Posix.names(Posix.CWD, temp + "/locks")).isEmpty();
  }

  @Test
  void endsTheWaitWhenInterrupted() throws Exception {
    Store store = Store.open(temp);
    Store.Lock held = store.lock("x");
    Thread.currentThread().interrupt();

    assertThatThrownBy(() -> store.lock("x")).isInstanceOf(InterruptedIOException.class);
    assertThat(Thread.interrupted()).isTrue();
    held.close();
  }

  @Test
  void freesWhatAKilledProcessHeld() throws Exception {
    Path file = temp.resolve("lock");
    Process holder =
        new ProcessBuilder("flock", "--no-fork", file.toString(), "sh", "-c", "echo; exec sleep 60")
            .start();
    // Not tried before it says so: whoever takes the lock in between removes its file.
    assertThat(holder.getInputStream().read()).isEqualTo('\n');
    assertThat(LockFile.tryTake(file)).isEmpty();
    holder.destroyForcibly();
    assertThat(holder.waitFor(10, TimeUnit.SECONDS)).isTrue();

    LockFile.take(file).close();
  }

  @Test
  void doubtsOnlyWhatAPowerCutMayHaveTaken() throws Exception {
    Store store = Store.open(temp);
    long now = TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis());
    long lastYear = now - TimeUnit.DAYS.toNanos(365);

    assertThat(store.doubtful(lastYear)).isTrue();
    assertThat(store.doubtful(now + TimeUnit.SECONDS.toNanos(5))).isFalse();
    store.sync();
    assertThat(Store.open(temp).doubtful(lastYear)).isFalse();
    Files.writeString(temp.resolve("synced"), "");
    assertThat(Store.open(temp).doubtful(lastYear)).isTrue();
    Files.writeString(temp.resolve("synced"), Long.toString(now + TimeUnit.DAYS.toNanos(1)));
    assertThat(Store.open(temp).doubtful(lastYear)).isTrue();
  }
}
