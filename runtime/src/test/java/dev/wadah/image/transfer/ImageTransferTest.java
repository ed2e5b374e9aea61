package dev.wadah.image.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wadah.engine.Engine;
import dev.wadah.image.Image;
import dev.wadah.image.ImageException;
import dev.wadah.image.ImageStore;
import dev.wadah.image.ImageStore.PullPolicy;
import dev.wadah.image.archive.Archives;
import dev.wadah.image.archive.ImageLoader;
import dev.wadah.image.archive.LoadedImage;
import dev.wadah.image.transfer.ImageTransfer.Pulled;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.Digest;
import dev.wadah.oci.ImageReference;
import dev.wadah.oci.Index;
import dev.wadah.oci.MediaTypes;
import dev.wadah.oci.OciJson;
import dev.wadah.oci.Platform;
import dev.wadah.registry.HttpRegistry;
import dev.wadah.registry.RegistryException;
import dev.wadah.registry.RetryPolicy;
import dev.wadah.registry.serve.RegistryServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Push, pull and resolve against a registry of our own. */
class ImageTransferTest {
  private static final Platform AMD64 = Platform.parse("linux/amd64");
  private static final Platform ARM64 = Platform.parse("linux/arm64");

  @TempDir Path folder;
  private RegistryServer server;
  private Engine here;
  private int stores;

  @BeforeEach
  void start() throws IOException {
    server = serve(0);
    here = engine();
  }

