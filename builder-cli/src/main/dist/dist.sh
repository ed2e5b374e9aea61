#!/bin/sh
# dist.sh TARGET JAR NATIVES: lays out TARGET/dist (bin, lib, libexec), a folder that can be copied anywhere.
# The new folder is made beside the old one and then takes its place, so that a wadah that is running is not disturbed.
set -eu
target=$1 jar=$2 natives=$3
here=${0%/*}
new=$target/dist.new
rm -rf "$new"
mkdir -p "$new/bin" "$new/lib" "$new/libexec"

cp -p "$target"/libraries/*.jar "$new/lib/"
cp -p "$jar" "$new/lib/"
# One jar of what builds load; see Pack.java.
set -- "$new"/lib/builder-c*.jar "$new"/lib/grammar-*.jar "$new"/lib/runtime-*.jar \
  "$new"/lib/picocli-*.jar "$new"/lib/antlr4-runtime-*.jar "$new"/lib/jackson-core-*.jar
"${JAVA_HOME:+$JAVA_HOME/bin/}java" -cp "$(echo "$new"/lib/asm-[0-9]*.jar)" "$here/Pack.java" "$new/lib/wadah.jar" "$@"
rm "$@"
set --
for jar in "$new"/lib/*.jar; do
  [ "$jar" = "$new/lib/wadah.jar" ] || set -- "$@" "$jar"
done
"${JAVA_HOME:+$JAVA_HOME/bin/}java" -cp "$(echo "$new"/lib/asm-[0-9]*.jar)" "$here/Pack.java" --index "$new/lib/libraries.jar" "$@"
# Second on the class path, and nothing in it but the list of the services that wadah.jar has: whoever asks for a logger takes the first
# list and looks whether there is another, for which the JVM would open all other jars. See SystemLoggers.java.
unpacked=$target/services
rm -rf "$unpacked"
mkdir "$unpacked"
cp -pR "$here/../resources/META-INF" "$unpacked/"
"${JAVA_HOME:+$JAVA_HOME/bin/}jar" --create --no-manifest --date=2000-01-01T00:00:00Z --file="$new/lib/services.jar" -C "$unpacked" META-INF

if [ -d "$natives" ]; then
  # amd64 and arm64 files keep their names; the runtime knows which one is its own.
  cp -pR "$natives"/. "$new/libexec/"
fi
cp "$here/bin/wadah" "$new/bin/wadah"
chmod 755 "$new/bin/wadah"

# Names the content of lib; the class-data archives of first runs are keyed by it.
set -- $(cat "$new"/lib/*.jar | cksum)
echo "$1-$2" > "$new/lib/build-id"

rm -rf "$target/dist.old"
[ ! -e "$target/dist" ] || mv "$target/dist" "$target/dist.old"
mv "$new" "$target/dist"
rm -rf "$target/dist.old"
: > "$target/dist.stamp"
