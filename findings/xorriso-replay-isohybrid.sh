#!/bin/bash
# xorriso -boot_image any replay on a hybrid disc as Debian makes them: -isohybrid-mbr, -isohybrid-gpt-basdat, -isohybrid-apm-hfsplus
# Guess: the new disc has the partitions of the old one, in all three tables
# Seen:  no Apple partition map any more, and a protective MBR instead of one with the disc and its EFI image as partitions
set -euo pipefail
export LC_ALL=C TZ=UTC
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
package=xorriso seen=1.5.4-4 installed=$(dpkg-query -W -f '${Version}' xorriso 2>/dev/null || echo none)
echo "$package $installed"
[ "$installed" = "$seen" ] || echo "note: written for $package $seen"
mkdir -p tree/boot
# ISOLINUX's boot image has this mark at byte 64; the boot code begins with an instruction that a map of Apple partitions can replace.
{ head -c 64 /dev/zero; printf '\xfb\xc0\x78\x70'; head -c 20000 /dev/zero; } >tree/boot/isolinux.bin
{ printf '\x33\xed'; head -c 30 /dev/zero | tr '\0' '\220'; head -c 400 /dev/zero; } >code
truncate -s 1M tree/boot/efi.img
xorriso -as mkisofs -quiet -r -V DISC -o first.iso -isohybrid-mbr code -b boot/isolinux.bin -c boot/boot.cat -no-emul-boot -boot-load-size 4 \
  -boot-info-table -eltorito-alt-boot -e boot/efi.img -no-emul-boot -isohybrid-gpt-basdat -isohybrid-apm-hfsplus tree 2>/dev/null
echo added >file
xorriso -indev first.iso -outdev second.iso -boot_image any replay -map file /file 2>/dev/null || true
types() { for at in 450 466; do od -An -tx1 -j "$at" -N 1 "$1"; done | tr -d ' \n'; }
# An entry of the map begins with "PM", in the second block of 2048 bytes.
map() { head -c 2050 "$1" | tail -c 2 | tr -d '\0'; }
before="$(types first.iso) $(map first.iso)" after="$(types second.iso) $(map second.iso)"
if [ "$before" = "00ef PM" ] && [ "$after" = "ee00 " ]; then
  echo "first: partitions of types 00 and ef, an Apple map; replayed: one of type ee, no map"
else
  echo "changed: first $before; replayed $after" >&2
  exit 1
fi
