package dev.wadah.build.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.wadah.build.BuildException;
import dev.wadah.build.BuildProgress;
import dev.wadah.build.BuildRequest.NamingRequest;
import dev.wadah.build.BuildRequest.OutputRequest;
import dev.wadah.engine.Engine;
import dev.wadah.image.Image;
import dev.wadah.image.ImageVerification;
import dev.wadah.image.archive.ImageLoader;
import dev.wadah.image.archive.LoadedImage;
import dev.wadah.layer.FileNode;
import dev.wadah.layer.FileTree;
import dev.wadah.oci.Annotations;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.Index;
import dev.wadah.oci.Manifest;
import dev.wadah.oci.MediaTypes;
import dev.wadah.oci.OciJson;
import dev.wadah.oci.Platform;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExporterTest {
  private static final Platform AMD64 = Platform.parse("linux/amd64");
  private static final Platform ARM64 = Platform.parse("linux/arm64");

  @TempDir Path temp;
  private Engine engine;
  private Image image;

  @BeforeEach
  void makeImage() throws IOException {
    engine = Engine.open(temp.resolve("store"));
    image = image(AMD64, "hello");
  }

  private Image image(Platform platform, String text) throws IOException {
    return TwoLayers.image(engine, platform, text);
  }

  private Map<String, Object> export(
      Map<Platform, Image> images, String type, Path to, String tag, String... attributes)
      throws Exception {
    Map<String, String> map = new LinkedHashMap<>();
    for (String attribute : attributes) {
      map.put(attribute.split("=", 2)[0], attribute.split("=", 2)[1]);
    }
    List<String> tags = tag.isEmpty() ? List.of() : List.of(tag);
    return new Exporter(engine)
        .export(
            Built.of(images),
            new OutputRequest(type, Optional.ofNullable(to).map(Path::toString), map),
            new NamingRequest(tags, Map.of(), List.of()),
            BuildProgress.NONE)
        .metadata();
  }

  private Map<String, Object> export(String type, Path to, String... attributes) throws Exception {
    return export(Map.of(AMD64, image), type, to, "", attributes);
  }

  private LoadedImage load(Path archive, String store) throws IOException {
    Engine other = Engine.open(temp.resolve(store));
    return new ImageLoader(other.content(), other.layers(), other.images()).load(archive).get(0);
  }

  private static List<String> walk(FileTree tree, String path) throws IOException {
    List<String> lines = new ArrayList<>();
    for (String name : tree.list(path)) {
      String child = path.equals("/") ? "/" + name : path + "/" + name;
      FileNode node = tree.find(child).orElseThrow();
      lines.add("%s %s %o".formatted(child, node.type(), node.mode()));
      if (node.isDirectory()) {
        lines.addAll(walk(tree, child));
      }
    }
    return lines;
  }

  @ParameterizedTest
  @CsvSource({
    "oci, , application/vnd.oci.image.layer.v1.tar",
    "oci, gzip, application/vnd.oci.image.layer.v1.tar+gzip",
    "oci, zstd, application/vnd.oci.image.layer.v1.tar+zstd",
    "docker, , application/vnd.docker.image.rootfs.diff.tar",
    "docker, gzip, application/vnd.docker.image.rootfs.diff.tar.gzip",
    "docker, zstd, application/vnd.docker.image.rootfs.diff.tar.zstd"
  })
  void writesAnArchiveThatLoadsAsTheSameImage(String type, String compression, String layerType)
      throws Exception {
    Path archive = temp.resolve("new/folder/a.tar");
    String[] attributes =
        compression == null ? new String[0] : new String[] {"compression=" + compression};
    Map<String, Object> metadata =
        export(Map.of(AMD64, image), type, archive, "demo:1", attributes);
    LoadedImage loaded = load(archive, "other");
    assertThat(loaded.ids()).containsExactly(image.id());
    assertThat(loaded.names())
        .extracting(Object::toString)
        .containsExactly("docker.io/library/demo:1");
    assertThat(metadata)
        .containsEntry("containerimage.config.digest", image.id().toString())
        .containsEntry("image.name", "docker.io/library/demo:1");
    Engine other = Engine.open(temp.resolve("other"));
    Image read = other.images().read(loaded.target(), AMD64).orElseThrow();
    assertThat(read.manifest().layers().get(0).mediaType()).isEqualTo(layerType);
    assertThat(walk(other.layers().tree(read.layers()), "/"))
        .isEqualTo(walk(engine.layers().tree(image.layers()), "/"))
        .contains("/bin/tool FILE 4755", "/link SYMLINK 777")
        .doesNotContain("/gone FILE 644");
    try (Stream<Path> files = Files.list(archive.getParent())) {
      assertThat(files).containsExactly(archive);
    }
  }

  @Test
  void writesEqualBytesForEqualImages() throws Exception {
    export("oci", temp.resolve("1.tar"), "compression=gzip");
    export("oci", temp.resolve("2.tar"), "compression=gzip");
    assertThat(temp.resolve("1.tar")).hasSameBinaryContentAs(temp.resolve("2.tar"));
  }

  @Test
  void writesDockersMediaTypesOnRequest() throws Exception {
    export("oci", temp.resolve("a.tar"), "oci-mediatypes=false", "compression=gzip");
    LoadedImage loaded = load(temp.resolve("a.tar"), "other");
    assertThat(loaded.target().mediaType()).isEqualTo(MediaTypes.DOCKER_MANIFEST);
    assertThat(loaded.ids()).containsExactly(image.id());
  }

  @Test
  void writesALayoutIntoAFolder() throws Exception {
    Path folder = temp.resolve("layout");
    export("oci", folder, "tar=false");
    assertThat(folder.resolve("oci-layout")).exists();
    assertThat(load(folder, "other").ids()).containsExactly(image.id());
  }

  @Test
  void writesAnIndexOfPlatformsWithAnnotationsOfEveryLevel() throws Exception {
    Map<Platform, Image> images = new LinkedHashMap<>();
    images.put(AMD64, image);
    images.put(ARM64, image(ARM64, "other"));
    Map<String, Object> metadata =
        export(
            images,
            "image",
            null,
            "multi:1",
            "annotation.a=1",
            "annotation-manifest[linux/arm64].b=2",
            "annotation-index.c=3",
            "annotation-manifest-descriptor[linux/amd64].d=4");
    var target = engine.images().target("multi:1").orElseThrow();
    assertThat(metadata).containsEntry("containerimage.digest", target.digest().toString());
    Index index = OciJson.parseIndex(engine.content().read(target.digest()));
    assertThat(index.annotations()).containsExactly(Map.entry("c", "3"));
    assertThat(index.manifests())
        .extracting(d -> d.platform().orElseThrow())
        .containsExactly(AMD64, ARM64);
    assertThat(index.manifests().get(0).annotations()).containsExactly(Map.entry("d", "4"));
    assertThat(index.manifests().get(1).annotations()).isEmpty();
    Manifest arm = OciJson.parseManifest(engine.content().read(index.manifests().get(1).digest()));
    assertThat(arm.annotations()).containsOnly(Map.entry("a", "1"), Map.entry("b", "2"));
  }

  @Test
  void saysOfAnArchivedImageWhatItIsForAndWhatWasAsked() throws Exception {
    Path folder = temp.resolve("layout");
    Map<String, Object> metadata =
        export("oci", folder, "tar=false", "annotation-manifest-descriptor.a=1");
    Index layout = OciJson.parseIndex(Files.readAllBytes(folder.resolve("index.json")));
    assertThat(layout.manifests()).singleElement().satisfies(this::isOne);
    assertThat(metadata.get("containerimage.descriptor"))
        .asString()
        .contains("architecture=amd64, os=linux", "annotations={a=1}");

    Map<Platform, Image> images = new LinkedHashMap<>();
    images.put(AMD64, image);
    images.put(ARM64, image(ARM64, "other"));
    Path several = temp.resolve("several");
    export(images, "oci", several, "n:1", "tar=false", "annotation-index-descriptor.d=4");
    Index index = OciJson.parseIndex(Files.readAllBytes(several.resolve("index.json")));
    assertThat(index.manifests())
        .singleElement()
        .satisfies(
            d ->
                assertThat(d.annotations())
                    .containsEntry("d", "4")
                    .containsEntry("org.opencontainers.image.ref.name", "1"));
  }

  private void isOne(Descriptor descriptor) {
    assertThat(descriptor.mediaType()).isEqualTo(MediaTypes.OCI_MANIFEST);
    assertThat(descriptor.platform()).contains(AMD64);
    assertThat(descriptor.annotations()).containsExactly(Map.entry("a", "1"));
  }

  @ParameterizedTest
  @CsvSource({"tar", "local"})
  void keepsPlatformsApartThatShareAFolder(String type) throws Exception {
    Map<Platform, Image> images = new LinkedHashMap<>();
    images.put(AMD64, image);
    images.put(ARM64, image(ARM64, "other"));
    Path to = temp.resolve("to");
    BuildException e =
        catchThrowableOfType(
            BuildException.class, () -> export(images, type, to, "", "platform-split=false"));
    assertThat(e.getMessage()).contains("of linux/arm64 would replace that of linux/amd64");
    assertThat(to).doesNotExist();
  }

  @Test
  void understandsAnnotationFlags() throws Exception {
    Annotations annotations =
        Annotations.of(
            List.of(
                "plain=1",
                "org.x:y=2",
                "index,manifest[linux/arm64]:both=3",
                "index-descriptor:deep=4=5"),
            Map.of());
    assertThat(annotations.of(Annotations.Level.MANIFEST, Optional.of(AMD64)))
        .containsOnly(Map.entry("plain", "1"), Map.entry("org.x:y", "2"));
    assertThat(annotations.of(Annotations.Level.MANIFEST, Optional.of(ARM64))).containsKey("both");
    assertThat(annotations.of(Annotations.Level.INDEX, Optional.empty())).containsKey("both");
    assertThat(annotations.of(Annotations.Level.INDEX_DESCRIPTOR, Optional.empty()))
        .containsEntry("deep", "4=5");
    assertThat(annotations.needIndex()).isTrue();
  }

  @Test
  void writesTheRootAsATar() throws Exception {
    Path tar = temp.resolve("root.tar");
    export("tar", tar);
    List<String> lines = new ArrayList<>();
    try (InputStream in = Files.newInputStream(tar);
        TarArchiveInputStream entries = new TarArchiveInputStream(in)) {
      for (TarArchiveEntry e = entries.getNextEntry(); e != null; e = entries.getNextEntry()) {
        String link = e.getLinkName().isEmpty() ? "" : " -> " + e.getLinkName();
        String text = new String(entries.readAllBytes(), StandardCharsets.UTF_8);
        lines.add("%s %o%s %s".formatted(e.getName(), e.getMode(), link, text).strip());
        assertThat(e.getLastModifiedTime().toMillis()).isEqualTo(1_000_000_000_000L);
      }
    }
    assertThat(lines)
        .containsExactly(
            "bin/ 755", "bin/tool 4755 hello", "bin/twin 4755 -> bin/tool", "link 777 -> bin/tool");
  }

  @Test
  void writesTheRootIntoADirectoryWithoutFollowingLinks() throws Exception {
    Path outside = Files.createDirectory(temp.resolve("outside"));
    Path to = Files.createDirectory(temp.resolve("to"));
    Files.createSymbolicLink(to.resolve("bin"), outside);
    Files.writeString(to.resolve("stays"), "mine");
    export("local", to);
    assertThat(outside).isEmptyDirectory();
    assertThat(to.resolve("bin/tool")).hasContent("hello");
    assertThat(Files.getAttribute(to.resolve("bin/tool"), "unix:ino"))
        .isEqualTo(Files.getAttribute(to.resolve("bin/twin"), "unix:ino"));
    assertThat((int) Files.getAttribute(to.resolve("bin/tool"), "unix:mode") & 07777)
        .isEqualTo(04755);
    assertThat(Files.readSymbolicLink(to.resolve("link"))).hasToString("bin/tool");
    assertThat(Files.getLastModifiedTime(to.resolve("bin")).toMillis())
        .isEqualTo(1_000_000_000_000L);
    assertThat(to.resolve("stays")).exists();
    export("local", to, "mode=delete");
    assertThat(to.resolve("stays")).doesNotExist();
    assertThat(to.resolve("bin/twin")).hasContent("hello");
  }

  @ParameterizedTest
  @CsvSource({
    "oci, estargz, application/vnd.oci.image.layer.v1.tar+gzip",
    "docker, estargz, application/vnd.oci.image.layer.v1.tar+gzip",
    "oci, zstd:chunked, application/vnd.oci.image.layer.v1.tar+zstd",
    "docker, zstd:chunked, application/vnd.oci.image.layer.v1.tar+zstd"
  })
  void writesArchivesOfLayersWithListsThatLoadAsTheSameFiles(
      String type, String compression, String layerType) throws Exception {
    Path archive = temp.resolve("a.tar");
    Map<String, Object> metadata =
        export(Map.of(AMD64, image), type, archive, "demo:1", "compression=" + compression);
    LoadedImage loaded = load(archive, "other");
    boolean stargz = compression.equals("estargz");
    assertThat(loaded.ids().contains(image.id())).isNotEqualTo(stargz);
    assertThat(metadata)
        .containsEntry("containerimage.config.digest", loaded.ids().get(0).toString());
    Engine other = Engine.open(temp.resolve("other"));
    Image read = other.images().read(loaded.target(), AMD64).orElseThrow();
    assertThat(read.manifest().layers()).extracting(Descriptor::mediaType).containsOnly(layerType);
    assertThat(
            ImageVerification.ofStore(other.content(), other.images())
                .verify(loaded.target())
                .problems())
        .isEmpty();
    List<String> files = walk(other.layers().tree(read.layers()), "/");
    List<String> own = List.of("/.no.prefetch.landmark FILE 444", "/stargz.index.json FILE 444");
    assertThat(files.containsAll(own)).isEqualTo(stargz);
    files.removeAll(own);
    assertThat(files).isEqualTo(walk(engine.layers().tree(image.layers()), "/"));
  }

  @Test
  void keepsAnImageInTheStoreAsItIsPushed() throws Exception {
    for (String compression : List.of("estargz", "zstd:chunked")) {
      export(Map.of(AMD64, image), "image", null, "kept:1", "compression=" + compression);
      Image kept = engine.images().find("kept:1", AMD64).orElseThrow();
      assertThat(kept.manifest().layers()).allMatch(layer -> !layer.annotations().isEmpty());
      assertThat(walk(engine.layers().tree(kept.layers()), "/")).contains("/bin/tool FILE 4755");
      assertThat(engine.images().verify()).isEmpty();
    }
  }

  @Test
  void givesEveryPlatformAFolderOfItsOwn() throws Exception {
    Map<Platform, Image> images = new LinkedHashMap<>();
    images.put(AMD64, image);
    images.put(ARM64, image(ARM64, "other"));
    export(images, "local", temp.resolve("to"), "");
    assertThat(temp.resolve("to/linux_amd64/bin/tool")).hasContent("hello");
    assertThat(temp.resolve("to/linux_arm64/bin/tool")).hasContent("other");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          oci      | annotation-foo.c=3     | annotation "annotation-foo.c" is malformed
          oci      | force-compression=no   | force-compression="no" is neither true nor false
          image    | push=maybe             | push="maybe" is neither true nor false
          oci      | compresion=gzip        | --output has no attribute "compresion"
          oci      | compression=lzma       | --output knows no compression "lzma"
          oci      | compression=estargz;oci-mediatypes=false | compression=estargz needs OCI media types
          docker   | compression=zstd:chunked;oci-mediatypes=0 | compression=zstd:chunked needs OCI media types
          oci      | compression=estargz;compression-level=10 | compression-level "10" is out of range
          oci      | compression-level=x    | compression-level "x" is out of range
          oci      | name=UPPER             | "UPPER" is no image name: .*
          oci      | annotation-moon.a=1    | annotation "annotation-moon.a" is malformed
          oci      | annotation-manifest[.a=1 | annotation "annotation-manifest\\[.a" is malformed
          registry | push=true              | an image without a name cannot be pushed
          tarball  | tar=true               | --output knows no type "tarball"
          image    | registry.insecure=true | registry.insecure=true is not taken from a command line
          """)
  void refusesWhatItDoesNotUnderstand(String type, String attributes, String message) {
    BuildException e =
        catchThrowableOfType(
            BuildException.class, () -> export(type, temp.resolve("x.tar"), attributes.split(";")));
    assertThat(e.getMessage()).matches(message);
    assertThat(e.diagnostics().get(0).remedy()).isNotBlank();
    assertThat(temp.resolve("x.tar")).doesNotExist();
  }

  @Test
  void refusesADirectoryInThePlaceOfAFile() {
    BuildException e = catchThrowableOfType(BuildException.class, () -> export("oci", temp));
    assertThat(e.getMessage()).contains("is a directory");
    BuildException none =
        catchThrowableOfType(BuildException.class, () -> export("local", (Path) null));
    assertThat(none.getMessage()).isEqualTo("type=local needs dest");
  }

  @Test
  void writesNothingForTheCacheOnly() throws Exception {
    assertThat(export("cacheonly", null)).isEmpty();
  }
}
