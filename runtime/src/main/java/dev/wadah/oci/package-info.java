/**
 * Values of the OCI image specification: digests, descriptors, manifests, indexes, image configs,
 * references, platforms. No I/O.
 */
package dev.wadah.oci;
