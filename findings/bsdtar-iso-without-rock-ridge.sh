#!/bin/bash
# libarchive on an ISO without Rock Ridge
# Guess: directories and files are readable by everyone, 0555, as the kernel mounts them
# Seen:  files are 0400, directories 0700
set -euo pipefail
export LC_ALL=C TZ=UTC
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
package=libarchive-tools seen=3.6.2-1+deb12u5 installed=$(dpkg-query -W -f '${Version}' libarchive-tools 2>/dev/null || echo none)
echo "$package $installed"
[ "$installed" = "$seen" ] || echo "note: written for $package $seen"
mkdir tree; echo text >tree/a; mkdir tree/d
genisoimage -quiet -o image tree
modes=$(bsdtar -tvf image | awk '{ print $1 }' | sort -u | tr '\n' ' ')

if [ "$modes" = "-r-------- drwx------ " ]; then
  echo "modes: $modes"
else
  echo "changed: modes $modes" >&2
  exit 1
fi
