#!/bin/bash
# qemu-img convert to VHD
# Guess: the disk keeps its size
# Seen:  VHD sizes are whole cylinders: the disk grows, and the backup GPT is no longer in its last sector
set -euo pipefail
export LC_ALL=C TZ=UTC
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
package=qemu-utils seen=1:7.2+dfsg-7+deb12u18+b3 installed=$(dpkg-query -W -f '${Version}' qemu-utils 2>/dev/null || echo none)
echo "$package $installed"
[ "$installed" = "$seen" ] || echo "note: written for $package $seen"
truncate -s 10M raw
qemu-img convert -f raw -O vpc raw vhd
size=$(qemu-img info --output=json vhd | sed -n 's/.*"virtual-size": \([0-9]*\).*/\1/p' | head -1)

if [ "$size" -gt 10485760 ]; then
  echo "10485760 bytes became $size"
else
  echo "changed: $size" >&2
  exit 1
fi
