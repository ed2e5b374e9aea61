/**
 * What a Dockerfile offers to whoever builds it: its targets, and the build args, secrets, ssh
 * agents and cache mounts of one of them. Front door: {@link dev.wadah.dockerfile.outline.Outline}.
 * Pure.
 */
package dev.wadah.dockerfile.outline;
