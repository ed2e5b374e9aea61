package dev.wadah.dockerfile.format;

import dev.wadah.dockerfile.DockerfileException;
import dev.wadah.dockerfile.DockerfileParser;
import dev.wadah.dockerfile.TestFolders;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The style itself; that it changes no meaning is tested with the whole corpus. */
class FormatterTest {
  private static final String ROOM = "fmt";

  static List<String> cases() {
    return TestFolders.cases(ROOM);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void printsInOneStyle(String name) throws DockerfileException {
    String formatted = Formatter.format(DockerfileParser.parse(TestFolders.dockerfile(ROOM, name)));
    TestFolders.assertGolden(TestFolders.file(ROOM, name, "formatted.Dockerfile"), formatted);
  }
}
