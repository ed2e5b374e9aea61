/**
 * Build contexts: directories, archives, Git, HTTP; .dockerignore; content hashing with a stat
 * cache.
 */
package dev.wadah.build.context;