  private RegistryServer serve(int port) throws IOException {
    return RegistryServer.start(
        folder.resolve("registry"), new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
  }

  private Engine engine() throws IOException {
    return Engine.open(folder.resolve("store" + stores++));
  }

  private ImageReference name(String path) {
    return ImageReference.parse(server.host() + "/" + path);
  }

  private static ImageTransfer transfer(Engine engine) {
    return new ImageTransfer(engine.content(), engine.images(), engine.registry());
  }

  private static byte[] layer(int seed, int size) throws IOException {
    byte[] content = new byte[size];
    new Random(seed).nextBytes(content);
    return new Archives().file("data", content).tar();
  }

  private static LoadedImage load(Engine engine, Archives archive) throws IOException {
    return new ImageLoader(engine.content(), engine.layers(), engine.images())
        .load(new ByteArrayInputStream(archive.tar()), "test")
        .get(0);
  }

  /** What a progress was told last of each blob. */
  private static final class Told implements TransferProgress {
    private final Map<Digest, State> last = Collections.synchronizedMap(new java.util.HashMap<>());

    private final List<String> mountedFrom = Collections.synchronizedList(new ArrayList<>());

    @Override
    public void update(Descriptor blob, State state, long bytes) {
      last.put(blob.digest(), state);
    }

    @Override
    public void mounted(Descriptor blob, String repository) {
      mountedFrom.add(repository);
      TransferProgress.super.mounted(blob, repository);
    }
  }

  private long blobsOf(Engine engine) throws IOException {
    return engine.content().list().size();
  }

  @Test
  void keepsTheBytesOfWhatWasPushed() throws IOException {
    LoadedImage loaded = load(here, Archives.docker("[]", layer(1, 2_000_000), layer(2, 5000)));
    transfer(here).push(loaded.target(), name("team/app:1"), TransferProgress.NONE);

    Engine there = engine();
    Pulled pulled = transfer(there).pull(name("team/app:1"), AMD64, TransferProgress.NONE);
    assertThat(pulled.target()).isEqualTo(loaded.target());
    assertThat(pulled.isNew()).isTrue();
    assertThat(there.layers().openTar(pulled.image().config().diffIds().get(0)).readAllBytes())
        .isEqualTo(layer(1, 2_000_000));
    assertThat(transfer(there).pull(name("team/app:1"), AMD64, TransferProgress.NONE).isNew())
        .isFalse();
    Image byDigest =
        transfer(there)
            .pull(
                name("team/app:1").withDigest(loaded.target().digest()),
                AMD64,
                TransferProgress.NONE)
            .image();
    assertThat(byDigest.id()).isEqualTo(pulled.image().id());
  }

  @Test
  void sendsNoBlobToASiblingRepository() throws IOException {
    LoadedImage loaded = load(here, Archives.docker("[]", layer(1, 100_000)));
    transfer(here).push(loaded.target(), name("team/one:1"), TransferProgress.NONE);
    Told told = new Told();
    transfer(here).push(loaded.target(), name("team/two:1"), told);
    assertThat(told.last).as("layers").hasSize(1);
    assertThat(told.last.values()).containsOnly(TransferProgress.State.EXISTS);
    assertThat(told.mountedFrom).containsExactly("team/one");
    assertThat(here.registry().manifest(name("team/two:1")).descriptor())
        .isEqualTo(loaded.target());
  }

  @Test
  void fetchesNoLayerBeforeItIsNeeded() throws IOException {
    LoadedImage loaded = load(here, Archives.docker("[]", layer(1, 100_000), layer(2, 1000)));
    transfer(here).push(loaded.target(), name("team/app:1"), TransferProgress.NONE);

    Engine there = engine();
    Image image = there.images().resolve(name("team/app:1"), AMD64, PullPolicy.MISSING);
    assertThat(blobsOf(there)).isEqualTo(2);
    there.layers().openTar(image.config().diffIds().get(1)).readAllBytes();
    assertThat(blobsOf(there)).isEqualTo(3);

    // Another process knows the source, too.
    Engine again = Engine.open(there.store().root());
    Image found = again.images().find(name("team/app:1").toString(), AMD64).orElseThrow();
    assertThat(again.layers().openTar(found.config().diffIds().get(0)).readAllBytes())
        .isEqualTo(layer(1, 100_000));
  }

  @Test
  void choosesFromNestedIndexesAndTellsWhatThereIs() throws IOException {
    ImageReference name = name("team/multi:1");
    LoadedImage amd = load(here, Archives.docker("[]", layer(1, 1000)));
    transfer(here).push(amd.target(), name.withTag("amd64"), TransferProgress.NONE);
    Descriptor inner = pushIndex(name.withTag("inner"), amd.target().withPlatform(AMD64));
    Descriptor outer = pushIndex(name, inner);

    Engine there = engine();
    Pulled pulled = transfer(there).pull(name, AMD64, TransferProgress.NONE);
    assertThat(pulled.target().digest()).isEqualTo(outer.digest());
    assertThat(pulled.image().descriptor().digest()).isEqualTo(amd.target().digest());
    assertThat(there.images().list()).hasSize(1);

    assertThatThrownBy(
            () -> engine().images().resolve(name.withTag("inner"), ARM64, PullPolicy.ALWAYS))
        .isInstanceOf(ImageException.class)
        .hasMessageContaining("has no image for linux/arm64; there is linux/amd64");

    Engine third = engine();
    Descriptor again =
        transfer(there).push(pulled.target(), name("team/copy:1"), TransferProgress.NONE);
    assertThat(third.registry().manifest(name("team/copy:1")).descriptor().digest())
        .isEqualTo(again.digest())
        .isEqualTo(outer.digest());
  }

  private Descriptor pushIndex(ImageReference name, Descriptor entry) throws IOException {
    Index index =
        new Index(
            MediaTypes.OCI_INDEX, List.of(entry), Map.of(), Optional.empty(), Optional.empty());
    var document =
        new dev.wadah.registry.Registry.Document(MediaTypes.OCI_INDEX, OciJson.write(index));
    return here.registry().pushManifest(name, document);
  }

  @Test
  void refusesAnArtifact() throws IOException {
    byte[] manifest =
        OciJson.write(
            new dev.wadah.oci.Manifest(
                MediaTypes.OCI_MANIFEST,
                Descriptor.of("application/vnd.sbom+json", Digest.of(new byte[2]), 2),
                List.of(),
                Map.of(),
                Optional.empty(),
                Optional.empty()));
    ImageReference name = name("team/sbom:1");
    here.registry()
        .pushBlob(
            name,
            Descriptor.of("x", Digest.of(new byte[2]), 2),
            Optional.empty(),
            () -> new ByteArrayInputStream(new byte[2]));
    here.registry()
        .pushManifest(
            name, new dev.wadah.registry.Registry.Document(MediaTypes.OCI_MANIFEST, manifest));
    assertThatThrownBy(() -> here.images().resolve(name, AMD64, PullPolicy.MISSING))
        .isInstanceOf(ImageException.class)
        .hasMessageContaining("artifact of type application/vnd.sbom+json");
  }

  @Test
  void obeysThePullPolicy() throws IOException {
    LoadedImage old = load(here, Archives.docker("[]", layer(1, 1000)));
    LoadedImage young = load(here, Archives.docker("[]", layer(2, 1000)));
    ImageReference name = name("team/app:1");
    transfer(here).push(young.target(), name, TransferProgress.NONE);
    here.images().tag(name, old.target());
    assertThat(resolve(name, PullPolicy.NEVER)).isEqualTo(old.ids().get(0));
    assertThat(resolve(name, PullPolicy.MISSING)).isEqualTo(old.ids().get(0));
    assertThat(resolve(name, PullPolicy.NEWER)).isEqualTo(young.ids().get(0));
    server.close();
    here.images().tag(name, old.target());
    RetryPolicy once = new RetryPolicy(1, Duration.ZERO, Duration.ZERO);
    ImageStore images =
        new ImageStore(
            here.store(), here.content(), here.layers(), new HttpRegistry(Map.of(), once));
    assertThat(images.resolve(name, AMD64, PullPolicy.NEWER).id()).isEqualTo(old.ids().get(0));
    assertThatThrownBy(() -> images.resolve(name, AMD64, PullPolicy.ALWAYS))
        .isInstanceOf(RegistryException.class);
    assertThatThrownBy(() -> resolve(name("team/none:1"), PullPolicy.NEVER))
        .hasMessageContaining("pull policy never");
  }

  private Digest resolve(ImageReference name, PullPolicy policy) throws IOException {
    return here.images().resolve(name, AMD64, policy).id();
  }

  @Test
  void refusesALayerThatIsNotWhatItsManifestSays() throws IOException {
    LoadedImage loaded = load(here, Archives.docker("[]", layer(1, 50_000)));
    ImageReference name = name("team/app:1");
    transfer(here).push(loaded.target(), name, TransferProgress.NONE);
    Digest layer =
        here.images()
            .read(loaded.target(), AMD64)
            .orElseThrow()
            .manifest()
            .layers()
            .get(0)
            .digest();
    Path blob = folder.resolve("registry/blobs/sha256").resolve(layer.hex());
    byte[] bytes = Files.readAllBytes(blob);
    bytes[1000] ^= 1;
    Files.write(blob, bytes);

    Engine there = engine();
    assertThatThrownBy(() -> transfer(there).pull(name, AMD64, TransferProgress.NONE))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(layer.toString());
    assertThat(there.content().has(layer)).isFalse();
  }

  @Test
  void survivesARegistryThatIsAwayForAMoment() throws Exception {
    List<byte[]> layers = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      layers.add(layer(i, 3_000_000));
    }
    LoadedImage loaded = load(here, Archives.docker("[]", layers.toArray(new byte[0][])));
    ImageReference name = name("team/app:1");
    int port = server.address().getPort();
    here.registry().head(name);
    Thread restart =
        new Thread(
            () -> {
              try {
                Thread.sleep(20);
                server.close();
                Thread.sleep(700);
                server = serve(port);
              } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });
    restart.start();
    transfer(here).push(loaded.target(), name, TransferProgress.NONE);
    restart.join();
    Engine there = engine();
    assertThat(transfer(there).pull(name, AMD64, TransferProgress.NONE).target())
        .isEqualTo(loaded.target());
  }

