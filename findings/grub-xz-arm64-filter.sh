#!/bin/bash
# GRUB's squash4 and the branch filters of xz
# Guess: GRUB reads every xz block that unsquashfs reads
# Seen:  the filter for x86 is read, the one for arm64 is an "invalid xz chunk" (or another error of its xz reader)
set -euo pipefail
export LC_ALL=C TZ=UTC
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
package=grub-common seen=2.06-13+deb12u2 installed=$(dpkg-query -W -f '${Version}' grub-common 2>/dev/null || echo none)
echo "$package $installed"
[ "$installed" = "$seen" ] || echo "note: written for $package $seen"
mkdir tree
# Code of x86: without any, mksquashfs keeps the plain stream.
python3 - <<'P'
code = bytearray()
for i in range(20000):
    code += b'\xe8' + (0x200000 - len(code)).to_bytes(4, 'little', signed=True)
open('tree/file', 'wb').write(code)
P
mksquashfs tree x86.sqfs -noappend -quiet -no-progress -comp xz -Xbcj x86 -no-fragments -noI
# The same stream with the arm64 filter (id 0x0a in place of 0x04), which leaves these bytes alone, and with its checksums.
python3 - <<'P'
import lzma, zlib
data = bytearray(open('x86.sqfs', 'rb').read())
header = data.find(b'\xfd7zXZ\0') + 12
size = (data[header] + 1) * 4
body = data[header:header + size - 4]

def number(at):
    value = shift = 0
    while True:
        value |= (body[at] & 0x7f) << shift
        shift += 7
        at += 1
        if not body[at - 1] & 0x80:
            return value, at

assert body[1] & 0xc0 == 0xc0, 'both sizes are in the header'
packed, at = number(2)
_, at = number(at)
assert body[at] == 0x04, 'the filter for x86'
body[at] = 0x0a
data[header:header + size - 4] = body
data[header + size - 4:header + size] = zlib.crc32(body).to_bytes(4, 'little')
start = header + size
plain = lzma.decompress(bytes(data[start:start + packed]), lzma.FORMAT_RAW, filters=[{'id': lzma.FILTER_LZMA2, 'dict_size': 1 << 20}])
check = start + (packed + 3) // 4 * 4
data[check:check + 4] = zlib.crc32(plain).to_bytes(4, 'little')
open('arm64.sqfs', 'wb').write(data)
P
bytes_read() { { grub-fstest "$PWD/$1" cat "$2" 2>"$1.log" || true; } | wc -c; }
x86=$(bytes_read x86.sqfs /file) arm64=$(bytes_read arm64.sqfs /file)
unsquashfs -quiet -no-progress -d out arm64.sqfs >unsquashfs.log 2>&1 && linux=$(stat -c %s out/file) || linux=0

if [ "$x86" = 100000 ] && [ "$linux" = 100000 ] && [ "$arm64" -lt 100000 ]; then
  echo "bytes of 100000 read: x86 filter $x86 by GRUB; arm64 filter $linux by unsquashfs, $arm64 by GRUB ($(head -1 arm64.sqfs.log))"
else
  echo "changed: x86 $x86, unsquashfs $linux, GRUB $arm64" >&2
  exit 1
fi
