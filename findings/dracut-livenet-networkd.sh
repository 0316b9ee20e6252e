#!/bin/bash
# dracut's livenet on a system with systemd-networkd
# Guess: root=live:http://… is fetched once the network is up, whichever network module dracut chose
# Seen:  dracut chooses systemd-networkd, which never calls netroot: only network-legacy and network-manager fetch anything
set -euo pipefail
export LC_ALL=C TZ=UTC
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
package=dracut-network seen=059-4
chmod 755 . # apt downloads as another user
apt-get -qq download "$package" dracut-core 2>/dev/null
for file in *.deb; do dpkg-deb -x "$file" tree; done
found=$(dpkg-deb -f "$package"_*.deb Version)
echo "$package $found"
[ "$found" = "$seen" ] || echo "note: written for $package $seen"

# A tree with systemd-networkd, and no module asked for by name: which one takes the network?
mkdir -p tree/usr/lib/systemd
printf '#!/bin/sh\n' >tree/usr/lib/systemd/systemd-networkd
chmod +x tree/usr/lib/systemd/systemd-networkd
chosen=$(
  dracut_module_included() { return 1; }
  is_qemu_virtualized() { return 1; }
  set +u
  dracutsysrootdir=$dir/tree systemdutildir=/usr/lib/systemd systemdsystemunitdir=/usr/lib/systemd/system
  . tree/usr/lib/dracut/modules.d/40network/module-setup.sh
  depends
)
calls() { grep -lrw netroot tree/usr/lib/dracut/modules.d/"$1" | wc -l; }
seen="$chosen: $(calls 01systemd-networkd); network-legacy: $(calls 35network-legacy), network-manager: $(calls 35network-manager)"

case $seen in
  'kernel-network-modules systemd-networkd: 0; network-legacy: '[1-9]*', network-manager: '[1-9]*) echo "scripts that call netroot: $seen" ;;
  *)
    echo "changed: $seen" >&2
    exit 1
    ;;
esac
