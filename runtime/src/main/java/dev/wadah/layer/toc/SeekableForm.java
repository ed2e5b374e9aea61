package dev.wadah.layer.toc;

/** Forms of layers that carry a list of their files. */
public enum SeekableForm {
  /** Gzip members, and the list as the last file of the tar, which so is another tar. */
  ESTARGZ,
  /** Zstandard frames, and the list behind the tar, which stays as it is. */
  ZSTD_CHUNKED
}
