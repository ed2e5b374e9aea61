package dev.wadah.engine;

import dev.wadah.container.LauncherSandbox;
import dev.wadah.container.Sandbox;
import dev.wadah.content.ContentStore;
import dev.wadah.content.DirectoryContentStore;
import dev.wadah.content.Store;
import dev.wadah.image.ImageStore;
import dev.wadah.layer.LayerStore;
import dev.wadah.layer.TreeForm;
import dev.wadah.layer.UnpackLimits;
import dev.wadah.registry.HttpRegistry;
import dev.wadah.registry.Registry;
import dev.wadah.registry.RetryPolicy;
import dev.wadah.snapshot.FittingSnapshotter;
import dev.wadah.snapshot.Snapshotter;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The parts of the runtime over one store.
 *
 * @param store the folder
 * @param content blobs
 * @param layers layers
 * @param snapshots writable states
 * @param images names and images
 * @param registry remote images
 * @param sandbox containers
 */
public record Engine(
    Store store,
    ContentStore content,
    LayerStore layers,
    Snapshotter snapshots,
    ImageStore images,
    Registry registry,
    Sandbox sandbox) {

  /** Opens the store at {@code root} with everything in its default form. */
  public static Engine open(Path root) throws IOException {
    Store store = Store.open(root);
    ContentStore content = new DirectoryContentStore(store);
    LauncherSandbox sandbox = new LauncherSandbox(root.resolve("sandbox"));
    TreeForm form = new TreeForm(store, sandbox);
    LayerStore layers = new LayerStore(store, content, form, UnpackLimits.of(System.getenv()));
    Registry registry = new HttpRegistry(System.getenv(), RetryPolicy.DEFAULT);
    return new Engine(
        store,
        content,
        layers,
        new FittingSnapshotter(store, layers, form),
        new ImageStore(store, content, layers, registry),
        registry,
        sandbox);
  }
}
