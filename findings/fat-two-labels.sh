#!/bin/bash
# A FAT volume whose two labels differ
# Guess: the label is in the boot sector, as older documentation says
# Seen:  blkid, mlabel and fsck.fat take the entry in the root directory; file(1) shows the boot sector
set -euo pipefail
export LC_ALL=C TZ=UTC
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
package=dosfstools seen=4.2-1 installed=$(dpkg-query -W -f '${Version}' dosfstools 2>/dev/null || echo none)
echo "$package $installed"
[ "$installed" = "$seen" ] || echo "note: written for $package $seen"
mkfs.fat -n ROOTLABEL -C image 2048 >mkfs.log
printf 'BOOTLABEL  ' | dd of=image bs=1 seek=43 conv=notrunc status=none
shown="$(blkid -p -s LABEL -o value image) $(mlabel -s -i image :: | awk '{ print $NF }')"

if [ "$shown" = "ROOTLABEL ROOTLABEL" ]; then
  echo "boot sector BOOTLABEL, root directory ROOTLABEL; blkid and mlabel show $shown"
else
  echo "changed: $shown" >&2
  exit 1
fi
