/**
 * Prepares, views and commits states of a root file system; gives mounts, never mounts. Front door:
 * {@link dev.wadah.snapshot.Snapshotter}.
 */
package dev.wadah.snapshot;
