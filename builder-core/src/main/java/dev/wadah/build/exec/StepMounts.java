package dev.wadah.build.exec;

import dev.wadah.build.BuildException;
import dev.wadah.build.BuildRequest.SecretRequest;
import dev.wadah.build.graph.Op;
import dev.wadah.build.graph.Vertex;
import dev.wadah.container.ContainerSpec.MountSpec;
import dev.wadah.content.Store;
import dev.wadah.engine.Engine;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Prepares the mounts of RUN steps. */
final class StepMounts {
  private static final int TMPFS_MODE = 01777;

  private final BindMounts binds;
  private final CacheMounts caches;
  private final SecretMounts secrets;
  private final SshMounts ssh;

  StepMounts(Engine engine, SecretRequest request, Faults faults) {
    this.binds = new BindMounts(engine, faults);
    this.caches = new CacheMounts(engine, binds);
    this.secrets = new SecretMounts(request, faults);
    this.ssh = new SshMounts(request, faults);
  }

  /** Mounts that are ready; closing removes what was made for them alone. */
  static final class Prepared implements Closeable {
    private final List<MountSpec> mounts = new ArrayList<>();
    private final List<String> env = new ArrayList<>();
    private final Set<String> locks = new HashSet<>();
    private final Deque<Closeable> resources = new ArrayDeque<>();

    /** The mounts, outer ones before inner ones. */
    List<MountSpec> mounts() {
      return mounts;
    }

    /** Variables that come with them. */
    List<String> env() {
      return env;
    }

    void add(MountSpec mount) {
      mounts.add(mount);
    }

    void keep(Closeable resource) {
      resources.push(resource);
    }

    /** Takes a lock for the step, unless it has it already. */
    void lock(Store store, String name) throws IOException {
      if (locks.add(name)) {
        keep(store.lock(name));
      }
    }

    @Override
    public void close() throws IOException {
      IOException failure = null;
      while (!resources.isEmpty()) {
        try {
          resources.pop().close();
        } catch (IOException e) {
          failure = failure == null ? e : failure;
        }
      }
      if (failure != null) {
        throw failure;
      }
    }
  }

  /** Prepares the mounts of one step. */
  Prepared prepare(Vertex vertex, Op.Exec op, List<VertexResult> inputs)
      throws BuildException, IOException {
    Prepared prepared = new Prepared();
    boolean ready = false;
    try {
      for (Op.Mount mount : inLockOrder(op.mounts())) {
        prepare(vertex, mount, inputs, prepared);
      }
      // However they were written, a mount must not hide one that lies below it.
      if (prepared.mounts.size() > 1) { // the first comparator of a JVM costs milliseconds
        prepared.mounts.sort(Comparator.comparingInt(m -> depth(m.target())));
      }
      ready = true;
      return prepared;
    } finally {
      if (!ready) {
        prepared.close();
      }
    }
  }

  /** Steps that lock several caches must take them in one order, lest two wait for each other. */
  private static List<Op.Mount> inLockOrder(List<Op.Mount> mounts) {
    if (mounts.size() < 2) {
      return mounts;
    }
    List<Op.Mount> ordered = new ArrayList<>(mounts);
    ordered.sort(Comparator.comparing(m -> m instanceof Op.Mount.Cache cache ? cache.id() : ""));
    return ordered;
  }

  private static int depth(String target) {
    int depth = 0;
    for (int i = 0; i < target.length(); i++) {
      boolean begins = target.charAt(i) != '/' && (i == 0 || target.charAt(i - 1) == '/');
      depth += begins ? 1 : 0;
    }
    return depth;
  }

  private void prepare(Vertex vertex, Op.Mount mount, List<VertexResult> inputs, Prepared prepared)
      throws BuildException, IOException {
    if (mount instanceof Op.Mount.Bind bind) {
      binds.prepare(vertex, bind, inputs.get(bind.input() + 1), prepared);
    } else if (mount instanceof Op.Mount.Cache cache) {
      caches.prepare(vertex, cache, inputs, prepared);
    } else if (mount instanceof Op.Mount.Tmpfs tmpfs) {
      prepared.add(
          new MountSpec.Tmpfs(tmpfs.target(), tmpfs.sizeBytes(), TMPFS_MODE, false, List.of()));
    } else if (mount instanceof Op.Mount.Secret secret) {
      secrets.prepare(vertex, secret, prepared);
    } else if (mount instanceof Op.Mount.Ssh agent) {
      ssh.prepare(vertex, agent, prepared);
    } else if (mount instanceof Op.Mount.Script script) {
      secrets.prepare(script, prepared);
    }
  }
}
