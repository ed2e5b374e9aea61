/**
 * Images as files: archives of {@code docker save}, OCI image layouts, tars of a root file system.
 * Front doors: {@link dev.wadah.image.archive.ImageLoader}, {@link
 * dev.wadah.image.archive.ImageExporter}. Knows nothing of registries.
 */
package dev.wadah.image.archive;
