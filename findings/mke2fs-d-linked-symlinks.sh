#!/bin/bash
# mke2fs -d and hard links of symbolic links
# Guess: hard links are kept for every kind, or for files only
# Seen:  kept for files, pipes and devices; a symbolic link with two names becomes two inodes
set -euo pipefail
export LC_ALL=C TZ=UTC
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
package=e2fsprogs seen=1.47.0-2+b2 installed=$(dpkg-query -W -f '${Version}' e2fsprogs 2>/dev/null || echo none)
echo "$package $installed"
[ "$installed" = "$seen" ] || echo "note: written for $package $seen"
mkdir tree
echo text >tree/file; ln tree/file tree/file2
mkfifo tree/pipe; ln tree/pipe tree/pipe2
ln -s target tree/link; ln tree/link tree/link2
truncate -s 4M image
mke2fs -q -F -t ext4 -d tree image
links() { debugfs -R "stat /$1" image 2>/dev/null | sed -n 's/.*Links: \([0-9]*\).*/\1/p'; }
counts="$(links file) $(links pipe) $(links link)"

if [ "$counts" = "2 2 1" ]; then
  echo "link counts of file, pipe, symbolic link: $counts"
else
  echo "changed: link counts $counts" >&2
  exit 1
fi
