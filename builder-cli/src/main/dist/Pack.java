import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Opcodes;

/**
 * Makes one jar, not compressed and without a manifest, of the jars whose classes a build loads: at every start, the JVM makes a
 * URL, a manifest and a package list of each jar that a class of the class-data archive came from.
 *
 * <p>Classes older than Java 8 get a newer class-file version and stack map frames (picocli's are those of Java 5): no class-data
 * archive takes them otherwise. Licences and notices move to a folder META-INF/JAR. What is only for newer Java versions is left out.
 *
 * <p>Usage: java -cp asm.jar Pack.java OUT.jar IN.jar...
 */
public final class Pack {
  private static final long TIME = 946_684_800_000L; // 2000-01-01: equal jars of equal parts

  private final URLClassLoader loader;
  private final ZipOutputStream out;

  private Pack(URLClassLoader loader, ZipOutputStream out) {
    this.loader = loader;
    this.out = out;
  }

  public static void main(String[] args) throws IOException {
    List<Path> jars = new ArrayList<>();
    for (int i = 1; i < args.length; i++) {
      jars.add(Path.of(args[i]));
    }
    List<URL> urls = new ArrayList<>();
    for (Path jar : jars) {
      urls.add(jar.toUri().toURL());
    }
    try (URLClassLoader loader = new URLClassLoader(urls.toArray(URL[]::new));
        OutputStream file = Files.newOutputStream(Path.of(args[0]));
        ZipOutputStream out = new ZipOutputStream(file)) {
      Pack pack = new Pack(loader, out);
      for (Path jar : jars) {
        pack.add(jar);
      }
    }
  }

  private void add(Path jar) throws IOException {
    try (ZipFile in = new ZipFile(jar.toFile())) {
      Enumeration<? extends ZipEntry> entries = in.entries();
      while (entries.hasMoreElements()) {
        ZipEntry entry = entries.nextElement();
        String name = name(entry, jar);
        if (name != null) {
          try (InputStream content = in.getInputStream(entry)) {
            add(name, content.readAllBytes());
          }
        }
      }
    }
  }

  /** What an entry is called in the new jar; null if it is left out. */
  private static String name(ZipEntry entry, Path jar) {
    String name = entry.getName();
    if (entry.isDirectory()
        || name.equals("META-INF/MANIFEST.MF")
        || name.equals("module-info.class")
        || name.startsWith("META-INF/maven/")
        || name.startsWith("META-INF/versions/")) {
      return null;
    }
    return name.startsWith("META-INF/") && !name.startsWith("META-INF/services/")
        ? "META-INF/" + jar.getFileName() + name.substring("META-INF".length())
        : name;
  }

  /** Fails when two jars have the same entry. */
  private void add(String name, byte[] bytes) throws IOException {
    boolean old = name.endsWith(".class") && bytes[6] == 0 && bytes[7] < Opcodes.V1_8;
    byte[] content = old ? reframed(bytes) : bytes;
    CRC32 crc = new CRC32();
    crc.update(content);
    ZipEntry entry = new ZipEntry(name);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(content.length);
    entry.setCrc(crc.getValue());
    entry.setTime(TIME);
    out.putNextEntry(entry);
    out.write(content);
    out.closeEntry();
  }

  private byte[] reframed(byte[] bytes) {
    ClassReader reader = new ClassReader(bytes);
    ClassWriter writer =
        new ClassWriter(ClassWriter.COMPUTE_FRAMES) {
          @Override
          protected ClassLoader getClassLoader() {
            return loader;
          }
        };
    reader.accept(
        new ClassVisitor(Opcodes.ASM9, writer) {
          @Override
          public void visit(int version, int access, String name, String signature, String parent, String[] interfaces) {
            super.visit(Opcodes.V1_8, access, name, signature, parent, interfaces);
          }
        },
        ClassReader.SKIP_FRAMES);
    return writer.toByteArray();
  }
}
