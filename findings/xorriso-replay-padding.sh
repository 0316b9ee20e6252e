#!/bin/bash
# xorriso -boot_image any replay on a disc whose appended partition is in a GPT
# Guess: the new disc has a GPT as sound as the old one, which xorriso made
# Seen:  the padding of 300 KiB comes after the backup header of the GPT, and its own partition, "Gap1", is not listed any more
set -euo pipefail
export LC_ALL=C TZ=UTC
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
package=xorriso seen=1.5.4-4 installed=$(dpkg-query -W -f '${Version}' xorriso 2>/dev/null || echo none)
echo "$package $installed"
[ "$installed" = "$seen" ] || echo "note: written for $package $seen"
mkdir -p tree/boot
head -c 6000 /dev/zero >tree/boot/loader.img
head -c 2000000 /dev/zero >tree/data
head -c 446 /dev/zero >code
truncate -s 2M esp.img
basic=EBD0A0A2-B9E5-4433-87C0-68B6B72699C7 system=C12A7328-F81F-11D2-BA4B-00A0C93EC93B
xorriso -as mkisofs -quiet -r -V DISC -o first.iso --grub2-mbr code -partition_offset 16 -append_partition 2 $system esp.img \
  -appended_part_as_gpt -iso_mbr_part_type $basic -c /boot.catalog -b /boot/loader.img -no-emul-boot -boot-load-size 4 \
  -boot-info-table --grub2-boot-info -eltorito-alt-boot -e '--interval:appended_partition_2:::' -no-emul-boot tree 2>/dev/null
echo added >file
xorriso -indev first.iso -outdev second.iso -boot_image any replay -map file /file 2>/dev/null
partitions() { sgdisk -p "$1" | grep -c '^ *[0-9]'; }
# The backup header is "EFI PART" in the last 512 bytes.
signature() { tail -c 512 "$1" | head -c 8 | tr -d '\0'; }
before="$(partitions first.iso) $(signature first.iso)" after="$(partitions second.iso) $(signature second.iso)"
if [ "$before" = "3 EFI PART" ] && [ "$after" = "2 " ]; then
  echo "first: 3 partitions, backup header in the last sector; replayed: 2 partitions, zeros in the last sector"
else
  echo "changed: first $before; replayed $after" >&2
  exit 1
fi
