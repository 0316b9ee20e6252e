#!/bin/bash
# blkid of a disc with both ISO 9660 and UDF
# Guess: type iso9660: that is what firmware, isoinfo and most tools look at
# Seen:  type udf, and as UUID the start of the UDF volume set identifier, no date
set -euo pipefail
export LC_ALL=C TZ=UTC
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
package=util-linux seen=2.38.1-5+deb12u3 installed=$(dpkg-query -W -f '${Version}' util-linux 2>/dev/null || echo none)
echo "$package $installed"
[ "$installed" = "$seen" ] || echo "note: written for $package $seen"
mkdir tree; echo text >tree/a
genisoimage -quiet -udf -V LABEL -o image tree
type=$(blkid -p -s TYPE -o value image)

if [ "$type" = udf ]; then
  echo "blkid: $type"
else
  echo "changed: $type" >&2
  exit 1
fi
