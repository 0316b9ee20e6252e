#!/bin/bash
# The bytes of pako 3
# Guess: a port of zlib gives the bytes of zlib
# Seen:  it gives those of the zlib in Node.js (Chromium hash); legacyHash gives those of zlib itself
set -euo pipefail
export LC_ALL=C TZ=UTC
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --prefix "$dir" pako@3.0.3 >npm.log 2>&1
node -e 'process.stdout.write("the quick brown fox jumps over the lazy dog ".repeat(50) + Array.from({ length: 3000 }, (_, i) => String.fromCharCode(97 + ((i * 7919) % 26))).join(""))' >data
python3 -c "import sys, zlib; sys.stdout.buffer.write(zlib.compress(open('data', 'rb').read(), 6))" >stock
seen=$(node -e '
const fs = require("node:fs"), pako = require("pako"), data = fs.readFileSync("data"), stock = fs.readFileSync("stock");
const plain = Buffer.from(pako.deflate(data, { level: 6 }));
const legacy = Buffer.from(pako.deflate(data, { level: 6, legacyHash: true }));
const node = require("node:zlib").deflateSync(data, { level: 6 });
console.log(plain.equals(node), plain.equals(stock), legacy.equals(stock));')
echo "pako 3.0.3, Node.js $(node -p process.version), zlib $(python3 -c 'import zlib; print(zlib.ZLIB_RUNTIME_VERSION)')"

if [ "$seen" = "true false true" ]; then
  echo "equal to Node.js, equal to zlib, legacyHash equal to zlib: $seen"
else
  echo "changed: $seen" >&2
  exit 1
fi
