#!/bin/sh
# mke2fs -d with the feature inline_data: a file of zeros stays in its inode with its whole size, and debugfs cuts it.
#
# Inline data is for files of at most about 160 bytes. A good guess is that a file of 100 000 zeros gets blocks, or a hole,
# and that the flag for inline data is cleared. mke2fs 1.47.0 keeps the flag and 60 stored bytes with a size of 100 000. e2fsck calls
# that clean. Linux reads the missing bytes as zeros; debugfs of the same package writes 60 bytes and reports no
# error. A reader that takes this size for damage refuses an image that the usual tools accept. debugfs also goes by
# the stored bytes in the other direction: there are never fewer than 60, so an empty file comes out with 60 zeros.
#
# Needs Debian's e2fsprogs 1.47.0. Ends with an error if that changes.
set -eu
PATH=$PATH:/sbin:/usr/sbin
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cd "$directory"
version=$(mke2fs -V 2>&1 | sed -n 's/^mke2fs \([0-9.]*\).*/\1/p')
echo "e2fsprogs $version"
[ "$version" = 1.47.0 ] || { echo 'another version of e2fsprogs: not checked' >&2; exit 1; }

mkdir tree
: >tree/empty
head -c 100000 /dev/zero >tree/zeros
truncate -s 16M image
mke2fs -q -F -t ext4 -O inline_data -d tree image
e2fsck -fn image >/dev/null 2>&1
echo 'e2fsck: clean'
debugfs -R 'stat /zeros' image 2>/dev/null | grep -E 'Size: 100000|Size of inline data: 60'
debugfs -R 'stat /zeros' image 2>/dev/null | grep -q 'Flags: 0x10000000'
debugfs -R 'stat /zeros' image 2>/dev/null | grep -q 'Size of inline data: 60'
written=$(debugfs -R 'cat /zeros' image 2>/dev/null | wc -c)
echo "debugfs cat: $written bytes of 100000"
[ "$written" = 60 ]
written=$(debugfs -R 'cat /empty' image 2>/dev/null | wc -c)
echo "debugfs cat of an empty file: $written bytes"
[ "$written" = 60 ]
