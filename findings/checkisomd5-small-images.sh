#!/bin/bash
# implantisomd5 and checkisomd5 on a small ISO
# Guess: checkisomd5 verifies what implantisomd5 has just written
# Seen:  below about 430 KB checkisomd5 fails the intact image
set -euo pipefail
export LC_ALL=C TZ=UTC
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
package=isomd5sum seen=1:1.2.3-5+b4 installed=$(dpkg-query -W -f '${Version}' isomd5sum 2>/dev/null || echo none)
echo "$package $installed"
[ "$installed" = "$seen" ] || echo "note: written for $package $seen"
verdict() {
  mkdir -p tree
  head -c "$1" /dev/zero | tr '\0' 'x' >tree/file
  xorriso -as mkisofs -quiet -no-pad -o image tree 2>xorriso.log
  implantisomd5 -f image >implant.log
  checkisomd5 image </dev/null >check.log 2>&1 && echo passes || echo fails
}
small=$(verdict 200000)
large=$(verdict 1000000)

if [ "$small $large" = "fails passes" ]; then
  echo "an ISO of a file of 200 kB $small the check of its own tag, one of 1 MB $large"
else
  echo "changed: small $small, large $large" >&2
  exit 1
fi
