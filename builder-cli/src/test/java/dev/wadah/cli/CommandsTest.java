package dev.wadah.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CommandsTest {
  static List<String> groups() {
    return Stream.concat(Commands.NAMES.stream(), Stream.of("buildx imagetools", "cache mount"))
        .filter(Commands::isGroup)
        .toList();
  }

  @ParameterizedTest
  @MethodSource("groups")
  void findsEveryWordThatAGroupNames(String group) {
    assertThat(Commands.words(group))
        .isSorted()
        .allSatisfy(
            word -> {
              String name = group + " " + word;
              assertThat(Commands.isGroup(name) || Commands.find(name).isPresent()).isTrue();
            });
  }
}
