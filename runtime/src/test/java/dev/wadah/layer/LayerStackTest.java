package dev.wadah.layer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wadah.oci.ChainId;
import dev.wadah.oci.DiffId;
import dev.wadah.oci.Digest;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LayerStackTest {
  @Test
  void isItsLayers() {
    List<DiffId> layers = layers(3);

    LayerStack stack = LayerStack.of(layers);

    assertThat(stack.layers()).isEqualTo(layers);
    assertThat(stack.size()).isEqualTo(3);
    assertThat(stack.top()).isEqualTo(layers.get(2));
    assertThat(stack.below().layers()).isEqualTo(layers.subList(0, 2));
    assertThat(stack).hasToString(layers.toString());
    assertThat(LayerStack.EMPTY.isEmpty()).isTrue();
    assertThat(LayerStack.EMPTY.layers()).isEmpty();
    assertThat(LayerStack.of(List.of())).isEqualTo(LayerStack.EMPTY);
  }

  @Test
  void equalsWhatHasTheSameLayersInTheSameOrder() {
    List<DiffId> layers = layers(3);
    LayerStack stack = LayerStack.of(layers);
    List<DiffId> turned = List.of(layers.get(1), layers.get(0), layers.get(2));

    assertThat(LayerStack.of(layers)).isEqualTo(stack).hasSameHashCodeAs(stack);
    assertThat(stack.below().plus(stack.top())).isEqualTo(stack);
    assertThat(LayerStack.of(turned)).isNotEqualTo(stack);
    assertThat(stack.below()).isNotEqualTo(stack);
    assertThat(stack.plus(layers.get(0))).isNotEqualTo(stack);
    assertThat(stack).isNotEqualTo(LayerStack.EMPTY).isNotEqualTo(null);
  }

  @Test
  void knowsTheChainOfEachOfItsStacks() {
    List<DiffId> layers = layers(5);
    LayerStack stack = LayerStack.of(layers);

    assertThat(stack.below().below().chainId()).contains(ChainId.of(layers.subList(0, 3)));
    assertThat(stack.chainId()).contains(ChainId.of(layers));
    assertThat(stack.plus(layers.get(1)).chainId())
        .contains(ChainId.of(layers).plus(layers.get(1)));
    assertThat(LayerStack.EMPTY.chainId()).isEmpty();
  }

  @Test
  void mayBeAsHighAsItLikes() {
    List<DiffId> layers = layers(20_000);

    LayerStack stack = LayerStack.of(layers);

    assertThat(stack).isEqualTo(LayerStack.of(layers));
    assertThat(stack.chainId()).isPresent();
    assertThat(stack.layers()).hasSize(20_000);
  }

  private static List<DiffId> layers(int count) {
    List<DiffId> layers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      layers.add(new DiffId(Digest.of(new byte[] {(byte) i, (byte) (i >> 8)})));
    }
    return layers;
  }
}
