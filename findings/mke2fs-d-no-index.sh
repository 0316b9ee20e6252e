#!/bin/bash
# mke2fs -d and dir_index
# Guess: the feature dir_index is on, so large directories get a hash index
# Seen:  directories are linear; e2fsck -D adds the index afterwards
set -euo pipefail
export LC_ALL=C TZ=UTC
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
package=e2fsprogs seen=1.47.0-2+b2 installed=$(dpkg-query -W -f '${Version}' e2fsprogs 2>/dev/null || echo none)
echo "$package $installed"
[ "$installed" = "$seen" ] || echo "note: written for $package $seen"
mkdir -p tree/many
for number in $(seq 600); do : >"tree/many/a-rather-long-file-name-$number"; done
truncate -s 16M image
mke2fs -q -F -t ext4 -b 4096 -d tree image
has_feature=$(dumpe2fs -h image 2>/dev/null | grep -c dir_index)
before=$(debugfs -R 'htree_dump /many' image 2>&1 | grep -c 'Not a hash-indexed' || true)
e2fsck -fyD image >e2fsck.log 2>&1 || true
after=$(debugfs -R 'htree_dump /many' image 2>&1 | grep -c 'Not a hash-indexed' || true)

if [ "$has_feature $before $after" = "1 1 0" ]; then
  echo "dir_index is set; /many has no index until e2fsck -D"
else
  echo "changed: feature $has_feature, linear before $before, after $after" >&2
  exit 1
fi
