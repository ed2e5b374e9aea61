#!/bin/sh
# Compiles the launcher (one static binary), enter (what an ordinary user's wadah starts with) and the JNI library into DIR/linux-ARCH.
# usage: build.sh DIR     CC, CFLAGS and JAVA_HOME are honoured; does nothing where everything is newer than its sources.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=$1

if [ -z "${JAVA_HOME:-}" ]; then
  javac=$(command -v javac) || { echo "build.sh: no javac on PATH; set JAVA_HOME to a JDK 17 or later" >&2; exit 1; }
  JAVA_HOME=$(dirname "$(dirname "$(readlink -f "$javac")")")
fi

# compile ARCH CC
compile() {
  dir=$out/linux-$1
  mkdir -p "$dir"
  newest=$(find "$here" -type f -newer "$dir/.stamp" 2>/dev/null | head -n 1 || true)
  [ -e "$dir/.stamp" ] && [ -z "$newest" ] && return 0
  common="-std=gnu11 -O2 -Wall -Wextra -Werror -D_GNU_SOURCE ${CFLAGS:-}"
  if ls "$here"/launcher/*.c >/dev/null 2>&1; then
    # shellcheck disable=SC2086
    "$2" $common -static -o "$dir/launcher.tmp" "$here"/launcher/*.c
    mv "$dir/launcher.tmp" "$dir/launcher"
  fi
  # shellcheck disable=SC2086
  "$2" $common -o "$dir/enter.tmp" "$here"/userns/*.c
  mv "$dir/enter.tmp" "$dir/enter"
  if ls "$here"/jni/*.c >/dev/null 2>&1; then
    # shellcheck disable=SC2086
    "$2" $common -shared -fPIC -fvisibility=hidden -I"$JAVA_HOME/include" -I"$JAVA_HOME/include/linux" \
      -o "$dir/libwadah.so.tmp" "$here"/jni/*.c
    mv "$dir/libwadah.so.tmp" "$dir/libwadah.so"
  fi
  touch "$dir/.stamp"
}

case $(uname -m) in
  x86_64) compile amd64 "${CC:-gcc}"; command -v aarch64-linux-gnu-gcc >/dev/null 2>&1 && compile arm64 aarch64-linux-gnu-gcc ;;
  aarch64) compile arm64 "${CC:-gcc}" ;;
  *) echo "build.sh: $(uname -m) is neither x86_64 nor aarch64" >&2; exit 1 ;;
esac
exit 0
