#!/bin/bash
# xorriso and the records ".." of Joliet directories
# Guess: they lead to the directory above, as those of the primary hierarchy do
# Seen:  each leads to its own directory; no reader is known to use them
set -euo pipefail
export LC_ALL=C TZ=UTC
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
package=xorriso seen=1.5.4-4 installed=$(dpkg-query -W -f '${Version}' xorriso 2>/dev/null || echo none)
echo "$package $installed"
[ "$installed" = "$seen" ] || echo "note: written for $package $seen"
mkdir -p tree/a/b; echo text >tree/a/b/file
xorriso -as mkisofs -quiet -R -J -o disc.iso tree 2>/dev/null
number() { od -An -tu"$2" -j "$1" -N "$2" disc.iso | tr -d ' '; }
# Block of the directory "a", and the blocks that its records "." and ".." name; the root record is at byte 156 of a descriptor.
links() {
  local root first second
  root=$(($(number $(($1 * 2048 + 158)) 4) * 2048))
  first=$(number "$root" 1); second=$(number $((root + first)) 1)
  local own=$(($(number $((root + first + second + 2)) 4)))
  local at=$((own * 2048)); local self; self=$(number "$at" 1)
  echo "$((root / 2048)) $own $(number $((at + self + 2)) 4)"
}
joliet=17
while [ "$(number $((joliet * 2048)) 1)" != 2 ]; do joliet=$((joliet + 1)); done
read -r root _ above <<<"$(links 16)"
read -r _ own up <<<"$(links "$joliet")"

if [ "$above" = "$root" ] && [ "$up" = "$own" ]; then
  echo "primary: .. of a leads to block $above, the root; Joliet: .. of a leads to block $up, which is a itself"
else
  echo "changed: primary root $root, .. $above; Joliet own $own, .. $up" >&2
  exit 1
fi
