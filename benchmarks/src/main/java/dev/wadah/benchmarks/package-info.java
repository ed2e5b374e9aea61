/** How long the pure parts take; run by {@code benchmarks/jmh}. */
package dev.wadah.benchmarks;
