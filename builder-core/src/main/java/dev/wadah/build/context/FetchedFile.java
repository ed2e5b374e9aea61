package dev.wadah.build.context;

import dev.wadah.build.files.DigestedTree;
import dev.wadah.build.files.ReadCount;
import dev.wadah.layer.FileNode;
import dev.wadah.layer.FileNode.Identity;
import dev.wadah.oci.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** A tree that holds one downloaded file. */
final class FetchedFile implements DigestedTree {
  private static final FileNode ROOT =
      new FileNode(FileNode.Type.DIRECTORY, 0755, 0, 0, 0, 0, "", Identity.PLAIN);

  private final String name;
  private final Path file;
  private final Digest digest;
  private final FileNode node;

  FetchedFile(String name, HttpDownloads.Download download, long mtimeNanos) throws IOException {
    this.name = name;
    this.file = download.file();
    this.digest = download.note().digest();
    this.node =
        new FileNode(
            FileNode.Type.FILE, 0600, 0, 0, Files.size(file), mtimeNanos, "", Identity.PLAIN);
  }

  @Override
  public Optional<FileNode> find(String path) {
    return path.equals("/") ? Optional.of(ROOT) : here(path) ? Optional.of(node) : Optional.empty();
  }

  private boolean here(String path) {
    return path.length() == name.length() + 1 && path.endsWith(name);
  }

  @Override
  public List<String> list(String path) {
    return path.equals("/") ? List.of(name) : List.of();
  }

  @Override
  public InputStream open(String path) throws IOException {
    if (!here(path)) {
      throw new NoSuchFileException(path);
    }
    return Files.newInputStream(file);
  }

  @Override
  public Optional<Path> hostPath(String path) {
    return here(path) ? Optional.of(file) : Optional.empty();
  }

  @Override
  public byte[] contentHashes(List<String> paths, ReadCount count) {
    byte[] hashes = new byte[paths.size() * HASH_BYTES];
    for (int at = 0; at < hashes.length; at += HASH_BYTES) {
      System.arraycopy(HexFormat.of().parseHex(digest.hex()), 0, hashes, at, HASH_BYTES);
    }
    return hashes;
  }
}
