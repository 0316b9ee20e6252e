#!/bin/bash
# mke2fs -d and the root directory itself
# Guess: the directory given is copied with its mode and owner: it is the root of the file system
# Seen:  mode 0755, owner 0:0, and the time of the run, with any directory
set -euo pipefail
export LC_ALL=C TZ=UTC
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
package=e2fsprogs seen=1.47.0-2+b2 installed=$(dpkg-query -W -f '${Version}' e2fsprogs 2>/dev/null || echo none)
echo "$package $installed"
[ "$installed" = "$seen" ] || echo "note: written for $package $seen"
mkdir tree; chmod 711 tree; touch -d @1600000000 tree
[ "$(id -u)" = 0 ] && chown 5:6 tree
truncate -s 4M image
mke2fs -q -F -t ext4 -d tree image
root=$(debugfs -R 'stat /' image 2>/dev/null)
mode=$(sed -n 's/.*Mode: *\([0-9]*\).*/\1/p' <<<"$root") user=$(sed -n 's/^User: *\([0-9]*\).*/\1/p' <<<"$root")
old=$(grep -c 'mtime: 0x5f5e1000' <<<"$root" || true)

if [ "$mode $user $old" = "0755 0 0" ]; then
  echo "a root of mode 0711 became mode $mode, user $user, with the time of the run"
else
  echo "changed: mode $mode, user $user, time kept $old" >&2
  exit 1
fi
