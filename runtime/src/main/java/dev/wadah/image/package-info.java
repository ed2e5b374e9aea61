/**
 * Images on this machine: names, ids, documents, where their layers are, removal, verification.
 * Front door: {@link dev.wadah.image.ImageStore}. Archives and registries have rooms of their own
 * above this one.
 */
package dev.wadah.image;
