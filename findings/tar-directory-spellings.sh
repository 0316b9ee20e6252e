#!/bin/sh
# GNU tar --delay-directory-restore: of a directory that an archive has under two spellings, the earlier entry wins.
#
# Of two entries with one name the later one counts; that holds for files, and for directories of the same spelling. `a//d` and
# `a/./d` are one directory, and without the option the later entry decides. With --delay-directory-restore tar 1.34 keeps what
# is to be restored under the spelling of each entry and restores the newest first: the earlier entry is applied last, and
# owner, mode and time are those that the later entry should have replaced. A tool that is checked against tar with this option, which
# is the usual way to get the times of directories right, is blamed for reading the archive in order.
#
# Needs GNU tar 1.34, Python 3, and the superuser. Ends with an error if that changes.
set -eu
[ "$(id -u)" = 0 ] || { echo 'not the superuser: owners cannot be restored' >&2; exit 1; }
version=$(tar --version | sed -n '1s/.* //p')
echo "GNU tar $version"
[ "$version" = 1.34 ] || { echo 'another version of tar: not checked' >&2; exit 1; }
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cd "$directory"

archive() {
    python3 - "$@" <<'PROGRAM'
import sys, tarfile
target, *names = sys.argv[1:]
with tarfile.open(target, 'w', format=tarfile.USTAR_FORMAT) as made:
    for uid, name in zip((1000, 2000), names):
        entry = tarfile.TarInfo(name)
        entry.type, entry.mode, entry.uid, entry.mtime = tarfile.DIRTYPE, 0o755, uid, 1700000000 + uid
        made.addfile(entry)
PROGRAM
}

owner() {
    rm -rf tree
    mkdir tree
    tar -xpf "$1" -C tree --same-owner --numeric-owner $2
    found=$(stat -c %u tree/a/d)
    echo "$1 ${2:-without the option}: owner $found"
}

archive same.tar a/d a/d
archive two.tar a//d a/./d
owner same.tar ''
[ "$found" = 2000 ]
owner same.tar --delay-directory-restore
[ "$found" = 2000 ]
owner two.tar ''
[ "$found" = 2000 ]
owner two.tar --delay-directory-restore
[ "$found" = 1000 ]
