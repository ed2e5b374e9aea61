package dev.wadah.registry.serve;

import java.io.IOException;

/** A reply that is an error (distribution-spec "Error Codes"). */
final class Fault extends IOException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final String code;

  Fault(int status, String code, String message) {
    super(message);
    this.status = status;
    this.code = code;
  }

  int status() {
    return status;
  }

  String code() {
    return code;
  }

  static Fault unknownBlob(Object digest) {
    return new Fault(404, "BLOB_UNKNOWN", "blob unknown to registry: " + digest);
  }

  static Fault unknownManifest(Object reference) {
    return new Fault(404, "MANIFEST_UNKNOWN", "manifest unknown: " + reference);
  }

  static Fault unknownUpload(String id) {
    return new Fault(404, "BLOB_UPLOAD_UNKNOWN", "upload unknown: " + id);
  }

  static Fault invalidDigest(String text) {
    return new Fault(400, "DIGEST_INVALID", "invalid digest: " + text);
  }

  static Fault unsupported(String what) {
    return new Fault(405, "UNSUPPORTED", what);
  }
}
