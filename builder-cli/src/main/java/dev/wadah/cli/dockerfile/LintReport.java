package dev.wadah.cli.dockerfile;

import dev.wadah.cli.JsonText;
import dev.wadah.oci.Digest;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Findings in the formats that other programs read. */
final class LintReport {
  private static final String SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json";

  private LintReport() {}

  /** An array with an object for each. */
  static String json(List<Finding> findings) {
    return JsonText.pretty(findings.stream().map(Finding::toJson).toList(), "  ") + "\n";
  }

  /**
   * GitLab's code quality report: an array, each entry with a fingerprint that stays the same from
   * run to run. Of entries with the same fingerprint GitLab would show one only.
   */
  static String gitlab(List<Finding> findings) {
    List<Object> entries = new ArrayList<>();
    Map<String, Integer> times = new HashMap<>();
    for (Finding finding : findings) {
      Map<String, Object> entry = gitlabEntry(finding);
      String fingerprint = entry.get("fingerprint").toString();
      int earlier = times.merge(fingerprint, 1, Integer::sum) - 1;
      if (earlier > 0) {
        entry.put("fingerprint", fingerprint(fingerprint + "\0" + earlier));
      }
      entries.add(entry);
    }
    return JsonText.pretty(entries, "  ") + "\n";
  }

  private static String fingerprint(String identity) {
    return Digest.of(identity.getBytes(StandardCharsets.UTF_8)).hex();
  }

  /** The path as GitLab and SARIF want it: not beginning with a dot. */
  private static String path(Finding finding) {
    String file = finding.file();
    return file.startsWith("./") ? file.substring(2) : file;
  }

  private static Map<String, Object> gitlabEntry(Finding finding) {
    String identity =
        path(finding)
            + "\0"
            + finding.diagnostic().code()
            + "\0"
            + finding.line()
            + "\0"
            + finding.diagnostic().message();
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put("description", finding.diagnostic().message());
    entry.put("check_name", finding.diagnostic().code());
    entry.put("fingerprint", fingerprint(identity));
    entry.put("severity", finding.level().equals("error") ? "major" : "minor");
    entry.put("location", Map.of("path", path(finding), "lines", Map.of("begin", finding.line())));
    return entry;
  }

  /** SARIF 2.1.0 with one run. */
  static String sarif(List<Finding> findings, String version) {
    Map<String, Map<String, Object>> rules = new LinkedHashMap<>();
    findings.forEach(finding -> rules.putIfAbsent(finding.diagnostic().code(), rule(finding)));
    Map<String, Object> driver = new LinkedHashMap<>();
    driver.put("name", "wadah");
    driver.put("version", version);
    driver.put("rules", List.copyOf(rules.values()));
    Map<String, Object> run = new LinkedHashMap<>();
    run.put("tool", Map.of("driver", driver));
    // a column is counted in Java's chars, where SARIF would take it for code points
    run.put("columnKind", "utf16CodeUnits");
    run.put("results", findings.stream().map(LintReport::sarifResult).toList());
    Map<String, Object> report = new LinkedHashMap<>();
    report.put("$schema", SARIF_SCHEMA);
    report.put("version", "2.1.0");
    report.put("runs", List.of(run));
    return JsonText.pretty(report, "  ") + "\n";
  }

  private static Map<String, Object> rule(Finding finding) {
    Map<String, Object> rule = new LinkedHashMap<>();
    rule.put("id", finding.diagnostic().code());
    boolean isCheck = !finding.diagnostic().url().isEmpty();
    if (isCheck) {
      // what a check says is of the rule, what an error says of the one case
      rule.put("shortDescription", Map.of("text", finding.diagnostic().why()));
      rule.put("helpUri", finding.diagnostic().url());
    }
    return rule;
  }

  /** A path as part of a URI; an absolute one with its scheme. */
  private static String uri(String path) {
    try {
      boolean absolute = path.startsWith("/");
      if (!absolute && path.indexOf(':') >= 0) {
        // else what stands before the colon would be a scheme
        return new URI(null, null, "./" + path, null).toASCIIString();
      }
      return new URI(absolute ? "file" : null, absolute ? "" : null, path, null).toASCIIString();
    } catch (URISyntaxException e) {
      throw new IllegalStateException("a path of characters that no URI can quote", e);
    }
  }

  private static Map<String, Object> sarifResult(Finding finding) {
    Map<String, Object> region = new LinkedHashMap<>();
    region.put("startLine", finding.line());
    region.put("startColumn", finding.column());
    Map<String, Object> place = new LinkedHashMap<>();
    place.put("artifactLocation", Map.of("uri", uri(path(finding))));
    place.put("region", region);
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("ruleId", finding.diagnostic().code());
    result.put("level", finding.level());
    result.put("message", Map.of("text", finding.diagnostic().message()));
    result.put("locations", List.of(Map.of("physicalLocation", place)));
    return result;
  }

  /** Checkstyle's XML, with a file element for every file that has findings. */
  static String checkstyle(List<Finding> findings) {
    StringBuilder xml = new StringBuilder();
    xml.append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<checkstyle version=\"4.3\">\n");
    Set<String> files = new LinkedHashSet<>();
    findings.forEach(finding -> files.add(finding.file()));
    for (String file : files) {
      xml.append("  <file name=\"").append(escaped(file)).append("\">\n");
      for (Finding finding : findings) {
        if (finding.file().equals(file)) {
          xml.append(
              "    <error line=\"%d\" column=\"%d\" severity=\"%s\" message=\"%s\" source=\"%s\"/>\n"
                  .formatted(
                      finding.line(),
                      finding.column(),
                      finding.level(),
                      escaped(finding.diagnostic().message()),
                      escaped(finding.diagnostic().code())));
        }
      }
      xml.append("  </file>\n");
    }
    return xml.append("</checkstyle>\n").toString();
  }

  /** Control characters are not allowed in XML at all. */
  private static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replaceAll("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f]", "\ufffd");
  }
}
