/**
 * Registries: pull and push of manifests and blobs, credentials, mirrors. The only package that
 * imports jib. Front door: {@link dev.wadah.registry.Registry}.
 */
package dev.wadah.registry;
