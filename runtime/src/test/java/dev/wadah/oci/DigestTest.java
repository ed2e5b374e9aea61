package dev.wadah.oci;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Digests and DiffIds are keys of maps; their equality is written by hand. */
class DigestTest {
  private static final String HEX = "0a".repeat(32);

  @Test
  void isEqualWhenAlgorithmAndHashAre() {
    Digest parsed = Digest.parse("sha256:" + HEX);
    assertThat(parsed).isEqualTo(new Digest("sha256", HEX));
    assertThat(parsed).hasSameHashCodeAs(new Digest("sha256", HEX));
    assertThat(parsed).isNotEqualTo(new Digest("sha256", "0b".repeat(32)));
  }

  @Test
  void ofLayerIsEqualWhenItsDigestIs() {
    DiffId parsed = DiffId.parse("sha256:" + HEX);
    assertThat(parsed).isEqualTo(new DiffId(new Digest("sha256", HEX)));
    assertThat(parsed).hasSameHashCodeAs(new DiffId(new Digest("sha256", HEX)));
    assertThat(parsed).isNotEqualTo(DiffId.parse("sha256:" + "0b".repeat(32)));
    assertThat((Object) parsed).isNotEqualTo(parsed.digest());
  }
}
