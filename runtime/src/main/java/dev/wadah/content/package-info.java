/**
 * Blobs by digest: ingest, verify, commit by rename; the store's folders and locks between
 * processes. Front door: {@link dev.wadah.content.ContentStore}, {@link dev.wadah.content.Store}.
 */
package dev.wadah.content;
