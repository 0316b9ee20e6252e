#!/bin/bash
# Times that 32 bits cannot hold, in two squashfs writers
# Guess: all writers clamp, or all wrap
# Seen:  mksquashfs wraps (1969 becomes 2106, 2106 becomes 1970), tar2sqfs clamps
set -euo pipefail
export LC_ALL=C TZ=UTC
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
package=squashfs-tools seen=1:4.5.1-1 installed=$(dpkg-query -W -f '${Version}' squashfs-tools 2>/dev/null || echo none)
echo "$package $installed"
[ "$installed" = "$seen" ] || echo "note: written for $package $seen"
mkdir tree
touch -d @-5 tree/old; touch -d @4294967300 tree/late
mksquashfs tree one.sqfs -noappend -quiet -no-progress
tar --format=pax -C tree -cf tree.tar old late
tar2sqfs -q -f two.sqfs <tree.tar
year() { unsquashfs -lln "$1" | awk -v name="squashfs-root/$2" '$NF == name { print substr($4, 1, 4) }'; }
years="$(year one.sqfs old) $(year one.sqfs late) $(year two.sqfs old) $(year two.sqfs late)"

if [ "$years" = "2106 1970 1970 2106" ]; then
  echo "years of 1969 and 2106 by mksquashfs and by tar2sqfs: $years"
else
  echo "changed: years $years" >&2
  exit 1
fi
