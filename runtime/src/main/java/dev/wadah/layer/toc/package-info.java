/**
 * Lists of files that layers in a seekable form carry with them (eStargz, zstd:chunked): read
 * without the layer, and written with it. Front doors: {@link dev.wadah.layer.toc.SeekableLayers},
 * {@link dev.wadah.layer.toc.SeekableWriter}.
 */
package dev.wadah.layer.toc;
