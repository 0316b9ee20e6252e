#!/bin/bash
# Titles that begin with a digit as the default of a GRUB menu
# Guess: default='2nd' starts the entry with the title 2nd, as default='first' starts that with the title first
# Seen:  2nd is read as the number 2, whatever follows: the third entry starts. Case counts in titles, and a > in one is written twice
set -euo pipefail
export LC_ALL=C TZ=UTC
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
seen=2.06-13+deb12u2 installed=$(dpkg-query -W -f '${Version}' grub-pc-bin 2>/dev/null || echo none)
echo "grub-pc-bin $installed"
[ "$installed" = "$seen" ] || echo "note: written for grub-pc-bin $seen"

# Prints which entry starts with this default.
started() {
  mkdir -p tree/boot/grub
  cat >tree/boot/grub/grub.cfg <<EOF
serial --unit=0
terminal_output serial
set timeout=0
set default='$1'
menuentry 'first' { echo "started: first"; sleep 1; halt }
menuentry '2nd' { echo "started: second"; sleep 1; halt }
menuentry 'a > b' { echo "started: third"; sleep 1; halt }
EOF
  grub-mkrescue -d /usr/lib/grub/i386-pc -o disc.iso tree 2>/dev/null
  timeout 600 qemu-system-x86_64 -machine pc,accel=tcg -m 128 -display none -monitor none -nic none -no-reboot \
    -serial file:serial -cdrom disc.iso
  tr -d '\r' <serial | grep -ao 'started: [a-z]*' | head -n 1 | sed 's/.*: //'
}
result=
for default in first 2nd 'a >> b' 'a > b' 'A >> B'; do
  entry=$(started "$default")
  echo "$default: $entry"
  result+="$entry "
done
if [ "$result" != 'first third third first first ' ]; then
  echo "changed: $result" >&2
  exit 1
fi
