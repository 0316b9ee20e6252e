#!/bin/bash
# dracut's live module and a label with blanks: root=live:CDLABEL=A LABEL
# Guess: it is found, because the module turns a blank into \x20, as udev names the link in /dev/disk/by-label
# Seen:  the path is right until initqueue writes it without quotes into a script: the shell drops the backslash, and Ax20LABEL is mounted
set -euo pipefail
export LC_ALL=C TZ=UTC
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
chmod 755 . # apt downloads as another user
package=dracut-live seen=059-4
apt-get -qq download "$package" dracut-core 2>/dev/null
for file in *.deb; do dpkg-deb -x "$file" tree; done
found=$(dpkg-deb -f "$package"_*.deb Version)
echo "$package $found"
[ "$found" = "$seen" ] || echo "note: written for $package $seen"
modules=$dir/tree/usr/lib/dracut/modules.d

# The module reads the argument as dracut hands it on, and names the device.
device=$(
  getargbool() { return 1; }
  modprobe() { :; }
  info() { :; }
  wait_for_dev() { :; }
  set +eu
  root='live:CDLABEL=A LABEL'
  . "$modules/90dmsquash-live/parse-dmsquash-live.sh" >/dev/null
  echo "${root#live:}"
)
echo "device: $device"

# udev calls initqueue with that device; its script is run later.
mkdir -p hooks/initqueue/settled bin
printf '#!/bin/sh\nprintf "%%s\\n" "$1" >"%s/mounted"\n' "$dir" >bin/dmsquash-live-root
chmod +x bin/dmsquash-live-root
sed "s|^type getarg .*|hookdir=$dir/hooks|; s|\. /lib/dracut-lib.sh|:|" "$modules/99base/initqueue.sh" >initqueue
sh initqueue --settled --onetime --unique "$dir/bin/dmsquash-live-root" "$device"
job=$dir/hooks/initqueue/settled/dmsquash-live-root.sh
(. "$job")
mounted=$(cat mounted)

case "$device $mounted" in
  '/dev/disk/by-label/A\x20LABEL /dev/disk/by-label/Ax20LABEL') echo "mounted: $mounted" ;;
  *)
    echo "changed: $device, $mounted" >&2
    exit 1
    ;;
esac
