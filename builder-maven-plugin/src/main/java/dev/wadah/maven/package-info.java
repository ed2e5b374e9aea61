/** The {@code wadah:*} goals, one thin mojo each. */
package dev.wadah.maven;
