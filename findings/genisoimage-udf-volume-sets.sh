#!/bin/bash
# The two volume descriptor sequences of genisoimage -udf
# Guess: the reserve sequence is a copy of the main one (ECMA-167 3/8.4.2), so either identifies the volume
# Seen:  their volume set identifiers differ: the number of the sector is part of it
set -euo pipefail
export LC_ALL=C TZ=UTC
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
package=genisoimage seen=9:1.1.11-3.4 installed=$(dpkg-query -W -f '${Version}' genisoimage 2>/dev/null || echo none)
echo "$package $installed"
[ "$installed" = "$seen" ] || echo "note: written for $package $seen"
mkdir tree; echo text >tree/a
genisoimage -quiet -udf -V LABEL -o image tree
cat >sets.py <<'EOF'
import struct
image = open('image', 'rb').read()
# The anchor in block 256 has the places of both sequences.
_, main, _, reserve = struct.unpack_from('<IIII', image, 256 * 2048 + 16)
for start in main, reserve:
    blocks = [image[(start + i) * 2048:][:2048] for i in range(16)]
    primary = next(block for block in blocks if struct.unpack_from('<H', block)[0] == 1)
    print(primary[73:200].split(b'\0')[0].decode())
EOF
mapfile -t sets < <(python3 sets.py)

if [ "${#sets[@]}" = 2 ] && [ "${sets[0]:0:8}" = "${sets[1]:0:8}" ] && [ "${sets[0]}" != "${sets[1]}" ]; then
  echo "main sequence: ${sets[0]}, reserve sequence: ${sets[1]}"
else
  echo "changed: ${sets[*]}" >&2
  exit 1
fi
