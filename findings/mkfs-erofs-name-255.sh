#!/bin/bash
# mkfs.erofs and a file name of 255 bytes
# Guess: 255 bytes is the longest name of Linux and of the format, so it is packed like any other
# Seen:  1.5 writes no image: "Could not format the device : [Error 2] No such file or directory"; 254 bytes are packed
set -euo pipefail
export LC_ALL=C TZ=UTC
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
package=erofs-utils seen=1.5-1 installed=$(dpkg-query -W -f '${Version}' erofs-utils 2>/dev/null || echo none)
echo "$package $installed"
[ "$installed" = "$seen" ] || echo "note: written for $package $seen"
name=$(printf 'n%.0s' $(seq 255))
mkdir long short
echo text >"long/$name"
echo text >"short/${name:1}"
mkfs.erofs --quiet short.img short
fsck.erofs short.img
status=0
message=$(mkfs.erofs --quiet long.img long 2>&1) || status=$?

if [ "$status" != 0 ] && [[ $message == *"No such file or directory"* ]]; then
  echo "a name of 254 bytes is packed, one of 255 ends with $status:$(tr -s '[:space:]' ' ' <<<"${message#*erofs:}")"
else
  echo "changed: status $status for a name of 255 bytes: $message" >&2
  exit 1
fi