  @Test
  void compressesPlainLayersTheSameWayEachTime() throws IOException {
    byte[] plain = new Archives().file("text", "lorem ipsum ".repeat(300_000)).tar();
    LoadedImage loaded = load(here, Archives.docker("[]", plain, layer(3, 1000)));
    Image image = here.images().read(loaded.target(), AMD64).orElseThrow();
    Image first = compress(here, image, ImageCompression.Form.FOR_PUSH);
    Engine there = engine();
    LoadedImage other = load(there, Archives.docker("[]", plain, layer(3, 1000)));
    Image second =
        compress(
            there,
            there.images().read(other.target(), AMD64).orElseThrow(),
            ImageCompression.Form.FOR_PUSH);
    assertThat(first.descriptor()).isEqualTo(second.descriptor());
    assertThat(first.id()).isEqualTo(image.id());
    assertThat(first.manifest().layers())
        .allMatch(l -> l.mediaType().equals(MediaTypes.OCI_LAYER_GZIP));
    assertThat(first.manifest().layers().get(0).sizeBytes()).isLessThan(plain.length / 10);
    try (var in =
        new java.util.zip.GZIPInputStream(
            here.content().open(first.manifest().layers().get(0).digest()))) {
      assertThat(in.readAllBytes()).isEqualTo(plain);
    }
    Image zstd =
        compress(
            here,
            first,
            new ImageCompression.Form(
                ImageCompression.Format.ZSTD, Optional.of(5), ImageCompression.Change.ALL));
    assertThat(zstd.manifest().layers())
        .allMatch(l -> l.mediaType().equals(MediaTypes.OCI_LAYER_ZSTD));
    transfer(here).push(zstd.descriptor(), name("team/zstd:1"), TransferProgress.NONE);
    Engine third = engine();
    Image pulled = transfer(third).pull(name("team/zstd:1"), AMD64, TransferProgress.NONE).image();
    assertThat(third.layers().openTar(pulled.config().diffIds().get(0)).readAllBytes())
        .isEqualTo(plain);
  }

  private static Image compress(Engine engine, Image image, ImageCompression.Form form)
      throws IOException {
    return new ImageCompression(engine.store(), engine.content(), engine.layers())
        .compress(image, form, TransferProgress.NONE);
  }

  @Test
  void findsByIdPrefixAndRefusesAnAmbiguousOne() throws IOException {
    for (int i = 0; i < 17; i++) {
      load(here, Archives.docker("[]", layer(i, 100)));
    }
    assertThat(here.images().list()).hasSize(17);
    try (Stream<Path> ids = Files.list(here.store().root().resolve("images/ids"))) {
      String some = ids.findFirst().orElseThrow().getFileName().toString();
      assertThat(here.images().find(some, AMD64)).isPresent();
      assertThat(here.images().find("sha256:" + some, AMD64)).isPresent();
      assertThat(here.images().find(some.substring(0, 12), AMD64)).isPresent();
    }
    boolean ambiguous = false;
    for (char c : "0123456789abcdef".toCharArray()) {
      try {
        here.images().find(String.valueOf(c), AMD64);
      } catch (ImageException e) {
        assertThat(e).hasMessageContaining("is ambiguous: it fits");
        ambiguous = true;
      }
    }
    assertThat(ambiguous).isTrue();
  }
}
