#!/bin/bash
# mke2fs -d and times
# Guess: ext4 stores nanoseconds and years to 2446, and mke2fs writes both
# Seen:  fractions are dropped, and a time after 2038 wraps: 2128 becomes 1992
set -euo pipefail
export LC_ALL=C TZ=UTC
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
package=e2fsprogs seen=1.47.0-2+b2 installed=$(dpkg-query -W -f '${Version}' e2fsprogs 2>/dev/null || echo none)
echo "$package $installed"
[ "$installed" = "$seen" ] || echo "note: written for $package $seen"
mkdir tree
touch -d @1700000000.123456789 tree/exact; touch -d @5000000000 tree/late
truncate -s 4M image
mke2fs -q -F -t ext4 -d tree image
time_of() { debugfs -R "stat /$1" image 2>/dev/null | sed -n 's/.* mtime: \([^ ]*\) .*/\1/p'; }
times="$(time_of exact) $(time_of late)"

if [ "$times" = "0x6553f100:00000000 0x2a05f200:00000000" ]; then
  echo "seconds:nanoseconds of 2023.123456789 and of 2128: $times"
else
  echo "changed: $times" >&2
  exit 1
fi
