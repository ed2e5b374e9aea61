/**
 * What {@code RUN --mount=type=cache} keeps: where it lies, and how it travels as an image. Knows
 * no step.
 */
package dev.wadah.build.mounts;
