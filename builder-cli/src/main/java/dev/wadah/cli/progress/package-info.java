/**
 * Displays of a build's progress: live on a terminal, plain lines, BuildKit's JSON lines, nothing.
 * Front door: {@link dev.wadah.cli.progress.Display#open}. Knows nothing of builds but {@link
 * dev.wadah.build.BuildProgress}.
 */
package dev.wadah.cli.progress;
