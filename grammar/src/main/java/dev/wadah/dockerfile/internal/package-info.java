/**
 * How Dockerfiles are read: {@link dev.wadah.dockerfile.internal.LineReader} makes logical lines
 * that know where each of their characters stands, the generated lexer and parser take an
 * instruction apart, {@link dev.wadah.dockerfile.internal.InstructionBuilder} makes the typed tree
 * of it. Nobody outside this package may import it but {@code
 * dev.wadah.dockerfile.DockerfileParser}; no ANTLR type leaves it.
 */
package dev.wadah.dockerfile.internal;
