import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Opcodes;

/**
 * Gives the classes of a jar a newer class-file version and stack map frames. picocli's are those of Java 5, which no class-data
 * archive takes; loading and verifying them from the jar costs every command about 50 ms. Nothing else is changed.
 *
 * <p>Usage: java -cp asm.jar Reframe.java IN.jar OUT.jar
 */
public final class Reframe {
  public static void main(String[] args) throws IOException {
    Path source = Path.of(args[0]);
    try (JarFile in = new JarFile(source.toFile());
        URLClassLoader loader = new URLClassLoader(new URL[] {source.toUri().toURL()});
        OutputStream file = Files.newOutputStream(Path.of(args[1]));
        JarOutputStream out = new JarOutputStream(file)) {
      Enumeration<JarEntry> entries = in.entries();
      while (entries.hasMoreElements()) {
        JarEntry entry = entries.nextElement();
        JarEntry copy = new JarEntry(entry.getName());
        copy.setTime(entry.getTime());
        out.putNextEntry(copy);
        try (InputStream content = in.getInputStream(entry)) {
          byte[] bytes = content.readAllBytes();
          boolean old = entry.getName().endsWith(".class") && bytes[6] == 0 && bytes[7] < Opcodes.V1_8;
          out.write(old ? reframed(bytes, loader) : bytes);
        }
        out.closeEntry();
      }
    }
  }

  private static byte[] reframed(byte[] bytes, ClassLoader loader) {
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
