#!/bin/bash
# @bokuweb/zstd-wasm and several frames
# Guess: its decompress reads everything that zstd writes
# Seen:  it takes one frame with a stated size; several end as "Failed to compress"
set -euo pipefail
export LC_ALL=C TZ=UTC
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --prefix "$dir" @bokuweb/zstd-wasm@0.0.27 fzstd@0.1.1 >npm.log 2>&1
seen=$(node -e '
const zstd = require("@bokuweb/zstd-wasm");
zstd.init().then(() => {
  const both = Buffer.concat(["one", "two"].map((text) => Buffer.from(zstd.compress(Buffer.from(text)))));
  console.log(`fzstd: ${Buffer.from(require("fzstd").decompress(both))}`);
  try { console.log(`zstd-wasm: ${Buffer.from(zstd.decompress(both))}`); } catch (error) { console.log(error.message); }
});' | tr '\n' ';')
echo "@bokuweb/zstd-wasm 0.0.27"

if [[ "$seen" == "fzstd: onetwo;Failed to compress"* ]]; then
  echo "two frames: $seen"
else
  echo "changed: $seen" >&2
  exit 1
fi
