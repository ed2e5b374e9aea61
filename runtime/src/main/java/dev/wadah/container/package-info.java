/**
 * Containers: spec, sandbox (the Java side of the launcher), life cycle. Front doors: {@link
 * dev.wadah.container.Sandbox} runs one {@link dev.wadah.container.ContainerSpec}.
 */
package dev.wadah.container;
