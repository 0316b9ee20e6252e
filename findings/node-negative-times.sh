#!/bin/sh
# Node.js: utimes() and its relatives take a negative number of seconds for "now".
#
# fs.utimes(path, atime, mtime) is documented to take numbers of seconds since 1970, and the system calls below it take times
# before 1970. A good guess is that -1 is the last second of 1969, as in every other language. Node.js replaces a negative
# number by the present time instead, without an error. The same number as text, or as a Date, is accepted. The
# asynchronous, synchronous and promise forms and those for symbolic links and open files agree.
#
# Ends with an error if that changes.
set -eu
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
echo "node $(node --version)"
cd "$directory"
node --input-type=module - <<'JS'
import assert from 'node:assert/strict';
import * as fs from 'node:fs';

const BEFORE_1970 = -86_400;
fs.writeFileSync('file', '');
fs.symlinkSync('file', 'link');
const seconds = (path) => Number(fs.lstatSync(path, { bigint: true }).mtimeNs / 1_000_000_000n);
const forms = {
  utimesSync: (time) => fs.utimesSync('file', time, time),
  lutimesSync: (time) => fs.lutimesSync('link', time, time),
  futimesSync: (time) => {
    const file = fs.openSync('file', 'r+');
    fs.futimesSync(file, time, time);
    fs.closeSync(file);
  },
  'promises.utimes': (time) => fs.promises.utimes('file', time, time),
  'promises.lutimes': (time) => fs.promises.lutimes('link', time, time),
};
for (const [name, set] of Object.entries(forms)) {
  const path = name.includes('lutimes') ? 'link' : 'file';
  const start = Math.floor(Date.now() / 1000);
  await set(BEFORE_1970);
  const asNumber = seconds(path);
  await set(String(BEFORE_1970));
  const asText = seconds(path);
  await set(new Date(BEFORE_1970 * 1000));
  const asDate = seconds(path);
  console.log(`${name}: ${BEFORE_1970} as number ${asNumber}, as text ${asText}, as Date ${asDate}`);
  assert.ok(asNumber >= start - 1, 'a negative number is the present time');
  assert.equal(asText, BEFORE_1970);
  assert.equal(asDate, BEFORE_1970);
}
JS
