package dev.wadah.cli.build;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wadah.build.BuildRequest.OutputRequest;
import dev.wadah.cli.UsageException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OutputFlagsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "-                        | tar      | -",
        "out                      | local    | out",
        "./a=b/c                  | error    | ",
        "type=local,dest=out      | local    | out",
        "type=tar                 | tar      | -",
        "type=tar,dest=a.tar      | tar      | a.tar",
        "type=oci,dest=-          | oci      | -",
        "type=docker              | docker   | ",
        "type=image,name=a        | image    | ",
        "type=registry            | registry | "
      })
  void readsTypeAndDestination(String text, String type, String destination) {
    try {
      OutputRequest output = OutputFlags.output(text);
      assertThat(output.type()).isEqualTo(type);
      assertThat(output.destination()).isEqualTo(Optional.ofNullable(destination));
    } catch (UsageException e) {
      assertThat(type).as(e.getMessage()).isEqualTo("error");
    }
  }

  @Test
  void keepsTheOtherAttributes() throws UsageException {
    assertThat(OutputFlags.output("type=image,name=a,push=true,compression=zstd").attributes())
        .isEqualTo(Map.of("name", "a", "push", "true", "compression", "zstd"));
  }

  @Test
  void addsARegistryOutputForPush() throws UsageException {
    assertThat(outputs("--push", "."))
        .isEqualTo(List.of(new OutputRequest("registry", Optional.empty(), Map.of())));
  }

  @Test
  void turnsAnImageOutputIntoAPushingOne() throws UsageException {
    assertThat(outputs("-o", "type=image", "--push", ".").get(0).attributes())
        .isEqualTo(Map.of("push", "true"));
  }

  @Test
  void addsAnImageOutputForLoadBesidesOthers() throws UsageException {
    assertThat(outputs("-o", "type=oci,dest=a", "--load", ".").stream().map(OutputRequest::type))
        .containsExactly("oci", "image");
  }

  private static List<OutputRequest> outputs(String... words) throws UsageException {
    return OutputFlags.parse(BuildFlags.model().parse(List.of(words)));
  }
}
