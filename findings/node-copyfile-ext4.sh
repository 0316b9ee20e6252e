#!/bin/bash
# fs.copyFile of Node.js into a new file on ext4
# Guess: like cp, it leaves the writing of the copy to the kernel: both are one copy_file_range
# Seen:  it waits for the disk. Node.js calls ftruncate(0) on the new, empty file before the copy. ext4 takes a file that was
#        truncated to nothing for one that is being replaced, and writes all of it out at close (auto_da_alloc). After cp the
#        blocks of the copy do not even have an address yet (delalloc). The close of a copied disc of 1 GB took as long as its copy.
set -euo pipefail
export LC_ALL=C
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
echo "node $(node --version), $(cp --version | head -1), Linux $(uname -r)"
[ "$(node --version)" = v20.20.2 ] || echo "note: written for Node.js v20.20.2"
if [ "$(stat -f -c %T .)" != ext2/ext3 ]; then
  echo "needs a temporary folder on ext4: set TMPDIR" >&2
  exit 1
fi
head -c 30000000 /dev/urandom >disc.iso
node -e "require('node:fs').copyFileSync('disc.iso', 'by-node.iso')"
cp --reflink=never disc.iso by-cp.iso
# Without -s, filefrag writes nothing out.
delayed() { filefrag -v "$1" | grep -c delalloc || true; }
by_node=$(delayed by-node.iso)
by_cp=$(delayed by-cp.iso)
cmp disc.iso by-node.iso
cmp disc.iso by-cp.iso

if [ "$by_node $by_cp" = "0 1" ]; then
  echo "the copy of Node.js has its blocks on the disk, that of cp waits for them"
else
  echo "changed: delayed parts by Node.js $by_node, by cp $by_cp" >&2
  exit 1
fi
