/**
 * Layers: file tree to tar and back (whiteouts, xattrs, ownership, hard links, compression,
 * canonical bytes, hostile archives), and the store of unpacked layers. Front doors: {@link
 * dev.wadah.layer.LayerStore}, {@link dev.wadah.layer.FileTree}.
 */
package dev.wadah.layer;
