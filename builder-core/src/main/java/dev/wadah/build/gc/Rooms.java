package dev.wadah.build.gc;

import dev.wadah.build.cache.CacheStore;
import dev.wadah.content.BlobInventory;
import dev.wadah.content.ContentStore;
import dev.wadah.content.DirectoryContentStore;
import dev.wadah.content.Store;
import dev.wadah.image.ImageInventory;
import dev.wadah.layer.LayerInventory;
import dev.wadah.layer.LayerStore;
import dev.wadah.snapshot.OverlaySnapshotter;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The rooms of a store, opened so that looking into them is no use of what is there.
 *
 * @param store the folder
 * @param blobs of all kinds
 * @param layers trees and records
 * @param images names and ids
 * @param cache records of results
 */
record Rooms(
    Store store,
    BlobInventory blobs,
    LayerInventory layers,
    ImageInventory images,
    CacheStore cache) {

  /** Opens a store; what dead processes left half-made is removed by that. */
  static Rooms open(Path root) throws IOException {
    Store store = Store.open(root, Store.Looks.LEAVE_NO_TRACE);
    ContentStore content = new DirectoryContentStore(store);
    LayerStore layers = new LayerStore(store, content);
    OverlaySnapshotter.removeLeftovers(store);
    return new Rooms(
        store,
        new BlobInventory(store),
        new LayerInventory(store),
        new ImageInventory(store, content),
        new CacheStore(store, layers));
  }

  /** The collector's own room. */
  Path own() throws IOException {
    return store.room("gc");
  }
}
