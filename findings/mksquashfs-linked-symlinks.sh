#!/bin/bash
# Hard links of symbolic links through mksquashfs
# Guess: names of one inode stay names of one inode, of every kind
# Seen:  links of files, pipes and devices are kept; two names of a symbolic link become two links
set -euo pipefail
export LC_ALL=C TZ=UTC
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
package=squashfs-tools seen=1:4.5.1-1 installed=$(dpkg-query -W -f '${Version}' squashfs-tools 2>/dev/null || echo none)
echo "$package $installed"
[ "$installed" = "$seen" ] || echo "note: written for $package $seen"
mkdir tree
echo text >tree/file; ln tree/file tree/file2
mkfifo tree/pipe; ln tree/pipe tree/pipe2
ln -s target tree/link; ln tree/link tree/link2
mksquashfs tree image.sqfs -noappend -quiet -no-progress
unsquashfs -quiet -no-progress -d out image.sqfs >unsquashfs.log
counts=$(cd out && stat -c '%h' file pipe link | tr '\n' ' ')

if [ "$counts" = "2 2 1 " ]; then
  echo "link counts of file, pipe, symbolic link: $counts"
else
  echo "changed: link counts $counts" >&2
  exit 1
fi
