/**
 * What COPY, ADD and WORKDIR do to a tree, as layer entries; content keys of what they read. Pure
 * but for reading trees.
 */
package dev.wadah.build.files;
