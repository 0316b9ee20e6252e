#!/bin/bash
# genisoimage -allow-limited-size and files of 4 GiB
# Guess: the ISO 9660 record has the largest possible size, 4 GiB - 1, as the option promises a limited size
# Seen:  the size is taken modulo 2^32: a file of 4 GiB has 0 bytes, one byte more has 1
set -euo pipefail
export LC_ALL=C TZ=UTC
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
package=genisoimage seen=9:1.1.11-3.4 installed=$(dpkg-query -W -f '${Version}' genisoimage 2>/dev/null || echo none)
echo "$package $installed"
[ "$installed" = "$seen" ] || echo "note: written for $package $seen"
mkdir tree
truncate -s $((1 << 32)) tree/A; truncate -s $(((1 << 32) + 1)) tree/B
# Directories come first: the rest of the disc is not needed.
genisoimage -quiet -allow-limited-size -udf -o - tree 2>genisoimage.log | head -c 4000000 >start || true
sizes=$(python3 - <<'P'
data = open('start', 'rb').read()
at = int.from_bytes(data[0x8000 + 158:0x8000 + 162], 'little') * 2048
while data[at]:
    name = data[at + 33:at + 33 + data[at + 32]]
    if name[:1] in (b'A', b'B'):
        print(int.from_bytes(data[at + 10:at + 14], 'little'), end=' ')
    at += data[at]
P
)

if [ "$sizes" = "0 1 " ]; then
  echo "sizes in the records: $sizes"
else
  echo "changed: sizes $sizes" >&2
  exit 1
fi
