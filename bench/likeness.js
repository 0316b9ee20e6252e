// How much of an image its predecessor has: by blocks of the root image, and by what zsync transfers.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const BLOCK = 128 * 1024;
const ZEROS = Buffer.alloc(BLOCK);
const PORT = 28_473;

/** Share of the blocks of a nested ext4 that are not zeros and are in the one before. @param {string} was @param {string} is @param {string} work */
export function sharedBlocks(was, is, work) {
  const [first, next] = [was, is].map((iso, i) => blocksOf(rootImage(iso, join(work, String(i)))));
  const known = new Set(first);
  rmSync(work, { recursive: true });
  return next.filter((digest) => known.has(digest)).length / next.length;
}

/** The ext4 of a medium. @param {string} iso @param {string} work */
function rootImage(iso, work) {
  mkdirSync(work, { recursive: true });
  const squashfs = join(work, 'squashfs.img');
  run(['xorriso', '-osirrox', 'on', '-indev', iso, '-extract', '/LiveOS/squashfs.img', squashfs]);
  run(['unsquashfs', '-no-progress', '-dest', join(work, 'tree'), squashfs, 'LiveOS/rootfs.img']);
  return join(work, 'tree/LiveOS/rootfs.img');
}

/** @param {string} path */
function blocksOf(path) {
  const file = openSync(path, 'r');
  const block = Buffer.alloc(BLOCK);
  const digests = [];
  for (let length = readSync(file, block); length > 0; length = readSync(file, block)) {
    const bytes = block.subarray(0, length);
    if (!ZEROS.subarray(0, length).equals(bytes)) digests.push(createHash('sha1').update(bytes).digest('latin1'));
  }
  closeSync(file);
  return digests;
}

/** Share of an ISO that zsync transfers from a web server if the one before is there. @param {string} was @param {string} is @param {string} work */
export function zsyncShare(was, is, work) {
  mkdirSync(work, { recursive: true });
  const [control, got, conf] = ['new.zsync', 'got.iso', 'nginx.conf'].map((name) => join(work, name));
  run(['zsyncmake', '-u', `http://127.0.0.1:${PORT}/new.iso`, '-o', control, is]);
  run(['ln', '-sf', is, join(work, 'new.iso')]);
  writeFileSync(
    conf,
    `daemon off; master_process off; pid ${work}/pid; error_log ${work}/errors; events {}
     http { access_log off; server { listen 127.0.0.1:${PORT}; root ${work}; } }`,
  );
  const server = spawn('nginx', ['-c', conf, '-p', work], { stdio: 'ignore' });
  try {
    spawnSync('sleep', ['1']);
    const { stdout, stderr, status } = spawnSync(
      'zsync',
      ['-i', was, '-o', got, `http://127.0.0.1:${PORT}/new.zsync`],
      { encoding: 'utf8', cwd: work },
    );
    run(['cmp', got, is]);
    const [, local, fetched] = /used (\d+) local, fetched (\d+)/.exec(stdout + stderr) ?? [];
    if (status !== 0 || fetched === undefined) throw new Error(`zsync: ${stderr}`);
    return Number(fetched) / (Number(local) + Number(fetched));
  } finally {
    server.kill();
    rmSync(work, { recursive: true });
  }
}

/** @param {readonly string[]} command */
function run([program = '', ...args]) {
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}: ${stderr}`);
}
