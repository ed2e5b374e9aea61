package dev.wadah.cli.template;

import dev.wadah.cli.Absent;
import dev.wadah.cli.template.Node.Call;
import dev.wadah.cli.template.Node.Operand;
import dev.wadah.cli.template.Node.Pipeline;
import dev.wadah.cli.template.Node.Source;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** One application of a template to a value. */
final class Evaluation {
  private final StringBuilder out = new StringBuilder();
  private final Deque<Map<String, Object>> scopes = new ArrayDeque<>();

  /** How a list of nodes ended. */
  private enum Flow {
    ON,
    CONTINUE,
    BREAK
  }

  Evaluation(Object root) {
    scopes.push(new HashMap<>());
    scopes.peek().put("$", root);
  }

  String text() {
    return out.toString();
  }

  void run(List<Node> nodes, Object dot) throws TemplateException {
    if (runAll(nodes, dot) != Flow.ON) {
      throw new TemplateException("{{break}} or {{continue}} stands outside of {{range}}");
    }
  }

  private Flow runAll(List<Node> nodes, Object dot) throws TemplateException {
    scopes.push(new HashMap<>());
    try {
      for (Node node : nodes) {
        Flow flow = runOne(node, dot);
        if (flow != Flow.ON) {
          return flow;
        }
      }
      return Flow.ON;
    } finally {
      scopes.pop();
    }
  }

  private Flow runOne(Node node, Object dot) throws TemplateException {
    if (node instanceof Node.Text text) {
      out.append(text.text());
    } else if (node instanceof Node.Print print) {
      out.append(GoText.of(value(print.value(), dot)));
    } else if (node instanceof Node.SetVariable set) {
      setVariable(set, value(set.value(), dot));
    } else if (node instanceof Node.Branch branch) {
      return branch(branch, dot);
    } else if (node instanceof Node.Range range) {
      return range(range, dot);
    } else if (node instanceof Node.Jump jump) {
      return jump.leaves() ? Flow.BREAK : Flow.CONTINUE;
    }
    return Flow.ON;
  }

  private void setVariable(Node.SetVariable set, Object value) throws TemplateException {
    if (set.declares()) {
      scopes.peek().put(set.name(), value);
      return;
    }
    for (Map<String, Object> scope : scopes) {
      if (scope.containsKey(set.name())) {
        scope.put(set.name(), value);
        return;
      }
    }
    throw new TemplateException("undefined variable \"%s\"".formatted(set.name()));
  }

  private Flow branch(Node.Branch branch, Object dot) throws TemplateException {
    Object value = value(branch.condition(), dot);
    scopes.push(new HashMap<>());
    try {
      branch.variable().ifPresent(name -> scopes.peek().put(name, value));
      return GoText.isTrue(value)
          ? runAll(branch.then(), branch.bindsDot() ? value : dot)
          : runAll(branch.otherwise(), dot);
    } finally {
      scopes.pop();
    }
  }

  private Flow range(Node.Range range, Object dot) throws TemplateException {
    List<Map.Entry<Object, Object>> elements = elements(value(range.list(), dot));
    if (elements.isEmpty()) {
      return runAll(range.otherwise(), dot);
    }
    for (Map.Entry<Object, Object> element : elements) {
      scopes.push(new HashMap<>());
      try {
        range.index().ifPresent(name -> scopes.peek().put(name, element.getKey()));
        range.element().ifPresent(name -> scopes.peek().put(name, element.getValue()));
        if (runAll(range.body(), element.getValue()) == Flow.BREAK) {
          return Flow.ON;
        }
      } finally {
        scopes.pop();
      }
    }
    return Flow.ON;
  }

  /** What is looped over: elements with their 0-based numbers, or a map's entries by key. */
  private static List<Map.Entry<Object, Object>> elements(Object value) throws TemplateException {
    List<Map.Entry<Object, Object>> elements = new ArrayList<>();
    if (value instanceof List<?> list) {
      for (int i = 0; i < list.size(); i++) {
        elements.add(new java.util.AbstractMap.SimpleEntry<>((long) i, list.get(i)));
      }
    } else if (value instanceof Map<?, ?> map) {
      for (Map.Entry<?, ?> entry : new TreeMap<Object, Object>(map).entrySet()) {
        elements.add(new java.util.AbstractMap.SimpleEntry<>(entry.getKey(), entry.getValue()));
      }
    } else if (value != null && !(value instanceof Absent)) {
      throw new TemplateException("range can't iterate over " + GoText.of(value));
    }
    return elements;
  }

  private Object value(Pipeline pipeline, Object dot) throws TemplateException {
    Object value = null;
    boolean piped = false;
    for (Call call : pipeline.calls()) {
      value = call(call, dot, piped, value);
      piped = true;
    }
    return value;
  }

  private Object call(Call call, Object dot, boolean piped, Object last) throws TemplateException {
    List<Operand> words = call.words();
    if (words.get(0) instanceof Operand.Function function) {
      List<Object> arguments = new ArrayList<>();
      for (Operand word : words.subList(1, words.size())) {
        arguments.add(operand(word, dot));
      }
      if (piped) {
        arguments.add(last);
      }
      return Functions.call(function.name(), arguments);
    }
    if (piped || words.size() > 1) {
      throw new TemplateException("a value that is no function is given arguments");
    }
    return operand(words.get(0), dot);
  }

  private Object operand(Operand operand, Object dot) throws TemplateException {
    if (operand instanceof Operand.Constant constant) {
      return constant.value();
    }
    if (operand instanceof Operand.Function function) {
      return Functions.call(function.name(), List.of());
    }
    Operand.Fields fields = (Operand.Fields) operand;
    Object value = source(fields.source(), dot);
    for (String name : fields.names()) {
      value = field(value, name);
    }
    return value;
  }

  private Object source(Source source, Object dot) throws TemplateException {
    if (source instanceof Source.Variable variable) {
      for (Map<String, Object> scope : scopes) {
        if (scope.containsKey(variable.name())) {
          return scope.get(variable.name());
        }
      }
      throw new TemplateException("undefined variable \"%s\"".formatted(variable.name()));
    }
    return source instanceof Source.Nested nested ? value(nested.pipeline(), dot) : dot;
  }

  private static Object field(Object value, String name) throws TemplateException {
    if (value instanceof Map<?, ?> map) {
      if (map.containsKey(name)) {
        return map.get(name);
      }
      throw new TemplateException("there is no field \"%s\"".formatted(name));
    }
    if (value == Absent.MAP) {
      return null;
    }
    throw new TemplateException("\"%s\" is asked of a value that has no fields".formatted(name));
  }
}
