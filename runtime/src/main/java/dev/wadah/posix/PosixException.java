package dev.wadah.posix;

import java.io.IOException;

/** A system call failed. */
public final class PosixException extends IOException {
  private static final long serialVersionUID = 1L;

  private final String call;
  private final String path;
  private final int errno;
  private final String errnoName;
  private final String reason;

  public PosixException(String call, String path, int errno, String errnoName, String reason) {
    // Files that are not there are told of by this; a format string would be parsed for each.
    super(call + " " + path + ": " + reason + " (" + errnoName + ")");
    this.call = call;
    this.path = path;
    this.errno = errno;
    this.errnoName = errnoName;
    this.reason = reason;
  }

  /** The same failure, told of a path that says more. */
  public PosixException at(String betterPath) {
    PosixException better = new PosixException(call, betterPath, errno, errnoName, reason);
    better.initCause(this);
    return better;
  }

  public String call() {
    return call;
  }

  public String path() {
    return path;
  }

  public int errno() {
    return errno;
  }

  /** The errno value's name, such as ENOENT. */
  public String errnoName() {
    return errnoName;
  }
}
