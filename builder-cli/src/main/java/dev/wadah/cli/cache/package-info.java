/** The commands that list cache mounts, and bring them from one machine to another. */
package dev.wadah.cli.cache;
