package dev.wadah.registry;

/**
 * What a token must allow (distribution, token/scope.md).
 *
 * @param repository the path of the repository; empty for none
 * @param actions such as pull or pull,push
 * @param mountFrom a further repository to pull from; empty for none
 */
record Scope(String repository, String actions, String mountFrom) {
  static final Scope NONE = new Scope("", "", "");

  static Scope pull(String repository) {
    return new Scope(repository, "pull", "");
  }

  static Scope push(String repository) {
    return new Scope(repository, "pull,push", "");
  }

  Scope withMountFrom(String source) {
    return new Scope(repository, actions, source);
  }

  /** The values of the query's {@code scope} parameters. */
  java.util.List<String> values() {
    java.util.List<String> values = new java.util.ArrayList<>();
    if (!repository.isEmpty()) {
      values.add("repository:" + repository + ":" + actions);
    }
    if (!mountFrom.isEmpty()) {
      values.add("repository:" + mountFrom + ":pull");
    }
    return values;
  }
}
