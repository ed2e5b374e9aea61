package dev.wadah.cli.template;

import java.util.List;

/**
 * A parsed template. Understands text, comments, trimming, fields, variables, pipelines, if, with,
 * range (with break and continue), and the functions of {@link Functions}. Immutable.
 */
public final class Template {
  private final List<Node> nodes;

  private Template(List<Node> nodes) {
    this.nodes = nodes;
  }

  /**
   * Parses a template.
   *
   * @throws TemplateException saying what is malformed
   */
  public static Template parse(String text) throws TemplateException {
    return new Template(List.copyOf(Parser.parse(text)));
  }

  /**
   * Applies the template to a value.
   *
   * @throws TemplateException if it asks for a field that is not there, or calls a function wrongly
   */
  public String apply(Object value) throws TemplateException {
    Evaluation evaluation = new Evaluation(value);
    evaluation.run(nodes, value);
    return evaluation.text();
  }
}
