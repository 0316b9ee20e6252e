#!/bin/bash
# mke2fs -d and equal attribute blocks
# Guess: equal attribute blocks are shared, as the kernel and the reference count in the block make possible
# Seen:  each inode gets a separate block
set -euo pipefail
export LC_ALL=C TZ=UTC
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
package=e2fsprogs seen=1.47.0-2+b2 installed=$(dpkg-query -W -f '${Version}' e2fsprogs 2>/dev/null || echo none)
echo "$package $installed"
[ "$installed" = "$seen" ] || echo "note: written for $package $seen"
mkdir tree
value=$(head -c 900 /dev/zero | tr '\0' x)
for name in a b; do : >"tree/$name"; setfattr -n user.large -v "$value" "tree/$name"; done
truncate -s 4M image
mke2fs -q -F -t ext4 -d tree image
block() { debugfs -R "stat /$1" image 2>/dev/null | sed -n 's/^File ACL: *\([0-9]*\).*/\1/p'; }
a=$(block a) b=$(block b)

if [ "$a" -gt 0 ] && [ "$b" -gt 0 ] && [ "$a" != "$b" ]; then
  echo "equal attributes of two files in blocks $a and $b"
else
  echo "changed: blocks $a and $b" >&2
  exit 1
fi
