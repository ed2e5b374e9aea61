/**
 * {@code wadah build}: its flags become a {@link dev.wadah.build.BuildRequest}; front door {@link
 * dev.wadah.cli.build.BuildCommand}. Knows nothing of how images are built.
 */
package dev.wadah.cli.build;
