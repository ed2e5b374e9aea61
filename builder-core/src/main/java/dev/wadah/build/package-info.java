/**
 * The builder. Front door: {@link dev.wadah.build.Builder}, which turns a {@link
 * dev.wadah.build.BuildRequest} into a {@link dev.wadah.build.BuildResult}.
 */
package dev.wadah.build;
