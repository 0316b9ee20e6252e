#!/bin/bash
# mkfs.erofs 1.8.6 with blocks of 1024 bytes, and with blocks of 512 bytes in clusters of 1 MiB, the largest that -C takes
# Guess: an image that mkfs.erofs makes, with exit 0, is one that fsck.erofs of the same version reads
# Seen:  of 1024 bytes no superblock fits: "invalid sb_extslots 0 (more than a fs block)"; and 2048 blocks are more than the 11 bits of an index
#        count, so the file cannot be extracted: "cannot found CBLKCNT". Blocks of 2048 bytes and clusters of 512 KiB are read
set -euo pipefail
export LC_ALL=C TZ=UTC
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
seen=1.8.6 release=trixie
mmdebstrap --quiet --variant=extract --include=erofs-utils,libc6 "$release" root
libraries=(root/usr/lib/*-linux-gnu)
utils() { "$libraries"/ld-linux-*.so.* --library-path "$libraries" "root/usr/bin/$1" "${@:2}"; }
version=$(utils mkfs.erofs --version | grep -oE '[0-9]+\.[0-9.]+' | head -1)
echo "erofs-utils $version of $release"
[ "$version" = "$seen" ] || echo "note: written for erofs-utils $seen"
mkdir tree
# Text that becomes more than 1 MiB, so that a whole cluster is used.
seq 1 900000 >tree/file

# Prints what fsck.erofs says of an image with blocks of $1 and clusters of $2 bytes.
try() {
  local status=0 message
  utils mkfs.erofs --quiet -zlz4 -b"$1" -C"$2" image tree
  message=$(utils fsck.erofs --extract=out --overwrite image 2>&1) || status=$?
  if [ "$status" = 0 ] && cmp -s tree/file out/file; then echo "reads it"; else echo "ends with $status: ${message%%$'\n'*}"; fi
}
declare -A result
for sizes in '2048 65536' '1024 65536' '512 524288' '512 1048576'; do
  result[$sizes]=$(try $sizes)
  echo "blocks and clusters of $sizes bytes: fsck.erofs ${result[$sizes]}"
done

if [[ ${result['2048 65536']}${result['512 524288']} == 'reads itreads it' ]] &&
  [[ ${result['1024 65536']} == *sb_extslots* && ${result['512 1048576']} == *CBLKCNT* ]]; then
  echo "two images that mkfs.erofs made without a word cannot be read"
else
  echo "changed: other images are read, or for other reasons not" >&2
  exit 1
fi
