#!/bin/sh
# Builds the launcher with AddressSanitizer and UBSan into DIR and runs the sandbox's tests with it.
# usage: check.sh DIR     from the top of the checkout; CC and MVN are honoured
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=$(mkdir -p "$1" && cd "$1" && pwd)
# Static runtimes: in the container's root there is no library to find.
"${CC:-gcc}" -std=gnu11 -g -O1 -Wall -Wextra -Werror -D_GNU_SOURCE -fsanitize=address,undefined -fno-sanitize-recover=all \
  -static-libasan -static-libubsan -o "$out/launcher" "$here"/launcher/*.c
exec "${MVN:-mvn}" -q -B -pl runtime test -Dsurefire.failIfNoSpecifiedTests=false \
  -Dtest='LauncherTest,LauncherSandboxTest,MountTest,LaunchFailureTest,CancellationTest,TerminalTest' \
  -DargLine="-Dwadah.libexec=$out"
