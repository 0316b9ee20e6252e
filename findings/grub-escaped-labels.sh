#!/bin/bash
# Labels with blanks in kernel arguments of GRUB: udev and initrds write a blank as \x20
# Guess: quoted well enough, root=live:CDLABEL=A\x20LABEL arrives so
# Seen:  unquoted the backslash is lost, in any quotes it arrives twice: the linux command escapes it once more. Only a real blank arrives, in quotes
set -euo pipefail
export LC_ALL=C TZ=UTC
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
chmod 755 . # apt downloads as another user
package=grub-pc-bin seen=2.06-13+deb12u2 installed=$(dpkg-query -W -f '${Version}' grub-pc-bin 2>/dev/null || echo none)
echo "$package $installed"
[ "$installed" = "$seen" ] || echo "note: written for $package $seen"

kernel=$(apt-cache depends linux-image-cloud-amd64 | sed -n 's/.*Depends: //p' | head -n 1)
apt-get -qq download "$kernel" busybox-static 2>/dev/null
for file in *.deb; do dpkg-deb -x "$file" packages; done
mkdir -p root/bin root/proc tree/boot/grub
cp packages/bin/busybox root/bin
cp packages/boot/vmlinuz-* tree/kernel
cat >root/init <<'EOF'
#!/bin/busybox sh
busybox mount -t proc proc /proc
echo "arrived: $(busybox cat /proc/cmdline)"
busybox poweroff -f
EOF
chmod +x root/init
(cd root && find . | cpio --quiet -o -H newc -R 0:0) >tree/initrd
cat >tree/boot/grub/grub.cfg <<'EOF'
set kept='A\x20L'
linux /kernel console=ttyS0 quiet loglevel=0 a=A\x20L b='A\x20L' c="A\x20L" d=A\\x20L e=A\\\\x20L f=$kept 'g=A L'
initrd /initrd
boot
EOF
grub-mkrescue -d /usr/lib/grub/i386-pc -o disc.iso tree 2>/dev/null
timeout 600 qemu-system-x86_64 -machine pc,accel=tcg -m 512 -display none -monitor none -nic none -no-reboot \
  -serial file:serial -cdrom disc.iso
arrived=$(tr -d '\r' <serial | sed -n 's/^arrived: .*loglevel=0 //p')
if [ "$arrived" = 'a=Ax20L b=A\\x20L c=A\\x20L d=A\\x20L e=A\\\\x20L f=A\\x20L "g=A L"' ]; then
  echo "arrived: $arrived"
else
  echo "changed: $arrived" >&2
  exit 1
fi
