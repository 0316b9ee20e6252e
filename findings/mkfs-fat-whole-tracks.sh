#!/bin/bash
# mkfs.fat and a size that is not a whole number of tracks
# Guess: the volume covers the whole file
# Seen:  it is rounded down to whole tracks of the assumed geometry: sectors at the end are left out
set -euo pipefail
export LC_ALL=C TZ=UTC
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
package=dosfstools seen=4.2-1 installed=$(dpkg-query -W -f '${Version}' dosfstools 2>/dev/null || echo none)
echo "$package $installed"
[ "$installed" = "$seen" ] || echo "note: written for $package $seen"
truncate -s $((40970 * 512)) image
mkfs.fat image >mkfs.log
sectors=$(od -An -tu2 -j19 -N2 image | tr -d ' ')

if [ "$sectors" = 40960 ]; then
  echo "40970 sectors in the file, $sectors in the volume"
else
  echo "changed: $sectors sectors" >&2
  exit 1
fi
