#!/bin/bash
# lz4js 0.2.0 and the end of a block
# Guess: its blocks keep the rule of the format: no match starts in the last 12 bytes
# Seen:  a match may start 10 bytes before the end: decoders with exactly enough room may refuse it
set -euo pipefail
export LC_ALL=C TZ=UTC
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --prefix "$dir" lz4js@0.2.0 >npm.log 2>&1
nearest=$(node -e '
const lz4 = require("lz4js");
function matchStarts(coded, size) {
  const found = [];
  let at = 0, done = 0;
  const length = (first) => { let sum = first, more = 255; if (first === 15) while (more === 255) sum += more = coded[at++]; return sum; };
  for (;;) {
    const token = coded[at++];
    const literals = length(token >> 4);
    at += literals; done += literals;
    if (at >= coded.length) return found;
    found.push(size - done);
    at += 2;
    done += length(token & 15) + 4;
  }
}
let nearest = Infinity;
for (let tail = 4; tail < 30; tail++) {
  const block = Buffer.from(Array.from({ length: 4096 }, (_, i) => (Math.imul(i + tail * 7, 2654435761) >>> 13) & 255));
  block.copyWithin(4096 - tail, 100, 100 + tail);
  const coded = Buffer.alloc(lz4.compressBound(4096));
  const length = lz4.compressBlock(block, coded, 0, 4096, new Uint32Array(1 << 16));
  if (length > 0) nearest = Math.min(nearest, ...matchStarts(coded.subarray(0, length), 4096));
}
console.log(nearest);')
echo "lz4js 0.2.0"

if [ "$nearest" -lt 12 ]; then
  echo "the nearest match starts $nearest bytes before the end"
else
  echo "changed: $nearest" >&2
  exit 1
fi
