/**
 * Which variables a word of a Dockerfile may use, and their values: what checks and outlines share.
 * Front door: {@link dev.wadah.dockerfile.scope.GlobalArgs}. Knows nothing of images.
 */
package dev.wadah.dockerfile.scope;
