/**
 * The Dockerfile language. Front door: {@link dev.wadah.dockerfile.DockerfileParser}, which turns a
 * {@link dev.wadah.dockerfile.SourceFile} into a {@link dev.wadah.dockerfile.Dockerfile}. Knows
 * nothing of images, files or builds.
 */
package dev.wadah.dockerfile;
