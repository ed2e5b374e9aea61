package dev.wadah.registry;

/** By what a host is asked. */
enum Scheme {
  HTTP,
  HTTPS,
  /** Nobody has said: https, but http of a loopback host that answers to it. */
  USUAL
}
