#!/bin/bash
# Order in newc archives of GNU cpio
# Guess: entries are in the order of the list
# Seen:  a file with several names waits until all of them are seen; incomplete ones come at the end
set -euo pipefail
export LC_ALL=C TZ=UTC
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
package=cpio seen=2.13+dfsg-7.1 installed=$(dpkg-query -W -f '${Version}' cpio 2>/dev/null || echo none)
echo "$package $installed"
[ "$installed" = "$seen" ] || echo "note: written for $package $seen"
mkdir tree; cd tree
for name in a b c; do echo "$name" >"$name"; done
ln a z; ln b outside
printf '%s\n' a b c z | cpio --quiet -o -H newc >../archive
cd ..
order=$(cpio --quiet -t <archive | tr '\n' ' ')

if [ "$order" = "c a z b " ]; then
  echo "list a b c z, archive $order"
else
  echo "changed: order $order" >&2
  exit 1
fi
