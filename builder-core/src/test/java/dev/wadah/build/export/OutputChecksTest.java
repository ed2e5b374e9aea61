package dev.wadah.build.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.wadah.build.BuildException;
import dev.wadah.build.BuildRequest;
import dev.wadah.build.BuildRequest.CacheRequest;
import dev.wadah.build.BuildRequest.ContextRequest;
import dev.wadah.build.BuildRequest.NamingRequest;
import dev.wadah.build.BuildRequest.OutputRequest;
import dev.wadah.build.BuildRequest.SecretRequest;
import dev.wadah.build.BuildRequest.SharedCache;
import dev.wadah.build.BuildRequest.StepRequest;
import dev.wadah.build.BuildRequest.TargetRequest;
import dev.wadah.container.ContainerSpec.Limits;
import dev.wadah.image.ImageStore.PullPolicy;
import dev.wadah.oci.Platform;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Outputs as buildx 0.29 with Docker 28 takes or refuses them, before anything is built. */
class OutputChecksTest {

  @ParameterizedTest(name = "{0} {1} {2}")
  @CsvSource(
      delimiter = '|',
      nullValues = "ok",
      textBlock =
          """
          type=tar,dest=- type=oci,dest=-        |                          | | two outputs go to standard output
          type=tar,dest=- type=oci,dest=f        |                          | | ok
          type=local,dest=d type=cacheonly       |                          | | ok
          type=docker,dest=f                     | linux/amd64,linux/arm64  | | a docker archive holds no image of several platforms
          type=docker,name=n                     | linux/amd64,linux/arm64  | | ok
          type=docker,dest=f                     | linux/arm64              | | ok
          type=oci,tar=false,dest=-              |                          | | type=oci,tar=false needs dest
          type=oci,tar=false,dest=d/             |                          | | ok
          type=tar,dest=d/                       |                          | | dest "d/" is a directory
          type=registry,push=false               |                          | | ok
          type=registry                          |                          | | an image without a name cannot be pushed
          type=image,rewrite-timestamp=true      |                          | inline   | an image with rewrite-timestamp=true cannot hold an inline cache
          type=image,rewrite-timestamp=true      |                          | registry | ok
          """)
  void takesWhatBuildxTakes(String outputs, String platforms, String cache, String message) {
    List<OutputRequest> requests = new ArrayList<>();
    for (String output : outputs.split(" ", -1)) {
      requests.add(output(output));
    }
    BuildException refused =
        catchThrowableOfType(
            BuildException.class,
            () -> OutputChecks.check(request(platforms, cache, requests), requests));
    if (message == null) {
      assertThat(refused).isNull();
    } else {
      assertThat(refused.getMessage()).isEqualTo(message);
      assertThat(refused.diagnostics().get(0).remedy()).isNotBlank();
    }
  }

  private static OutputRequest output(String text) {
    Map<String, String> attributes = new TreeMap<>();
    for (String attribute : text.split(",", -1)) {
      attributes.put(attribute.split("=", 2)[0], attribute.split("=", 2)[1]);
    }
    String type = attributes.remove("type");
    return new OutputRequest(type, Optional.ofNullable(attributes.remove("dest")), attributes);
  }

  private static BuildRequest request(String platforms, String cache, List<OutputRequest> outputs) {
    List<Platform> wanted = new ArrayList<>();
    for (String platform : (platforms == null ? "" : platforms).split(",", -1)) {
      if (!platform.isEmpty()) {
        wanted.add(Platform.parse(platform));
      }
    }
    List<SharedCache> to =
        cache == null ? List.of() : List.of(new SharedCache(cache, Map.of("ref", "r")));
    return new BuildRequest(
        new ContextRequest(".", Optional.empty(), Map.of(), Map.of()),
        new TargetRequest(Optional.empty(), Map.of(), wanted, PullPolicy.NEVER, Optional.empty()),
        new CacheRequest(false, Set.of(), List.of(), to),
        new StepRequest("default", List.of(), Set.of(), Limits.NONE),
        new SecretRequest(Map.of(), Map.of()),
        outputs,
        new NamingRequest(List.of(), Map.of(), List.of()));
  }
}
