#!/bin/bash
# umoci unpack, and a whiteout that comes after the directory of its name
# Guess: entries of a layer may come in any order; the directory has the time that the layer states
# Seen:  the directory has the time of unpacking; if the whiteout comes first, it has its own
set -euo pipefail
export LC_ALL=C TZ=UTC
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
package=umoci seen=0.4.7+ds-3+b7 installed=$(dpkg-query -W -f '${Version}' umoci 2>/dev/null || echo none)
echo "$package $installed"
[ "$installed" = "$seen" ] || echo "note: written for $package $seen"
rootless=(); [ "$(id -u)" -eq 0 ] || rootless=(--rootless)
mkdir -p lower/d upper/d; touch lower/d/old upper/.wh.d upper/d/new
find lower upper -exec touch -d @1600000000 {} +
unpacked() {
  umoci init --layout "$1" && umoci new --image "$1:x"
  tar -C lower -cf lower.tar d && tar -C upper --no-recursion -cf upper.tar "${@:2}"
  for layer in lower upper; do umoci raw add-layer --image "$1:x" "$layer.tar"; done
  umoci unpack "${rootless[@]}" --image "$1:x" "$1.out"
  test ! -e "$1.out/rootfs/d/old"
  stat -c %Y "$1.out/rootfs/d"
}
first=$(unpacked a .wh.d d d/new) last=$(unpacked b d d/new .wh.d)

if [ "$first" = 1600000000 ] && [ "$last" -gt 1700000000 ]; then
  echo "whiteout first: $first, whiteout last: the time of unpacking"
else
  echo "changed: $first $last" >&2
  exit 1
fi
