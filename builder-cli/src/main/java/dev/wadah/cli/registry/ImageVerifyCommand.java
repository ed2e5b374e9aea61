package dev.wadah.cli.registry;

import dev.wadah.cli.Arguments;
import dev.wadah.cli.Command;
import dev.wadah.cli.CommandModel;
import dev.wadah.cli.ExitCode;
import dev.wadah.cli.JsonText;
import dev.wadah.cli.Session;
import dev.wadah.cli.UsageException;
import dev.wadah.cli.image.Lookup;
import dev.wadah.engine.Engine;
import dev.wadah.image.ImageVerification;
import dev.wadah.image.ImageVerification.Check;
import dev.wadah.image.ImageVerification.Result;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.ImageReference;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** {@code wadah image verify}: whether an image is what its digests say. */
public final class ImageVerifyCommand implements Command {
  @Override
  public CommandModel model() {
    return CommandModel.of(
            "image verify",
            "[FLAGS] IMAGE [IMAGE...]",
            "Recompute every digest, size and diffID of images; exit code 1 if one does not fit.")
        .flag("Read the image in its registry, even if it is on this machine", "--remote")
        .flag("Print what was checked as JSON, one line per image", "--json")
        .arguments(
            "IMAGE", "0..*", "Names or ids; a name that is not here is read in its registry");
  }

  @Override
  public int run(Arguments arguments, Session session) throws Exception {
    if (arguments.positional().isEmpty()) {
      throw new UsageException("\"image verify\" takes an image", "", "wadah image verify app:1");
    }
    if (arguments.has("remote")) {
      // Here a name may be an id.
      for (String image : arguments.positional()) {
        Lookup.reference(image);
      }
    }
    int code = ExitCode.OK;
    for (String image : arguments.positional()) {
      Verdict verdict = verify(session.engine(), image, arguments.has("remote"));
      if (!verdict.result().problems().isEmpty()) {
        code = ExitCode.FAILED;
      }
      PrintStream out = session.console().out();
      if (arguments.has("json")) {
        out.println(JsonText.compact(json(verdict)));
      } else {
        print(verdict, out);
      }
    }
    return code;
  }

  /**
   * What came of one argument.
   *
   * @param place store or registry
   */
  private record Verdict(String image, Descriptor target, String place, Result result) {}

  private static Verdict verify(Engine engine, String image, boolean remote)
      throws IOException, UsageException {
    Optional<Descriptor> here = remote ? Optional.empty() : engine.images().target(image);
    if (here.isPresent()) {
      Result result =
          ImageVerification.ofStore(engine.content(), engine.images()).verify(here.get());
      return new Verdict(image, here.get(), "store", result);
    }
    ImageReference name = Lookup.reference(image);
    Descriptor target = engine.registry().manifest(name).descriptor();
    Result result = ImageVerification.ofRegistry(engine.registry(), name).verify(target);
    return new Verdict(image, target, "registry", result);
  }

  private static void print(Verdict verdict, PrintStream out) {
    List<String> problems = verdict.result().problems();
    problems.forEach(problem -> out.println(verdict.image() + ": " + problem));
    out.printf(
        "%s: %s in the %s: %d digests recomputed, %s%n",
        verdict.image(),
        verdict.target().digest(),
        verdict.place(),
        verdict.result().checks().size(),
        problems.isEmpty() ? "all fit" : problems.size() + " wrong");
  }

  private static Map<String, Object> json(Verdict verdict) {
    List<Map<String, Object>> checks = new ArrayList<>();
    for (Check check : verdict.result().checks()) {
      Map<String, Object> line = new LinkedHashMap<>();
      line.put("subject", check.subject().name().toLowerCase(Locale.ROOT).replace("_i", "I"));
      line.put("digest", check.digest().toString());
      if (check.sizeBytes() >= 0) {
        line.put("size", check.sizeBytes());
      }
      check.problem().ifPresent(problem -> line.put("problem", problem));
      checks.add(line);
    }
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("image", verdict.image());
    json.put("digest", verdict.target().digest().toString());
    json.put("place", verdict.place());
    json.put("sound", verdict.result().problems().isEmpty());
    json.put("checks", checks);
    return json;
  }
}
