/** The commands about Dockerfiles that build nothing: lint and fmt; front door: their classes. */
package dev.wadah.cli.dockerfile;
