package dev.wadah.build.gc;

import java.util.function.Predicate;

/**
 * What is to be removed.
 *
 * @param which the entries in question; those that a running container uses never go
 * @param limits how much may stay all the same
 */
public record Wish(Predicate<Entry> which, Limits limits) {}
