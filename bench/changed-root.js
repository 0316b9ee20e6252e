// A root tree in which a nightly build has changed a little.
import { appendFileSync, closeSync, openSync, readdirSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** Directories whose files the build itself reads. */
const LEFT = ['boot', 'dev', 'proc', 'sys', 'run', 'tmp', 'var/lib/dpkg', 'usr/lib/grub', 'usr/lib/modules'];
const TEXT = 'another line\n';

/**
 * Changes every hundredth file, every second one of them in size; adds 20 files, and removes 10. Returns their numbers.
 * @param {string} root
 */
export function changeRoot(root) {
  const files = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !LEFT.some((left) => path.startsWith(join(root, left, '/'))))
    .filter((path) => statSync(path).size > 0)
    .sort();
  const changed = files.filter((_, i) => i % 100 === 50);
  for (const [i, path] of changed.entries()) i % 2 === 0 ? appendFileSync(path, TEXT.repeat(10)) : overwrite(path);
  const removed = files.filter((_, i) => i % Math.floor(files.length / 10) === 7).slice(0, 10);
  for (const path of removed) rmSync(path);
  for (let i = 0; i < 20; i++)
    writeFileSync(join(root, 'usr/share', `added-${i}`), `${i} ${TEXT}`.repeat(100 * (i + 1)));
  return { files: files.length, changed: changed.length, added: 20, removed: removed.length };
}

/** Changes the middle of a file, and not its size. @param {string} path */
function overwrite(path) {
  const { size } = statSync(path);
  const file = openSync(path, 'r+');
  writeSync(file, TEXT.slice(0, Math.min(TEXT.length, size)), Math.floor(size / 2) - Math.min(6, Math.floor(size / 2)));
  closeSync(file);
}
