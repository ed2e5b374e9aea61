/**
 * Registries: pull and push of manifests and blobs, credentials, mirrors. Front door: {@link
 * dev.wadah.registry.Registry}.
 */
package dev.wadah.registry;
