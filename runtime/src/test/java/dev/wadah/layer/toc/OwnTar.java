package dev.wadah.layer.toc;

import dev.wadah.layer.tar.TarBlocks;
import dev.wadah.layer.tar.TarEntry;
import dev.wadah.layer.tar.TarEntry.Kind;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Random;

/** A tar in the form of our own layers, made entry by entry. */
final class OwnTar {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final TarBlocks blocks = new TarBlocks();
  private final Random random = new Random(7);

  OwnTar put(Kind kind, String name, String link, byte[] content, TarEntry.Extras extras) {
    blocks.entry(
        new TarEntry(
            kind,
            name,
            link,
            kind == Kind.DIRECTORY ? 01777 : 04750,
            new TarEntry.Owner(-3, 70_000_000),
            content.length,
            kind == Kind.FIFO ? 0 : -1_234_567_000_000_000L,
            extras));
    out.write(blocks.bytes(), 0, blocks.length());
    out.writeBytes(content);
    out.writeBytes(new byte[TarBlocks.padding(content.length)]);
    return this;
  }

  OwnTar put(Kind kind, String name, String link) {
    return put(kind, name, link, new byte[0], TarEntry.Extras.NONE);
  }

  OwnTar file(String name, byte[] content) {
    return put(Kind.FILE, name, "", content, TarEntry.Extras.NONE);
  }

  OwnTar file(String name, int length) {
    byte[] content = new byte[length];
    random.nextBytes(content);
    Arrays.fill(content, 0, length / 16 * 15, (byte) 'x');
    return file(name, content);
  }

  byte[] end() {
    out.writeBytes(new byte[TarBlocks.END_BYTES]);
    return out.toByteArray();
  }
}
