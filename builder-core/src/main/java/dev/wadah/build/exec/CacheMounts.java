package dev.wadah.build.exec;

import dev.wadah.build.BuildException;
import dev.wadah.build.graph.Op;
import dev.wadah.build.graph.Vertex;
import dev.wadah.build.mounts.CacheFolders;
import dev.wadah.container.ContainerSpec.MountSpec;
import dev.wadah.content.LockFile;
import dev.wadah.engine.Engine;
import dev.wadah.posix.Posix;
import dev.wadah.snapshot.Snapshotter.RootMount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Cache mounts of steps, which live in {@link CacheFolders}. A cache with a seed is an overlay on
 * the seed's layers, so that nothing is copied and the seed's files are there when it is new.
 */
final class CacheMounts {
  private static final int DEFAULT_MODE = 0755;

  private final Engine engine;
  private final BindMounts binds;

  CacheMounts(Engine engine, BindMounts binds) {
    this.engine = engine;
    this.binds = binds;
  }

  void prepare(
      Vertex vertex, Op.Mount.Cache cache, List<VertexResult> inputs, StepMounts.Prepared prepared)
      throws BuildException, IOException {
    BindMounts.Layered seed = null;
    if (cache.seed().isPresent()) {
      VertexResult input = inputs.get(cache.seed().getAsInt() + 1);
      seed = binds.layered(vertex, input, cache.source());
    }
    String identity =
        seed == null
            ? cache.id()
            : cache.id() + "\n" + seed.stack().chainId().orElseThrow() + "\n" + seed.path();
    String name = CacheFolders.name(identity);
    Path folder = new CacheFolders(engine.store()).use(name, cache.id());
    Path data = claim(cache, seed != null, name, folder, prepared);
    prepared.add(seed == null ? plain(cache, data) : seeded(cache, seed, data));
  }

  /** The folder that this step uses, with the right to use it taken. */
  private Path claim(
      Op.Mount.Cache cache,
      boolean exclusive,
      String name,
      Path folder,
      StepMounts.Prepared prepared)
      throws IOException {
    if (cache.sharing() == Op.Sharing.PRIVATE) {
      return claimFree(folder, prepared);
    }
    // Two overlays must not share an upper directory, whatever the Dockerfile says.
    if (cache.sharing() == Op.Sharing.LOCKED || exclusive) {
      prepared.lock(engine.store(), "mount-" + name);
    }
    return folder.resolve("0");
  }

  private static Path claimFree(Path folder, StepMounts.Prepared prepared) throws IOException {
    for (int i = 0; ; i++) {
      Optional<LockFile> lock = LockFile.tryTake(folder.resolve(i + ".lock"));
      if (lock.isPresent()) {
        prepared.keep(lock.get());
        return folder.resolve(Integer.toString(i));
      }
    }
  }

  private static MountSpec plain(Op.Mount.Cache cache, Path data) throws IOException {
    if (!Files.isDirectory(data)) {
      create(cache, data);
    }
    return new MountSpec.Bind(data, cache.target(), cache.readOnly(), false);
  }

  /** Makes a cache's directory with its owner and mode, unless another step has just made it. */
  static void create(Op.Mount.Cache cache, Path data) throws IOException {
    Op.Ownership ownership = cache.ownership();
    CacheFolders.create(
        data.getParent(),
        data.getFileName().toString(),
        CacheFolders.Present.STAYS,
        made -> {
          int uid = ownership.uid().orElse(0);
          Posix.lchown(Posix.CWD, made.toString(), uid, ownership.gid().orElse(0));
          Posix.chmod(Posix.CWD, made.toString(), ownership.mode().orElse(DEFAULT_MODE));
        });
  }

  private MountSpec seeded(Op.Mount.Cache cache, BindMounts.Layered seed, Path data)
      throws IOException {
    RootMount root = engine.snapshots().keep(data, seed.stack(), seed.path());
    return new MountSpec.Overlay(root, seed.path(), cache.target(), cache.readOnly());
  }
}
