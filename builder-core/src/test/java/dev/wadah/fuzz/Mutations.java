package dev.wadah.fuzz;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Texts to begin with, and ways to spoil them. */
final class Mutations {
  /** Characters that mean something somewhere. */
  private static final String SPECIAL =
      "\\`\"'$#{}[]()<>|&;=:,*?!-~/%^+@.\n\r\t \0\uFEFF\u00A0\uD800";

  private final List<String> seeds;

  Mutations(List<String> seeds) {
    this.seeds = List.copyOf(seeds);
  }

  /** The texts of the files below {@code folder} of testdata whose names are wanted. */
  static List<String> files(String folder, Predicate<String> wanted) throws IOException {
    Path top = Path.of(System.getProperty("wadah.testdata")).resolve(folder);
    List<String> texts = new ArrayList<>();
    try (Stream<Path> files = Files.walk(top)) {
      for (Path file : files.sorted().toList()) {
        if (Files.isRegularFile(file) && wanted.test(file.getFileName().toString())) {
          texts.add(text(file));
        }
      }
    }
    return texts;
  }

  private static String text(Path file) {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One of the texts, spoilt in up to eight places. */
  String next(Random random) {
    StringBuilder text = new StringBuilder(seed(random));
    for (int i = random.nextInt(8); i >= 0; i--) {
      spoil(text, random);
    }
    return text.toString();
  }

  private String seed(Random random) {
    return seeds.get(random.nextInt(seeds.size()));
  }

  private void spoil(StringBuilder text, Random random) {
    int from = random.nextInt(text.length() + 1);
    int to = Math.min(text.length(), from + random.nextInt(1 + random.nextInt(30)));
    switch (random.nextInt(8)) {
      case 0 -> text.delete(from, to);
      case 1 -> text.insert(from, special(random));
      case 2 -> text.insert(random.nextInt(text.length() + 1), text.substring(from, to));
      case 3 -> text.insert(from, part(seed(random), random));
      case 4 -> text.replace(from, to, part(seed(random), random));
      case 5 -> text.insert(from, (char) random.nextInt(0x10000));
      case 6 -> text.insert(from, text.substring(from, to).repeat(random.nextInt(200)));
      default -> text.insert(from, Character.toString(special(random)).repeat(random.nextInt(300)));
    }
  }

  private static char special(Random random) {
    return SPECIAL.charAt(random.nextInt(SPECIAL.length()));
  }

  private static String part(String text, Random random) {
    int from = random.nextInt(text.length() + 1);
    return text.substring(from, Math.min(text.length(), from + random.nextInt(40)));
  }
}
