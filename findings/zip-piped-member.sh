#!/bin/bash
# Info-ZIP's zip and data from standard input
# Guess: the member is a regular file, or has no Unix mode, as nothing is known of the file
# Seen:  its type is that of standard input: from a pipe a FIFO (0010600), and the data is there all the same. unzip, libarchive
#        and 7-Zip make a regular file of it; a reader that goes by the mode alone makes an empty FIFO. From a file it is regular.
set -euo pipefail
export LC_ALL=C
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
version=$(dpkg-query -W -f '${Version}' zip)
echo "zip $version, $(bsdtar --version)"
[ "$version" = 3.0-13 ] || echo "note: written for zip 3.0-13"
echo data >data
cat data | zip -q piped.zip -
zip -q redirected.zip - <data
mode_of() { python3 -c 'import sys, zipfile; print("%o" % (zipfile.ZipFile(sys.argv[1]).infolist()[0].external_attr >> 16))' "$1"; }
piped=$(mode_of piped.zip)
redirected=$(mode_of redirected.zip)
size=$(python3 -c 'import zipfile; print(zipfile.ZipFile("piped.zip").infolist()[0].file_size)')
mkdir by-unzip by-bsdtar
unzip -q piped.zip -d by-unzip
bsdtar -xf piped.zip -C by-bsdtar
types=$(stat -c %F by-unzip/- by-bsdtar/- | sort -u)
echo "modes: piped $piped, redirected $redirected; size of the piped member: $size; extracted as: $types"

if [ "$piped ${redirected:0:3} $size $types" = "10600 100 5 regular file" ]; then
  echo "the piped member is a FIFO with data, and programs extract a file"
else
  echo "changed" >&2
  exit 1
fi
