package dev.wadah.maven;

import dev.wadah.build.BuildException;
import dev.wadah.build.BuildRequest;
import dev.wadah.build.BuildResult;
import dev.wadah.build.Builder;
import dev.wadah.content.Store;
import dev.wadah.engine.Engine;
import java.io.File;
import java.io.IOException;
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

  /** Network of RUN steps: {@code default}, {@code none}, {@code host}. */
  @Parameter(property = "wadah.network", defaultValue = "default")
  private String network;

  /** Where the result goes; without any, the image store. */
  @Parameter private List<Output> outputs = new ArrayList<>();

  /** Whether the image is pushed to the registries that its names tell. */
  @Parameter(property = "wadah.push", defaultValue = "false")
  private boolean push;

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
    BuildRequest request = request();
    try {
      Engine engine = Engine.open(root == null ? Store.defaultRoot() : root.toPath());
      BuildResult result = new Builder(engine).build(request, new LogProgress(getLog()));
      result.warnings().forEach(warning -> getLog().warn(Diagnostics.text(warning)));
      result
          .images()
          .forEach((platform, image) -> getLog().info("Built " + platform + " " + image.id()));
    } catch (BuildException e) {
      throw new MojoFailureException(Diagnostics.text(e), e);
    } catch (IOException e) {
      throw new MojoExecutionException("wadah:build failed: " + e.getMessage(), e);
    }
  }

  private BuildRequest request() throws MojoExecutionException {
    try {
      return new Request(contextDirectory.toPath())
          .dockerfile(dockerfile)
          .target(target, buildArgs, platforms)
          .pull(pull)
          .epoch(outputTimestamp)
          .steps(noCache, network)
          .naming(tags, labels)
          .outputs(outputs, push)
          .toBuildRequest();
    } catch (IllegalArgumentException e) {
      throw new MojoExecutionException("wadah:build is configured wrongly: " + e.getMessage(), e);
    }
  }
}
