#!/bin/bash
# Fractions of seconds before 1970 in pax archives of bsdtar
# Guess: a time of -0.75 is the record mtime=-0.75, as POSIX has decimal numbers and GNU tar writes them
# Seen:  bsdtar writes -1.25 (seconds rounded down, then the fraction), and reads the -0.75 of GNU tar as +0.75
set -euo pipefail
export LC_ALL=C TZ=UTC
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
package=libarchive-tools seen=3.6.2-1+deb12u5 installed=$(dpkg-query -W -f '${Version}' libarchive-tools 2>/dev/null || echo none)
echo "$package $installed"
[ "$installed" = "$seen" ] || echo "note: written for $package $seen"
touch -d @-0.75 file
bsdtar --format=pax -cf bsd.tar file
tar --format=posix -cf gnu.tar file
record() { tr '\0' '\n' <"$1" | grep -ao '[^a]mtime=.*' | head -1 | cut -c2-; }
written="$(record bsd.tar) $(record gnu.tar)"
mkdir out
bsdtar -C out -xf gnu.tar
read_back=$(stat -c %.Y out/file)

if [ "$written" = "mtime=-1.25 mtime=-0.75" ] && [ "$read_back" = "0.750000000" ]; then
  echo "bsdtar and GNU tar write $written; bsdtar reads that of GNU tar as $read_back"
else
  echo "changed: $written, read as $read_back" >&2
  exit 1
fi
