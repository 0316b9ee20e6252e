#!/bin/bash
# osslsigncode and an EFI program with two signatures in its certificate table
# Guess: the table may have several entries (PE format, "Attribute Certificate Table"), as that of shims signed by both CAs has
# Seen:  2.9 reads programs with one; the same with a second entry is a "Corrupted attribute certificate table"
set -euo pipefail
export LC_ALL=C TZ=UTC
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
package=osslsigncode seen='2.9-1~bpo12+1' installed=$(dpkg-query -W -f '${Version}' osslsigncode 2>/dev/null || echo none)
echo "$package $installed"
[ "$installed" = "$seen" ] || echo "note: written for $package $seen"
grub-mkimage -O x86_64-efi -o program.efi -p / normal
for name in one two; do
  openssl req -x509 -newkey rsa:2048 -nodes -keyout $name.key -out $name.crt -subj /CN=$name -days 30 2>/dev/null
  osslsigncode sign -certs $name.crt -key $name.key -in program.efi -out $name.efi >/dev/null
done
# The entry of the other program, which signs the same digest, goes after the first one.
cat >join.py <<'EOF'
import struct
one, two = (bytearray(open(name, 'rb').read()) for name in ('one.efi', 'two.efi'))
entry = struct.unpack_from('<I', one, 0x3c)[0] + 24 + 112 + 4 * 8
at, size = struct.unpack_from('<II', one, entry)
other_at, other_size = struct.unpack_from('<II', two, entry)
joined = one[:at + size] + two[other_at:other_at + other_size]
struct.pack_into('<II', joined, entry, at, size + other_size)
open('both.efi', 'wb').write(joined)
EOF
python3 join.py
said() { osslsigncode extract-signature -in "$1" -out "$1.sig" 2>&1 || true; }
seen=
for name in one two both; do
  case $(said $name.efi) in
    *'Corrupted attribute certificate table'*) seen+="$name: Corrupted attribute certificate table"$'\n' ;;
    *Succeeded*) seen+="$name: Succeeded"$'\n' ;;
    *) seen+="$name: other"$'\n' ;;
  esac
done

if [ "$seen" = $'one: Succeeded\ntwo: Succeeded\nboth: Corrupted attribute certificate table\n' ]; then
  printf '%s' "$seen"
else
  printf 'changed:\n%s' "$seen" >&2
  exit 1
fi
