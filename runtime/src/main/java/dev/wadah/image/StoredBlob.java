package dev.wadah.image;

import dev.wadah.oci.DiffId;
import dev.wadah.oci.Digest;

/**
 * A blob that has come into the content store.
 *
 * @param digest of its bytes
 * @param sizeBytes of its bytes
 * @param diffId of its bytes uncompressed
 * @param encoding how it is compressed
 */
public record StoredBlob(Digest digest, long sizeBytes, DiffId diffId, BlobEncoding encoding) {}
