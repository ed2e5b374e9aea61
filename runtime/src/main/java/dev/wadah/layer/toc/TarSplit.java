package dev.wadah.layer.toc;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.OutputStream;

/**
 * Writes of a tar what its files do not tell, so that the very bytes can be made again of them
 * (vbatts/tar-split, tar/storage "Entry"): a JSON object a line, in turn what stands in front of a
 * content, and a name with the size and check sum of the content. containers/storage makes the
 * diffID of it when it has fetched only the files that it lacked.
 */
final class TarSplit {
  private static final JsonFactory JSON = new JsonFactory();
  private static final int FILE = 1;
  private static final int SEGMENT = 2;

  private final JsonGenerator out;
  private long position;

  /** Writes to {@code out}, which stays open. */
  TarSplit(OutputStream out) throws IOException {
    this.out =
        JSON.createGenerator(out)
            .disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET)
            .setRootValueSeparator(new com.fasterxml.jackson.core.io.SerializedString("\n"));
  }

  /** Writes bytes of the tar that are no content. */
  void segment(byte[] bytes, int length) throws IOException {
    out.writeStartObject();
    out.writeNumberField("type", SEGMENT);
    out.writeFieldName("payload");
    out.writeBinary(bytes, 0, length);
    end();
  }

  /** Writes what stands for a content, also for an empty one. */
  void file(String name, long sizeBytes, Crc64 sum) throws IOException {
    out.writeStartObject();
    out.writeNumberField("type", FILE);
    out.writeStringField("name", name);
    if (sizeBytes > 0) {
      out.writeNumberField("size", sizeBytes);
      out.writeBinaryField("payload", sum.bytes());
    } else {
      out.writeNullField("payload");
    }
    end();
  }

  private void end() throws IOException {
    out.writeNumberField("position", position++);
    out.writeEndObject();
  }

  /** Writes what is still in memory. */
  void finish() throws IOException {
    out.writeRaw('\n');
    out.close();
  }
}
