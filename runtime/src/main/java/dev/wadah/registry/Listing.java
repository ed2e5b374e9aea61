package dev.wadah.registry;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads lists that a registry gives page by page, by its {@code Link} headers. */
final class Listing {
  private static final int MAX_PAGE_BYTES = 8 << 20;
  private static final int MAX_PAGES = 1000;
  private static final int MAX_TEXTS = 1_000_000;
  private static final JsonFactory FACTORY = new JsonFactory();

  private final Transport transport;
  private final Endpoint endpoint;

  Listing(Transport transport, Endpoint endpoint) {
    this.transport = transport;
    this.endpoint = endpoint;
  }

  /** All texts of the array {@code field}. */
  List<String> texts(String first, String field) throws IOException {
    List<String> texts = new ArrayList<>();
    Set<String> pages = new HashSet<>();
    Optional<String> next = Optional.of(first);
    while (next.isPresent()) {
      if (!pages.add(next.get()) || pages.size() > MAX_PAGES || texts.size() > MAX_TEXTS) {
        throw new RegistryException(
            "%s sends a list without an end: %d pages, %d entries, and more"
                .formatted(endpoint.host(), pages.size(), texts.size()),
            null);
      }
      Call call = Call.of("GET", next.get(), Scope.pull(endpoint.path()));
      try (Reply reply = transport.receive(endpoint, call, MAX_PAGE_BYTES)) {
        if (reply.status() != 200) {
          throw reply.unexpected();
        }
        read(reply, field, texts);
        next = link(reply);
      }
    }
    return texts;
  }

  private static void read(Reply reply, String field, List<String> texts) throws IOException {
    try (JsonParser parser = FACTORY.createParser(reply.bytes(MAX_PAGE_BYTES))) {
      parser.nextToken();
      for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
        JsonToken token = parser.nextToken();
        if (name.equals(field) && token == JsonToken.START_ARRAY) {
          while (parser.nextToken() == JsonToken.VALUE_STRING) {
            texts.add(parser.getText());
          }
        } else {
          parser.skipChildren();
        }
      }
    } catch (JsonProcessingException e) {
      throw new RegistryException(
          "%s sends a list that is no JSON".formatted(Reply.shown(reply.uri())), null);
    }
  }

  private static Optional<String> link(Reply reply) throws RegistryException {
    String link = reply.header("Link").orElse("");
    int from = link.indexOf('<');
    int to = link.indexOf('>');
    if (from < 0 || to < from || !link.contains("next")) {
      return Optional.empty();
    }
    try {
      return Optional.of(reply.uri().resolve(link.substring(from + 1, to)).toString());
    } catch (IllegalArgumentException e) {
      throw new RegistryException(
          Reply.shown(reply.uri()) + " names a next page that is no address", e);
    }
  }
}
