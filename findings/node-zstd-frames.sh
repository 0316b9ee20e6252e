#!/bin/bash
# zstdDecompressSync of Node.js 24 and several frames
# Guess: a zstd file is a sequence of frames: all are read, skippable ones are skipped
# Seen:  only the first frame is read, and nothing after a skippable frame, without an error
set -euo pipefail
export LC_ALL=C TZ=UTC
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --prefix "$dir" node@24.21.0 >npm.log 2>&1
"$dir/node_modules/node/bin/node" -p 'process.version'
read_=$("$dir/node_modules/node/bin/node" -e '
const { zstdCompressSync: pack, zstdDecompressSync: unpack } = require("node:zlib");
const one = pack(Buffer.from("one")), two = pack(Buffer.from("two"));
const skippable = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4]);
console.log([[one, two], [skippable, one]].map((parts) => `"${unpack(Buffer.concat(parts))}"`).join(" "));')

if [ "$read_" = '"one" ""' ]; then
  echo ""one" + "two", and skippable + "one", are read as $read_"
else
  echo "changed: $read_" >&2
  exit 1
fi
