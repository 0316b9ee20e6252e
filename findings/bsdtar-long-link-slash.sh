#!/bin/bash
# libarchive and a symbolic link whose target fills two Rock Ridge SL fields
# Guess: components of a target are joined by slashes, in any field: xorriso and isoinfo read it so
# Seen:  the slash between two fields is missing, on a disc of xorriso
set -euo pipefail
export LC_ALL=C TZ=UTC
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
package=libarchive-tools seen=3.6.2-1+deb12u5 installed=$(dpkg-query -W -f '${Version}' libarchive-tools 2>/dev/null || echo none)
echo "$package $installed"
[ "$installed" = "$seen" ] || echo "note: written for $package $seen"
of() { head -c "$2" /dev/zero | tr '\0' "$1"; }
mkdir tree
target="$(of x 100)/$(of y 100)/$(of z 60)"
ln -s "$target" tree/link
xorriso -as mkisofs -quiet -R -o xorriso.iso tree 2>/dev/null
by_bsdtar() { bsdtar -tvf "$1" | sed -n 's/.* link -> //p' | tr -d '\n'; }
by_isoinfo() { isoinfo -R -l -i "$1" | sed -n 's/.* link -> //p' | tr -d ' \n'; }
lost="$(of x 100)/$(of y 100)$(of z 60)"

if [ "$(by_isoinfo xorriso.iso)" = "$target" ] && [ "$(by_bsdtar xorriso.iso)" = "$lost" ]; then
  echo "isoinfo reads ${#target} bytes, bsdtar ${#lost}: the second slash is missing"
else
  echo "changed: bsdtar reads $(by_bsdtar xorriso.iso | wc -c) of ${#target} bytes" >&2
  exit 1
fi
