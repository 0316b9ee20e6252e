#!/bin/bash
# resize2fs -M once
# Guess: it shrinks the file system to its smallest size
# Seen:  more than a tenth is free after the first run; the second run still shrinks
set -euo pipefail
export LC_ALL=C TZ=UTC
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
package=e2fsprogs seen=1.47.0-2+b2 installed=$(dpkg-query -W -f '${Version}' e2fsprogs 2>/dev/null || echo none)
echo "$package $installed"
[ "$installed" = "$seen" ] || echo "note: written for $package $seen"
mkdir tree
for number in $(seq 300); do head -c 2000 /dev/zero | tr '\0' x >"tree/$number"; done
truncate -s 40M image
mke2fs -q -F -t ext4 -d tree image
blocks() { dumpe2fs -h image 2>/dev/null | sed -n "s/^$1: *//p"; }
for run in 1 2; do
  e2fsck -fy image >e2fsck.log 2>&1 || true
  resize2fs -M image >resize2fs.log 2>&1
  [ "$run" = 1 ] && first="$(blocks 'Block count')" free="$(blocks 'Free blocks')"
done
second=$(blocks 'Block count')

if [ "$second" -lt "$first" ] && [ $((free * 10)) -gt "$first" ]; then
  echo "first run: $first blocks, $free of them free; second run: $second blocks"
else
  echo "changed: first $first, free $free, second $second" >&2
  exit 1
fi
