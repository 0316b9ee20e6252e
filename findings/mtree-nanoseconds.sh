#!/bin/bash
# Times in mtree specifications of bsdtar
# Guess: time=1700000000.5 is half a second, as in every other notation of times
# Seen:  it is 5 nanoseconds: the digits after the point are a number, written and read without leading zeros
set -euo pipefail
export LC_ALL=C TZ=UTC
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
package=libarchive-tools seen=3.6.2-1+deb12u5 installed=$(dpkg-query -W -f '${Version}' libarchive-tools 2>/dev/null || echo none)
echo "$package $installed"
[ "$installed" = "$seen" ] || echo "note: written for $package $seen"
mkdir tree; touch -d @1700000000.000000005 tree/file
written=$(bsdtar -C tree -cf - --format=mtree --options='!all,time' file | awk 'END { print $NF }')
printf '#mtree\n./half type=file mode=0644 time=1700000000.5 contents=tree/file\n' >spec
bsdtar --format=pax -cf half.tar @spec
read=$(grep -ao 'mtime=[0-9.]*' half.tar)

if [ "$written $read" = "time=1700000000.5 mtime=1700000000.000000005" ]; then
  echo "5 nanoseconds are written as $written, and that is read as $read"
else
  echo "changed: $written $read" >&2
  exit 1
fi
