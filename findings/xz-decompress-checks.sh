#!/bin/bash
# xz-decompress and the checks and filters of xz
# Guess: it reads what xz writes
# Seen:  CRC-64 and several streams are fine; SHA-256 and branch filters end as "error code 6"
set -euo pipefail
export LC_ALL=C TZ=UTC
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --prefix "$dir" xz-decompress@0.2.3 >npm.log 2>&1
echo text >plain
xz -c plain >crc64.xz; cat crc64.xz crc64.xz >streams.xz
xz -c --check=sha256 plain >sha256.xz; xz -c --x86 --lzma2 plain >x86.xz
seen=$(node -e '
const fs = require("node:fs"), { XzReadableStream } = require("xz-decompress");
(async () => {
  for (const name of ["crc64", "streams", "sha256", "x86"]) {
    const stream = new XzReadableStream(new Blob([fs.readFileSync(`${name}.xz`)]).stream());
    console.log(await new Response(stream).text().then(() => "read", () => "refused"));
  }
})();' | tr '\n' ' ')
echo "xz-decompress 0.2.3"

if [ "$seen" = "read read refused refused " ]; then
  echo "CRC-64, two streams, SHA-256, x86 filter: $seen"
else
  echo "changed: $seen" >&2
  exit 1
fi
