/**
 * Caches that several machines share: what {@code --cache-from} and {@code --cache-to} mean, and
 * how records and layers travel. Front door: {@link dev.wadah.build.share.SharedCaches}. See
 * docs/shared-cache.md. It knows keys and layers, but no instruction and no graph.
 */
package dev.wadah.build.share;
