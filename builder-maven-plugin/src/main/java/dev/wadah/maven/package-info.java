/**
 * The {@code wadah:*} goals, one thin mojo each. A goal's parameters become a {@link
 * dev.wadah.build.BuildRequest}; everything else is the builder's.
 */
package dev.wadah.maven;
