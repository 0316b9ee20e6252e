#!/bin/bash
# Hard links through gensquashfs --pack-dir
# Guess: a packer of directories keeps hard links, as mksquashfs and tar do
# Seen:  every name becomes a file, with data shared only because equal files are
set -euo pipefail
export LC_ALL=C TZ=UTC
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
package=squashfs-tools-ng seen=1.2.0-1 installed=$(dpkg-query -W -f '${Version}' squashfs-tools-ng 2>/dev/null || echo none)
echo "$package $installed"
[ "$installed" = "$seen" ] || echo "note: written for $package $seen"
mkdir tree
echo text >tree/a; ln tree/a tree/b
gensquashfs -q -f -D tree image.sqfs
unsquashfs -quiet -no-progress -d out image.sqfs >unsquashfs.log
count=$(stat -c %h out/a)

if [ "$count" = 1 ]; then
  echo "two names of one file: link count $count in the image"
else
  echo "changed: link count $count" >&2
  exit 1
fi
