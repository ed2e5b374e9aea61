package dev.wadah.registry;

import dev.wadah.oci.ImageReference;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.List;
import java.util.Optional;

/**
 * Asks the places of a repository one after the other, and says in one message who was asked for
 * what and what came.
 */
final class Inquiry {
  private final Places places;
  private final Credentials credentials;

  Inquiry(Places places, Credentials credentials) {
    this.places = places;
    this.credentials = credentials;
  }

  /** Does something at one place; {@code later} are those that could be asked after it. */
  @FunctionalInterface
  interface At<T> {
    T apply(Endpoint endpoint, List<Endpoint> later) throws IOException;
  }

  /** Does something at the registry itself. */
  @FunctionalInterface
  interface AtHome<T> {
    T apply(Endpoint endpoint) throws IOException;
  }

  /**
   * The answer of the first place that gives one: mirrors, then the registry itself.
   *
   * @throws RegistryException telling the last failure in full, and of each mirror the reason
   */
  <T> T fromAny(ImageReference reference, Demand demand, String what, At<T> action)
      throws IOException {
    return fromFirst(
            reference,
            demand,
            what,
            (endpoint, later) -> Optional.of(action.apply(endpoint, later)))
        .orElseThrow();
  }

  /** As {@link #fromAny}; a place that has no such thing is passed over, too. */
  <T> Optional<T> fromFirst(
      ImageReference reference, Demand demand, String what, At<Optional<T>> action)
      throws IOException {
    List<Endpoint> all = places.pullFrom(reference, demand);
    StringBuilder before = new StringBuilder();
    for (int i = 0; i < all.size(); i++) {
      Endpoint endpoint = all.get(i);
      boolean isLast = i == all.size() - 1;
      try {
        Optional<T> answer = action.apply(endpoint, all.subList(i + 1, all.size()));
        if (answer.isPresent() || isLast) {
          return answer;
        }
      } catch (InterruptedIOException e) {
        throw e;
      } catch (IOException e) {
        if (isLast) {
          throw failure(reference, endpoint, what, before.toString(), e);
        }
        before.append("; the mirror before it: ").append(reason(endpoint, e));
      }
    }
    throw new IllegalStateException("a repository without a place");
  }

  /** The answer of the registry itself. */
  <T> T atHome(ImageReference reference, String what, AtHome<T> action) throws IOException {
    Endpoint endpoint = home(reference);
    try {
      return action.apply(endpoint);
    } catch (InterruptedIOException e) {
      throw e;
    } catch (IOException e) {
      throw failure(reference, endpoint, what, "", e);
    }
  }

  private RegistryException failure(
      ImageReference reference, Endpoint endpoint, String what, String before, IOException e) {
    int status = e instanceof RegistryException known ? known.status() : 0;
    StringBuilder message =
        new StringBuilder("%s: cannot %s: ".formatted(reference.familiar(), what))
            .append(reason(endpoint, e))
            .append(before);
    boolean refused = status == 401 || status == 403;
    if (refused) {
      message.append("; try: wadah login ").append(reference.domain());
    }
    // A registry may say "not found" to those whom it does not know.
    if (refused || status == 404) {
      for (String warning : credentials.warnings()) {
        message.append(" (").append(warning).append(')');
      }
    }
    return new RegistryException(message.toString(), status, e);
  }

  /** The registry itself, as a place. */
  Endpoint home(ImageReference reference) throws IOException {
    return places.home(reference);
  }

  /** What went wrong at a place, for the end of a sentence. */
  static String reason(Endpoint endpoint, IOException e) {
    return e instanceof RegistryException
        ? e.getMessage()
        : "registry %s: %s".formatted(endpoint.host(), Failures.describe(e));
  }
}
