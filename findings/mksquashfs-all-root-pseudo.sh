#!/bin/bash
# mksquashfs -all-root with pseudo definitions
# Guess: an owner for one entry takes precedence over an owner for all
# Seen:  -all-root overrides the owner in the definition, without a word (4.6 made this an option)
set -euo pipefail
export LC_ALL=C TZ=UTC
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
package=squashfs-tools seen=1:4.5.1-1 installed=$(dpkg-query -W -f '${Version}' squashfs-tools 2>/dev/null || echo none)
echo "$package $installed"
[ "$installed" = "$seen" ] || echo "note: written for $package $seen"
mkdir tree
mksquashfs tree image.sqfs -noappend -quiet -no-progress -all-root -p 'x d 755 5 6'
owner=$(unsquashfs -lln image.sqfs | awk '$NF == "squashfs-root/x" { print $2 }')

if [ "$owner" = 0/0 ]; then
  echo "x was defined with owner 5/6 and has $owner"
else
  echo "changed: owner $owner" >&2
  exit 1
fi
