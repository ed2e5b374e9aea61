/** The commands about wadah itself and its store: version, checks, prune. */
package dev.wadah.cli.store;
