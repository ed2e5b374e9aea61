/**
 * The tar format alone: archives of any maker are read entry by entry, with a limit on every
 * length, and headers are written in one form. Knows nothing of layers but that a broken archive is
 * a broken layer. Front doors: {@link dev.wadah.layer.tar.TarReader}, {@link
 * dev.wadah.layer.tar.TarBlocks}, {@link dev.wadah.layer.tar.TarSections}.
 */
package dev.wadah.layer.tar;
