/**
 * Writes results: image store, OCI layout and archive, docker archive, tar, directory, registry.
 */
package dev.wadah.build.export;
