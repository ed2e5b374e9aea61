package dev.wadah.build.exec;

import dev.wadah.build.BuildException;
import dev.wadah.build.BuildProgress;
import dev.wadah.build.BuildProgress.VertexName;
import dev.wadah.build.files.FileActionException;
import dev.wadah.build.graph.Op;
import dev.wadah.build.graph.Vertex;
import dev.wadah.oci.DiffId;
import java.io.IOException;
import java.util.List;

/**
 * Makes the layer of a step, whatever its kind.
 *
 * @param files for COPY, ADD and WORKDIR
 * @param exec for RUN
 */
record StepWork(FileRunner files, ExecRunner exec) {
  /** The layer of a vertex on the results of its inputs. */
  DiffId make(Vertex vertex, List<VertexResult> inputs, BuildProgress progress)
      throws BuildException, IOException, FileActionException {
    if (vertex.op() instanceof Op.File) {
      VertexName name = StepRunner.name(vertex);
      return files.run(vertex, inputs, bytes -> progress.transferred(name, "copying", bytes, 0));
    }
    return exec.run(vertex, (Op.Exec) vertex.op(), inputs);
  }
}
