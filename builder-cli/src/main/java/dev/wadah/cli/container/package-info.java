/** {@code wadah run}: its flags become a {@link dev.wadah.container.ContainerSpec}. */
package dev.wadah.cli.container;
