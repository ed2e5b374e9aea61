package dev.wadah.content;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wadah.posix.FileStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a collector may take, as the leases say. */
@SuppressWarnings("try") // leases are held, not used
class LeasesTest {
  @TempDir Path root;
  private Store store;
  private Path thing;

  @BeforeEach
  void makeAThing() throws IOException {
    store = Store.open(root);
    thing = Files.writeString(root.resolve("thing"), "content");
  }

  @Test
  void everythingMayGoWhenNobodyHasALease() throws IOException {
    Leases.Round round = store.leases().round();

    assertThat(goes(round)).isTrue();
  }

  @Test
  void whatWasUsedLatelyStaysWhileALeaseIsHeld() throws IOException {
    try (Leases.Lease lease = store.leases().take()) {
      lookUp();
      assertThat(goes(other().round())).isFalse();
    }
    assertThat(goes(other().round())).isTrue();
  }

  @Test
  void whatIsOlderThanEveryLeaseGoesThoughOneIsHeld() throws IOException {
    age(Duration.ofHours(1));
    try (Leases.Lease lease = store.leases().take()) {
      assertThat(goes(other().round())).isTrue();
    }
  }

  @Test
  void aLookUpUnderALeaseSavesWhatIsOld() throws IOException {
    age(Duration.ofDays(100));
    try (Leases.Lease lease = store.leases().take()) {
      Leases.Round round = other().round();
      assertThat(lookUp()).isTrue();
      assertThat(goes(round)).isFalse();
    }
  }

  @Test
  void aLeaseThatBeginsAndEndsDuringTheRoundSavesWhatItUsed() throws IOException {
    Leases.Round round = other().round();
    try (Leases.Lease lease = store.leases().take()) {
      lookUp();
    }

    assertThat(goes(round)).isFalse();
    assertThat(goes(other().round())).isTrue();
  }

  @Test
  void aLookUpThatTheCollectorHasForestalledFindsNothing() throws IOException {
    age(Duration.ofDays(1));
    FileStatus status = FileStatus.of(thing.toString());
    Files.delete(thing);

    assertThat(store.leases().renew(thing.toString(), status.mtimeNanos())).isFalse();
  }

  @Test
  void whatWasUsedLatelyIsNotWrittenAgain() throws IOException {
    age(Duration.ofMinutes(5));
    FileStatus before = FileStatus.of(thing.toString());

    assertThat(lookUp()).isTrue();
    assertThat(FileStatus.of(thing.toString()).ctimeNanos()).isEqualTo(before.ctimeNanos());
  }

  @Test
  void looksThatLeaveNoTraceRenewNothing() throws IOException {
    age(Duration.ofDays(1));
    FileStatus before = FileStatus.of(thing.toString());
    Store watching = Store.open(root, Store.Looks.LEAVE_NO_TRACE);

    assertThat(watching.leases().renew(thing.toString(), before.mtimeNanos())).isTrue();
    assertThat(FileStatus.of(thing.toString()).mtimeNanos()).isEqualTo(before.mtimeNanos());
  }

  @Test
  void aSettledLeaseHoldsWhatItNamesAndNothingElse() throws IOException {
    try (Leases.Lease lease = store.leases().take()) {
      lookUp();
      lease.settle(List.of("layer sha256:a", "volume b"));
      Leases.Round round = other().round();

      assertThat(round.pins()).containsExactly("layer sha256:a", "volume b");
      assertThat(goes(round)).isTrue();
    }
  }

  @Test
  void aSharedLeaseDoesNotSettleAndEndsWithItsLastHolder() throws IOException {
    Leases.Lease first = store.leases().take();
    try (Leases.Lease second = store.leases().take()) {
      lookUp();
      second.settle(List.of("layer sha256:a"));
      first.close();
      first.close();
      Leases.Round round = other().round();
      assertThat(round.pins()).isEmpty();
      assertThat(goes(round)).isFalse();
    }
    assertThat(root.resolve("leases")).isEmptyDirectory();
  }

  @Test
  void theLeaseOfADeadProcessIsRemoved() throws IOException {
    Path dead = Files.createDirectories(root.resolve("leases")).resolve("1-a");
    Files.createFile(dead);

    assertThat(goes(other().round())).isTrue();
    assertThat(dead).doesNotExist();
  }

  @Test
  void nothingGoesWhenTheClockHasBeenSetBackSinceALeaseBegan() throws IOException {
    age(Duration.ofDays(100));
    Path room = Files.createDirectories(root.resolve("leases"));
    long tomorrow = Instant.now().plus(Duration.ofDays(1)).toEpochMilli();
    try (LockFile held = LockFile.tryTake(room.resolve(tomorrow + "-a")).orElseThrow()) {
      assertThat(goes(other().round())).isFalse();
    }
  }

  private Leases other() throws IOException {
    return Store.open(root, Store.Looks.LEAVE_NO_TRACE).leases();
  }

  private boolean lookUp() throws IOException {
    return store.leases().renew(thing.toString(), FileStatus.of(thing.toString()).mtimeNanos());
  }

  private void age(Duration age) throws IOException {
    Files.setLastModifiedTime(thing, FileTime.from(Instant.now().minus(age)));
  }

  private boolean goes(Leases.Round round) throws IOException {
    boolean[] goes = new boolean[1];
    round.sweep(nanos -> goes[0] = FileStatus.of(thing.toString()).mtimeNanos() < nanos);
    return goes[0];
  }
}
