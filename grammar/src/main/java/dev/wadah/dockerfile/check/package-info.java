/**
 * Docker's build checks under their own names. Front door: {@link
 * dev.wadah.dockerfile.check.BuildChecks}. Pure: what a check must know of the outside, base images
 * and ignored paths, comes in a {@link dev.wadah.dockerfile.check.CheckContext}.
 */
package dev.wadah.dockerfile.check;
