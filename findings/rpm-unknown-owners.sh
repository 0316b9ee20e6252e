#!/bin/bash
# Set-id bits of files whose owners the system does not have, installed by rpm
# Guess: root gets the files, as the warning says, with the modes of the package
# Seen:  root gets them without setuid (unknown user) and setgid (unknown group); rpm2cpio shows the bits
set -euo pipefail
export LC_ALL=C TZ=UTC
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
package=rpm seen=4.18.0+dfsg-1+deb12u1 installed=$(dpkg-query -W -f '${Version}' rpm 2>/dev/null || echo none)
echo "$package $installed"
[ "$installed" = "$seen" ] || echo "note: written for $package $seen"
[ "$(id -u)" -eq 0 ] || { echo 'note: only root installs packages'; exit 0; }
cat >p.spec <<'SPEC'
Name: p
Version: 1
Release: 1
Summary: s
License: l
BuildArch: noarch
%description
d
%install
mkdir -p %{buildroot}/srv; for name in user group both known; do echo >%{buildroot}/srv/$name; done
%files
%attr(6755,nobody-here,root) /srv/user
%attr(6755,root,nobody-here) /srv/group
%attr(6755,nobody-here,nobody-here) /srv/both
%attr(6755,root,root) /srv/known
SPEC
rpmbuild -bb --quiet -D "_topdir $dir/top" p.spec
rpm --root "$dir/root" --dbpath /db --install --nodeps "$dir"/top/RPMS/noarch/p-1-1.noarch.rpm 2>/dev/null
modes=$(cd root/srv && stat -c '%n %a %u:%g' both group known user | tr '\n' ' ')
packed=$(rpm2cpio top/RPMS/noarch/p-1-1.noarch.rpm | cpio --quiet -tv | grep -c '^-rwsr-sr-x')

if [ "$modes" = 'both 755 0:0 group 4755 0:0 known 6755 0:0 user 2755 0:0 ' ] && [ "$packed" = 4 ]; then
  echo "rpm: $modes; rpm2cpio: all four with both bits"
else
  echo "changed: $modes; $packed" >&2
  exit 1
fi
