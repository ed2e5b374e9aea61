/**
 * Images on this machine: names, load, save, pull, push, prune. Front door: {@link
 * dev.wadah.image.ImageStore}.
 */
package dev.wadah.image;
