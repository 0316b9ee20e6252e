#!/bin/bash
# Hard links of pipes in GNU tar
# Guess: every hard link becomes a link entry: the format has one for any kind
# Seen:  files and symbolic links do, pipes (and devices) are stored once per name
set -euo pipefail
export LC_ALL=C TZ=UTC
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
package=tar seen=1.34+dfsg-1.2+deb12u1 installed=$(dpkg-query -W -f '${Version}' tar 2>/dev/null || echo none)
echo "$package $installed"
[ "$installed" = "$seen" ] || echo "note: written for $package $seen"
mkdir tree
echo text >tree/file; ln tree/file tree/file2
ln -s target tree/link; ln tree/link tree/link2
mkfifo tree/pipe; ln tree/pipe tree/pipe2
tar -C tree -cf tree.tar file file2 link link2 pipe pipe2
kinds=$(tar -tvf tree.tar | cut -c1 | tr -d '\n')

if [ "$kinds" = "-hlhpp" ]; then
  echo "kinds of file file2 link link2 pipe pipe2: $kinds"
else
  echo "changed: kinds $kinds" >&2
  exit 1
fi
