package dev.wadah.registry;

/** What a place is asked for; mirrors may be good for one of them only. */
enum Demand {
  /** Blobs, and manifests by their digest. */
  PULL,
  /** What a tag stands for, and which tags there are. */
  RESOLVE
}
