/**
 * Images on their way from and to registries: pull, push, compression, copies and joins. Front
 * door: {@link dev.wadah.image.transfer.ImageTransfer}.
 */
package dev.wadah.image.transfer;
