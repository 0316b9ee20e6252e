#!/bin/bash
# mksquashfs -sort with an empty file
# Guess: an empty list of priorities changes nothing: equal priorities keep the order of the tree
# Seen:  the order of all file data is reversed, so -sort is not stable among equals
set -euo pipefail
export LC_ALL=C TZ=UTC
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
package=squashfs-tools seen=1:4.5.1-1 installed=$(dpkg-query -W -f '${Version}' squashfs-tools 2>/dev/null || echo none)
echo "$package $installed"
[ "$installed" = "$seen" ] || echo "note: written for $package $seen"
mkdir tree
for name in a b c; do yes "$name" | head -c 20000 >"tree/$name" || true; done
: >empty
place() { python3 - "$1" <<'P'
import sys
data = open(sys.argv[1], 'rb').read()
print(''.join(sorted('abc', key=lambda n: data.find((n + '\n').encode() * 100))))
P
}
options=(-noappend -quiet -no-progress -noD -noF -no-fragments)
mksquashfs tree plain.sqfs "${options[@]}"
mksquashfs tree sorted.sqfs "${options[@]}" -sort empty
plain=$(place plain.sqfs) sorted=$(place sorted.sqfs)

if [ "$plain" = abc ] && [ "$sorted" = cba ]; then
  echo "data without -sort: $plain; with an empty sort file: $sorted"
else
  echo "changed: $plain, $sorted" >&2
  exit 1
fi
