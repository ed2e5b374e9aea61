/** Executes a graph: scheduler, cache lookups, one runner per kind of op. */
package dev.wadah.build.exec;
