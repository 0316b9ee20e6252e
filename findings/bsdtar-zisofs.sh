#!/bin/sh
# bsdtar's zisofs: a disc that it writes reads back as different bytes, without an error.
#
# libarchive writes ISO 9660 with files stored compressed (--options zisofs). A good guess is that it reads back what it wrote, and
# that each block of 32 KiB is one stream of zlib between two entries of the table of blocks. With libarchive 3.6.2 the table
# cuts streams in the middle: some blocks are incomplete, and bytes of others are lost. bsdtar writes with exit 0.
#
# Needs Debian's libarchive-tools 3.6.2 and python3. Ends with an error if that changes.
set -eu
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cd "$directory"
bsdtar --version
bsdtar --version | grep -q 'libarchive 3\.6\.2' || { echo 'another version of libarchive: not checked' >&2; exit 1; }

mkdir tree
seq 1 60000 >tree/numbers
bsdtar -cf disc.iso --format iso9660 --options zisofs -C tree numbers
if bsdtar -xOf disc.iso numbers 2>/dev/null | cmp -s - tree/numbers; then echo 'bsdtar reads back what it wrote' >&2; exit 1; fi
echo 'bsdtar does not read back what it wrote'
python3 - <<'P'
import struct, zlib
disc = open('disc.iso', 'rb').read()
at = disc.index(bytes.fromhex('37e45396c9dbd607'))
size, header, log = struct.unpack_from('<IBB', disc, at + 8)
blocks = -(-size >> log)
table = struct.unpack_from(f'<{blocks + 1}I', disc, at + header * 4)
whole = 0
for start, end in zip(table, table[1:]):
    stream = zlib.decompressobj()
    try:
        stream.decompress(disc[at + start:at + end])
        whole += stream.eof
    except zlib.error:
        pass
print(f'{whole} of {blocks} blocks are whole streams')
assert whole < blocks
P
