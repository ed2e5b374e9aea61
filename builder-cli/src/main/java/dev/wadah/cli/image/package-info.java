/**
 * The commands about images: list, tag, remove, inspect, load, save. Each reads its flags, calls
 * the image store, and prints as docker does. Knows nothing of builds.
 */
package dev.wadah.cli.image;
