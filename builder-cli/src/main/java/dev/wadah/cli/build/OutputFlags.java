package dev.wadah.cli.build;

import dev.wadah.build.BuildRequest.OutputRequest;
import dev.wadah.cli.Arguments;
import dev.wadah.cli.UsageException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code --output}, {@code --push} and {@code --load}, as buildx reads them. */
final class OutputFlags {
  private static final List<String> TYPES =
      List.of("image", "registry", "oci", "docker", "tar", "local", "cacheonly");

  private OutputFlags() {}

  static List<OutputRequest> parse(Arguments arguments) throws UsageException {
    List<OutputRequest> outputs = new ArrayList<>();
    for (String text : arguments.values("output")) {
      outputs.add(output(text));
    }
    if (arguments.has("push")) {
      push(outputs);
    }
    if (arguments.has("load") && outputs.stream().noneMatch(o -> o.type().equals("image"))) {
      outputs.add(new OutputRequest("image", Optional.empty(), Map.of()));
    }
    return outputs;
  }

  /** {@code --push} makes an image output a pushing one, or adds one. */
  private static void push(List<OutputRequest> outputs) {
    for (int i = 0; i < outputs.size(); i++) {
      OutputRequest output = outputs.get(i);
      if (output.type().equals("registry")) {
        return;
      }
      if (output.type().equals("image")) {
        Map<String, String> attributes = new HashMap<>(output.attributes());
        attributes.put("push", "true");
        outputs.set(i, new OutputRequest("image", output.destination(), attributes));
        return;
      }
    }
    outputs.add(new OutputRequest("registry", Optional.empty(), Map.of()));
  }

  /** One {@code --output}. */
  static OutputRequest output(String text) throws UsageException {
    List<String> fields = Csv.fields("--output", text);
    if (fields.size() == 1 && !text.contains("=")) {
      return text.equals("-")
          ? new OutputRequest("tar", Optional.of("-"), Map.of())
          : new OutputRequest("local", Optional.of(text), Map.of());
    }
    Map<String, String> attributes = Csv.pairs("--output", text);
    String type = attributes.remove("type");
    Optional<String> destination = Optional.ofNullable(attributes.remove("dest"));
    if (type == null || type.isEmpty()) {
      throw new UsageException(
          "--output \"%s\" has no type".formatted(text), "", "add type=" + String.join("|", TYPES));
    }
    if (!TYPES.contains(type)) {
      throw new UsageException(
          "--output type \"%s\" is unknown".formatted(type),
          "it is one of " + String.join(", ", TYPES),
          "");
    }
    return new OutputRequest(type, destination(type, destination), attributes);
  }

  private static Optional<String> destination(String type, Optional<String> given)
      throws UsageException {
    if (given.isPresent() && given.get().isEmpty()) {
      throw new UsageException("--output has an empty dest", "", "add dest=PATH");
    }
    return switch (type) {
      case "local" -> {
        if (given.isEmpty()) {
          throw new UsageException("--output type=local has no dest", "", "add dest=DIRECTORY");
        }
        yield given;
      }
      case "oci", "tar" -> given.or(() -> Optional.of("-"));
      default -> given;
    };
  }
}
