package dev.wadah.build.graph;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wadah.build.cache.CacheKey;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which changes of a Dockerfile change the key of its last step. */
class KeyRulesTest {
  private static final String HEAD = "FROM busybox AS b\nFROM busybox\n";

  private static CacheKey key(String instructions) throws Exception {
    PlanCase plan = new PlanCase(Path.of("none"));
    InstructionGraph graph = plan.plan(HEAD + instructions.replace("|", "\n"));
    return CacheKey.of(Definition.ingredients(graph.target().op()));
  }

  @ParameterizedTest(name = "{0}: {1} / {2}")
  @CsvSource(
      delimiter = ';',
      textBlock =
          """
          a byte of the command; RUN true a; RUN true b
          a blank in the command; RUN true  a; RUN true a
          a variable; ENV A=1|RUN true; ENV A=2|RUN true
          the order of variables; ENV A=1|ENV B=2|RUN true; ENV B=2|ENV A=1|RUN true
          a declared argument; ARG A=1|RUN true; ARG A=2|RUN true
          a declared proxy; ARG http_proxy=1|RUN true; ARG http_proxy=2|RUN true
          the user's spelling; USER 0|RUN true; USER root|RUN true
          the directory; WORKDIR /a|RUN true; WORKDIR /b|RUN true
          the shell; SHELL ["/bin/ash", "-c"]|RUN true; RUN true
          the network; RUN --network=none true; RUN true
          a mount's target; RUN --mount=type=tmpfs,target=/a true; RUN --mount=type=tmpfs,target=/b true
          a mount's kind; RUN --mount=type=tmpfs,target=/a true; RUN --mount=type=cache,target=/a true
          a mount's rights; RUN --mount=target=/a,rw true; RUN --mount=target=/a true
          a cache's owner; RUN --mount=type=cache,target=/a,uid=1 true; RUN --mount=type=cache,target=/a true
          a script; RUN <<A|#!/bin/sh|one|A; RUN <<A|#!/bin/sh|two|A
          a source; COPY f /d; COPY g /d
          a destination; COPY f /d; COPY f /e
          an owner; COPY --chown=1 f /d; COPY f /d
          a mode; COPY --chmod=700 f /d; COPY --chmod=701 f /d
          an exclusion; COPY --exclude=a f /d; COPY f /d
          a link; COPY --link f /d; COPY f /d
          ADD for COPY; ADD f /d; COPY f /d
          an inline file; COPY <<A /d|one|A; COPY <<A /d|two|A
          the owner of a directory; USER 1|WORKDIR /a; WORKDIR /a
          """)
  void aChangeThatCountsChangesTheKey(String what, String before, String after) throws Exception {
    assertThat(key(before).digest()).as(what).isNotEqualTo(key(after).digest());
  }

  @ParameterizedTest(name = "{0}: {1} / {2}")
  @CsvSource(
      delimiter = ';',
      textBlock =
          """
          the form of the command; RUN true a; RUN ["/bin/sh", "-c", "true a"]
          an explicit default shell; SHELL ["/bin/sh", "-c"]|RUN true; RUN true
          a continued line; RUN true \\|  a; RUN true   a
          labels and the like; LABEL a=1|CMD x|EXPOSE 1|VOLUME /v|RUN true; RUN true
          the default network; RUN --network=default true; RUN true
          the id of a secret; RUN --mount=type=secret,id=a,target=/s true; RUN --mount=type=secret,id=b,target=/s true
          the id of a cache; RUN --mount=type=cache,id=a,target=/s true; RUN --mount=type=cache,id=b,target=/s true
          the sharing of a cache; RUN --mount=type=cache,sharing=locked,target=/s true; RUN --mount=type=cache,target=/s true
          a variable for a copy; ENV A=1|COPY f /d; COPY f /d
          a user for a copy; USER 1|COPY f /d; COPY f /d
          the stage's spelling; COPY --from=b f /d; COPY --from=0 f /d
          a relative destination; COPY f d; COPY f /d
          """)
  void aChangeThatDoesNotCountKeepsTheKey(String what, String before, String after)
      throws Exception {
    assertThat(key(before).digest()).as(what).isEqualTo(key(after).digest());
  }

  @Test
  void namesAndValuesCannotRunIntoEachOther() {
    var one = java.util.List.of(Ingredient.counts("a", "b\nc 1 d"));
    var two = java.util.List.of(Ingredient.counts("a", "b"), Ingredient.counts("c", "d"));
    assertThat(CacheKey.of(one).digest()).isNotEqualTo(CacheKey.of(two).digest());
  }
}
