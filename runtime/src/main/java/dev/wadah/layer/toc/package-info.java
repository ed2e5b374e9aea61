/**
 * Lists of files that layers in a seekable form carry with them (eStargz, zstd:chunked), read
 * without the layer. Front door: {@link dev.wadah.layer.toc.SeekableLayers}.
 */
package dev.wadah.layer.toc;
