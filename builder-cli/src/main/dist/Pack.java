import java.io.ByteArrayOutputStream;
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
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Handle;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * Makes one jar, not compressed and without a manifest, of the jars whose classes a build loads: at every start, the JVM makes a
 * URL, a manifest and a package list of each jar that a class of the class-data archive came from.
 *
 * <p>Classes older than Java 8 get a newer class-file version and stack map frames (picocli's are those of Java 5): no class-data
 * archive takes them otherwise. What a record's equals, hashCode and toString are linked to by every process anew, some
 * milliseconds each time, is written out. Licences and notices move to a folder META-INF/JAR. What is only for newer Java versions is left out.
 *
 * <p>Of all other jars it makes the index, a jar that has nothing but a manifest that names them: the JVM makes a URL of each entry
 * of the class path at every start, 2 ms for fifty of them, but reads this manifest when a class is looked for that no archive has.
 *
 * <p>Usage: java -cp asm.jar Pack.java OUT.jar IN.jar..., or java Pack.java --index OUT.jar JAR...
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
    if (args[0].equals("--index")) {
      index(args);
      return;
    }
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

  private static void index(String... args) throws IOException {
    List<String> names = new ArrayList<>();
    for (int i = 2; i < args.length; i++) {
      names.add(Path.of(args[i]).getFileName().toString());
    }
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH, String.join(" ", names));
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    manifest.write(text);
    try (OutputStream file = Files.newOutputStream(Path.of(args[1]));
        ZipOutputStream out = new ZipOutputStream(file)) {
      store(out, JarFile.MANIFEST_NAME, text.toByteArray());
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
    store(out, name, name.endsWith(".class") ? changed(bytes) : bytes);
  }

  private static void store(ZipOutputStream out, String name, byte[] content) throws IOException {
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

  private byte[] changed(byte[] bytes) {
    if (bytes[6] == 0 && bytes[7] < Opcodes.V1_8) {
      return reframed(bytes);
    }
    ClassReader reader = new ClassReader(bytes);
    return (reader.getAccess() & Opcodes.ACC_RECORD) != 0 || "java/lang/Record".equals(reader.getSuperName())
        ? RecordMethods.writtenOut(reader, loader)
        : bytes;
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

/** Replaces calls of java.lang.runtime.ObjectMethods by static methods of the record. */
final class RecordMethods extends ClassVisitor {
  private static final String BOOTSTRAP = "java/lang/runtime/ObjectMethods";

  private final List<Runnable> further = new ArrayList<>();
  private String owner;

  private RecordMethods(ClassVisitor next) {
    super(Opcodes.ASM9, next);
  }

  static byte[] writtenOut(ClassReader reader, ClassLoader loader) {
    ClassWriter writer =
        new ClassWriter(ClassWriter.COMPUTE_FRAMES) {
          @Override
          protected ClassLoader getClassLoader() {
            return loader;
          }
        };
    reader.accept(new RecordMethods(writer), ClassReader.SKIP_FRAMES);
    return writer.toByteArray();
  }

  @Override
  public void visit(int version, int access, String name, String signature, String parent, String[] interfaces) {
    owner = name;
    super.visit(version, access, name, signature, parent, interfaces);
  }

  @Override
  public MethodVisitor visitMethod(int access, String name, String descriptor, String signature, String[] exceptions) {
    return new MethodVisitor(Opcodes.ASM9, super.visitMethod(access, name, descriptor, signature, exceptions)) {
      @Override
      public void visitInvokeDynamicInsn(String called, String type, Handle bootstrap, Object... arguments) {
        if (!bootstrap.getOwner().equals(BOOTSTRAP)) {
          super.visitInvokeDynamicInsn(called, type, bootstrap, arguments);
          return;
        }
        super.visitMethodInsn(Opcodes.INVOKESTATIC, owner, called + "$", type, false);
        further.add(() -> write(called, type, arguments));
      }
    };
  }

  @Override
  public void visitEnd() {
    further.forEach(Runnable::run);
    super.visitEnd();
  }

  /** Arguments: the record, the names of its components joined by semicolons, and their fields. */
  private void write(String called, String type, Object... arguments) {
    int access = Opcodes.ACC_PRIVATE | Opcodes.ACC_STATIC | Opcodes.ACC_SYNTHETIC;
    MethodVisitor code = cv.visitMethod(access, called + "$", type, null, null);
    code.visitCode();
    List<Handle> fields = new ArrayList<>();
    for (int i = 2; i < arguments.length; i++) {
      fields.add((Handle) arguments[i]);
    }
    switch (called) {
      case "equals" -> writeEquals(code, fields);
      case "hashCode" -> writeHashCode(code, fields);
      case "toString" -> writeToString(code, fields, (String) arguments[1]);
      default -> throw new IllegalStateException(owner + "." + called);
    }
    code.visitMaxs(0, 0);
    code.visitEnd();
  }

  private void writeEquals(MethodVisitor code, List<Handle> fields) {
    Label different = new Label();
    code.visitVarInsn(Opcodes.ALOAD, 1);
    code.visitTypeInsn(Opcodes.INSTANCEOF, owner);
    code.visitJumpInsn(Opcodes.IFEQ, different);
    code.visitVarInsn(Opcodes.ALOAD, 1);
    code.visitTypeInsn(Opcodes.CHECKCAST, owner);
    code.visitVarInsn(Opcodes.ASTORE, 2);
    for (Handle field : fields) {
      load(code, 0, field);
      load(code, 2, field);
      Type type = Type.getType(field.getDesc());
      if (type.getSort() >= Type.ARRAY) {
        code.visitMethodInsn(
            Opcodes.INVOKESTATIC, "java/util/Objects", "equals", "(Ljava/lang/Object;Ljava/lang/Object;)Z", false);
        code.visitJumpInsn(Opcodes.IFEQ, different);
      } else {
        String of = type.getDescriptor();
        code.visitMethodInsn(Opcodes.INVOKESTATIC, box(type), "compare", "(" + of + of + ")I", false);
        code.visitJumpInsn(Opcodes.IFNE, different);
      }
    }
    code.visitInsn(Opcodes.ICONST_1);
    code.visitInsn(Opcodes.IRETURN);
    code.visitLabel(different);
    code.visitInsn(Opcodes.ICONST_0);
    code.visitInsn(Opcodes.IRETURN);
  }

  private void writeHashCode(MethodVisitor code, List<Handle> fields) {
    code.visitInsn(Opcodes.ICONST_0);
    for (Handle field : fields) {
      code.visitIntInsn(Opcodes.BIPUSH, 31);
      code.visitInsn(Opcodes.IMUL);
      load(code, 0, field);
      Type type = Type.getType(field.getDesc());
      boolean object = type.getSort() >= Type.ARRAY;
      code.visitMethodInsn(
          Opcodes.INVOKESTATIC,
          object ? "java/util/Objects" : box(type),
          "hashCode",
          "(" + (object ? "Ljava/lang/Object;" : type.getDescriptor()) + ")I",
          false);
      code.visitInsn(Opcodes.IADD);
    }
    code.visitInsn(Opcodes.IRETURN);
  }

  private void writeToString(MethodVisitor code, List<Handle> fields, String names) {
    String builder = "java/lang/StringBuilder";
    code.visitTypeInsn(Opcodes.NEW, builder);
    code.visitInsn(Opcodes.DUP);
    code.visitLdcInsn(simpleName() + "[");
    code.visitMethodInsn(Opcodes.INVOKESPECIAL, builder, "<init>", "(Ljava/lang/String;)V", false);
    String[] name = names.split(";");
    for (int i = 0; i < fields.size(); i++) {
      append(code, (i == 0 ? "" : ", ") + name[i] + "=");
      load(code, 0, fields.get(i));
      Type type = Type.getType(fields.get(i).getDesc());
      String as = type.getSort() >= Type.ARRAY ? "Ljava/lang/Object;" : type.getDescriptor();
      code.visitMethodInsn(Opcodes.INVOKESTATIC, "java/lang/String", "valueOf", "(" + widened(as) + ")Ljava/lang/String;", false);
      code.visitMethodInsn(Opcodes.INVOKEVIRTUAL, builder, "append", "(Ljava/lang/String;)Ljava/lang/StringBuilder;", false);
    }
    append(code, "]");
    code.visitMethodInsn(Opcodes.INVOKEVIRTUAL, builder, "toString", "()Ljava/lang/String;", false);
    code.visitInsn(Opcodes.ARETURN);
  }

  private static void append(MethodVisitor code, String text) {
    code.visitLdcInsn(text);
    code.visitMethodInsn(
        Opcodes.INVOKEVIRTUAL, "java/lang/StringBuilder", "append", "(Ljava/lang/String;)Ljava/lang/StringBuilder;", false);
  }

  /** What follows the last dollar sign; a record's toString has its simple name. */
  private String simpleName() {
    return owner.substring(Math.max(owner.lastIndexOf('/'), owner.lastIndexOf('$')) + 1).replaceFirst("^[0-9]+", "");
  }

  private void load(MethodVisitor code, int variable, Handle field) {
    code.visitVarInsn(Opcodes.ALOAD, variable);
    code.visitFieldInsn(Opcodes.GETFIELD, owner, field.getName(), field.getDesc());
  }

  /** String.valueOf has no byte and no short. */
  private static String widened(String descriptor) {
    return descriptor.equals("B") || descriptor.equals("S") ? "I" : descriptor;
  }

  private static String box(Type type) {
    return switch (type.getSort()) {
      case Type.BOOLEAN -> "java/lang/Boolean";
      case Type.CHAR -> "java/lang/Character";
      case Type.BYTE -> "java/lang/Byte";
      case Type.SHORT -> "java/lang/Short";
      case Type.INT -> "java/lang/Integer";
      case Type.LONG -> "java/lang/Long";
      case Type.FLOAT -> "java/lang/Float";
      case Type.DOUBLE -> "java/lang/Double";
      default -> throw new IllegalStateException(type.toString());
    };
  }
}
