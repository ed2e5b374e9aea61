/**
 * A small OCI registry over a folder (distribution-spec 1.1): pull, push, mount, referrers, delete,
 * ranges. For tests and for places without a network; it knows no users. Front door: {@link
 * dev.wadah.registry.serve.RegistryServer}.
 */
package dev.wadah.registry.serve;
