package dev.wadah.maven;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.wadah.build.BuildException;
import dev.wadah.build.BuildRequest;
import dev.wadah.build.BuildResult;
import dev.wadah.build.Builder;
import dev.wadah.content.Store;
import dev.wadah.engine.Engine;
import dev.wadah.posix.OutputFile;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.maven.plugin.AbstractMojo;
import org.apache.maven.plugin.MojoExecutionException;
import org.apache.maven.plugin.MojoFailureException;
import org.apache.maven.plugins.annotations.LifecyclePhase;
import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.Parameter;

/** Builds a Dockerfile into an image. */
@JsonIgnoreProperties({"log", "pluginContext"}) // Maven's own
@Mojo(name = "build", defaultPhase = LifecyclePhase.PACKAGE, threadSafe = true)
public final class BuildMojo extends AbstractMojo {
  /** Folder that COPY and ADD read from. */
  @Parameter(property = "wadah.contextDirectory", defaultValue = "${project.basedir}")
  private File contextDirectory;

  /** The Dockerfile; without it, {@code Dockerfile} in the context directory. */
  @Parameter(property = "wadah.dockerfile")
  private File dockerfile;

  /** Names of the image, such as {@code registry.example/team/app:1.0}. */
  @Parameter(property = "wadah.tags")
  private List<String> tags = new ArrayList<>();

  /** Build arguments: an element per ARG. */
  @Parameter private Map<String, String> buildArgs = new LinkedHashMap<>();

  /** Labels of the image. */
  @Parameter private Map<String, String> labels = new LinkedHashMap<>();

  /** What {@code COPY --from=NAME} and {@code FROM NAME} read: an element per name. */
  @Parameter private Map<String, String> buildContexts = new LinkedHashMap<>();

  /** Annotations of the image, such as {@code index:org.example.team=a}. */
  @Parameter private List<String> annotations = new ArrayList<>();

  /** Stage to build; without it, the last one. */
  @Parameter(property = "wadah.target")
  private String target;

  /** Platforms to build for, such as {@code linux/arm64}; without any, this machine's. */
  @Parameter(property = "wadah.platforms")
  private List<String> platforms = new ArrayList<>();

  /** When to ask registries for base images: {@code always}, {@code missing}, {@code never}. */
  @Parameter(property = "wadah.pull", defaultValue = "missing")
  private String pull;

  /** Whether every step is run, whatever the cache has. */
  @Parameter(property = "wadah.noCache", defaultValue = "false")
  private boolean noCache;

  /** Stages whose steps are run, whatever the cache has. */
  @Parameter(property = "wadah.noCacheFilter")
  private List<String> noCacheFilter = new ArrayList<>();

  /** Whether the log says of every step that is not in the cache why it is not. */
  @Parameter(property = "wadah.explain", defaultValue = "false")
  private boolean explain;

  /** Repository and tag where builds of other machines leave their steps, and this one does too. */
  @Parameter(property = "wadah.cache")
  private String cache;

  /** Caches to read, the best first. */
  @Parameter private List<Cache> cacheFrom = new ArrayList<>();

  /** Caches to write. */
  @Parameter private List<Cache> cacheTo = new ArrayList<>();

  /** What RUN steps may mount, and no image keeps. */
  @Parameter private List<Secret> secrets = new ArrayList<>();

  /** Further lines of RUN's /etc/hosts: {@code NAME=ADDRESS}. */
  @Parameter private List<String> addHosts = new ArrayList<>();

  /** Network of RUN steps: {@code default}, {@code none}, {@code host}. */
  @Parameter(property = "wadah.network", defaultValue = "default")
  private String network;

  /** Where the result goes; without any, the image store. */
  @Parameter private List<Output> outputs = new ArrayList<>();

  /** Whether the image is pushed to the registries that its names tell. */
  @Parameter(property = "wadah.push", defaultValue = "false")
  private boolean push;

  /** File that gets what is known of the result, as JSON: digests, names. */
  @Parameter(property = "wadah.metadataFile")
  private File metadataFile;

  /** Folder of images and cache; without it, {@code $WADAH_HOME} or the user's. */
  @Parameter(property = "wadah.root")
  private File root;

  /** Time stamp of the image: seconds since 1970, or an ISO 8601 time. */
  @Parameter(defaultValue = "${project.build.outputTimestamp}")
  private String outputTimestamp;

  /** Whether the goal does nothing. */
  @Parameter(property = "wadah.skip", defaultValue = "false")
  private boolean skip;

  @Override
  public void execute() throws MojoExecutionException, MojoFailureException {
    if (skip) {
      getLog().info("wadah:build is skipped");
      return;
    }
    new GoalProcess(getLog()).run(this);
  }

  /** Builds, in the process that {@link GoalProcess} started. */
  void build() throws MojoExecutionException, MojoFailureException {
    BuildRequest request = request();
    try {
      if (metadataFile != null) {
        Files.createDirectories(metadataFile.toPath().toAbsolutePath().getParent());
        OutputFile.requireWritable(metadataFile.toPath());
      }
      Path store = root == null ? Store.defaultRoot() : root.toPath();
      Engine engine = Engine.open(store);
      BuildResult result = new Builder(engine).build(request, new LogProgress(getLog()));
      if (explain && result.misses().isEmpty()) {
        getLog().info("Every step was in the cache");
      }
      result.warnings().forEach(warning -> getLog().warn(Diagnostics.text(warning)));
      result
          .images()
          .forEach((platform, image) -> getLog().info("Built " + platform + " " + image.id()));
      if (metadataFile != null) {
        writeMetadata(result);
      }
      DailyCollection.startIfDue(store, getLog());
    } catch (BuildException e) {
      throw new MojoFailureException(Diagnostics.text(e), e);
    } catch (IOException e) {
      throw new MojoExecutionException("wadah:build failed: " + e.getMessage(), e);
    }
  }

  private void writeMetadata(BuildResult result) throws IOException {
    Map<String, Object> metadata = result.metadataFile();
    OutputFile.write(
        metadataFile.toPath(),
        "rw-r--r--",
        out -> new ObjectMapper().writerWithDefaultPrettyPrinter().writeValue(out, metadata));
  }

  private BuildRequest request() throws MojoExecutionException {
    try {
      return new Request(contextDirectory.toPath())
          .dockerfile(dockerfile)
          .target(target, buildArgs, platforms)
          .pull(pull)
          .epoch(outputTimestamp)
          .contexts(buildContexts)
          .cache(noCache, noCacheFilter, explain)
          .caches(cache, cacheFrom, cacheTo)
          .steps(network, addHosts)
          .secrets(secrets)
          .naming(tags, labels, annotations)
          .outputs(outputs, push)
          .toBuildRequest();
    } catch (IllegalArgumentException e) {
      throw new MojoExecutionException("wadah:build is configured wrongly: " + e.getMessage(), e);
    }
  }
}
