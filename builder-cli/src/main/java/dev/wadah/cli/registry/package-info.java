/** The commands that speak to registries, or are one. */
package dev.wadah.cli.registry;
