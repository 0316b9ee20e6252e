#!/bin/bash
# xorriso and a symbolic link with a target of 1024 bytes
# Guess: one entry that cannot be stored is left out with a message, or continued: Rock Ridge has no limit
# Seen:  the whole disc is refused; 1023 bytes are fine
set -euo pipefail
export LC_ALL=C TZ=UTC
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
package=xorriso seen=1.5.4-4 installed=$(dpkg-query -W -f '${Version}' xorriso 2>/dev/null || echo none)
echo "$package $installed"
[ "$installed" = "$seen" ] || echo "note: written for $package $seen"
target() { head -c "$1" /dev/zero | tr '\0' a | sed 's|\(a\{99\}\)a|\1/|g'; }
mkdir fine refused
ln -s "$(target 1023)" fine/link; ln -s "$(target 1024)" refused/link
xorriso -as mkisofs -quiet -R -o fine.iso fine 2>fine.log && fine=yes || fine=no
xorriso -as mkisofs -quiet -R -o refused.iso refused 2>refused.log && refused=no || refused=yes

if [ "$fine $refused" = "yes yes" ] && grep -q "path too long" refused.log; then
  echo "1023 bytes are written; 1024: $(grep -m1 "too long" refused.log)"
else
  echo "changed: fine $fine, refused $refused" >&2
  exit 1
fi
