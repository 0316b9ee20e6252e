// Container images: an OCI archive with one gzip layer, as pulled, packed without unpacking it to a directory first.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { contenderIn, needs, press, shell } from './cases.js';

/** The level of tar2sqfs, and its block size. */
const ZSTD = { level: '15', block: '131072' };

/**
 * The layer is that of the tree; tar2sqfs gets the layer itself. mke2fs needs a directory, and the unpacking counts.
 * @param {import('./cases.js').Setting} setting @param {string} tree @param {string} label
 * @param {boolean} marked  Whether the marks apply; they are meant for a Debian root.
 * @returns {import('./cases.js').Case[]}
 */
export function containerCases(setting, tree, label, marked) {
  const layer = join(setting.out, 'layer.tar.gz');
  const archive = join(setting.out, 'image.oci.tar');
  const unpacked = join(setting.out, 'unpacked');
  const source = `oci-archive:${archive}`;
  const one = contenderIn(setting.out);
  const made = (/** @type {import('./cases.js').Contender} */ contender) => ({
    ...contender,
    prepare: () => makeImage(tree, layer, archive),
  });
  const marks = marked ? { marks: { wall: 0.7 } } : {};
  const squashfs = ['--compression', 'zstd', '--level', ZSTD.level, '--block-size', ZSTD.block];
  return [
    {
      name: `OCI archive to squashfs zstd, ${label}`,
      ours: {
        isopress: {
          ...made(one('our-oci.sqfs', (image) => press(setting, 'squashfs', source, image, ...squashfs))),
          ...marks,
        },
      },
      peers: {
        tar2sqfs: made(
          one('peer-oci.sqfs', (image) =>
            shell('tar2sqfs -q -f -c zstd -X "level=$3" -b "$4" "$2" <"$1"', ...[layer, image, ZSTD.level, ZSTD.block]),
          ),
        ),
      },
    },
    {
      name: `OCI archive to ext4, ${label}`,
      ours: {
        isopress: {
          ...made(
            one('our-oci.ext4', (image) => press(setting, 'ext4', source, image, '--slack', '64M', '--no-journal')),
          ),
          ...marks,
        },
      },
      peers: {
        'tar -x and mke2fs -d': {
          ...made(one('peer-oci.ext4', (image) => unpackedToExt4(tree, layer, image, unpacked))),
          makes: [join(setting.out, 'peer-oci.ext4'), unpacked],
        },
      },
    },
  ];
}

/** mke2fs gets the size and the number of inodes that isopress computes. @param {string} tree @param {string} layer @param {string} image @param {string} unpacked */
function unpackedToExt4(tree, layer, image, unpacked) {
  const { megabytes, inodes } = needs(tree);
  const script = [
    'mkdir "$3"; tar -C "$3" --xattrs --xattrs-include="*" --numeric-owner -xpzf "$1"',
    'truncate -s "$4" "$2"; mke2fs -q -F -t ext4 -O ^has_journal -b 4096 -N "$5" -d "$3" "$2"',
  ];
  return shell(script.join('\n'), layer, image, unpacked, `${megabytes}M`, `${inodes}`);
}

/** Makes (once) the layer of a tree, and the image with it. @param {string} tree @param {string} layer @param {string} archive */
function makeImage(tree, layer, archive) {
  if (existsSync(archive)) return;
  const draft = `${archive}.draft`;
  const blobs = join(draft, 'blobs/sha256');
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(blobs, { recursive: true });
  const plain = join(draft, 'layer.tar');
  run(['tar', '-C', tree, '--xattrs', '--xattrs-include=*', '--numeric-owner', '--sort=name', '-cf', plain, '.']);
  const diffId = digestOf(plain);
  run(['bash', '-c', 'gzip -6 <"$1" >"$2" && rm "$1"', 'bench', plain, layer]);
  const blob = (/** @type {object} */ value, /** @type {string} */ type) => {
    const text = JSON.stringify(value);
    const hex = createHash('sha256').update(text).digest('hex');
    writeFileSync(join(blobs, hex), text);
    return { mediaType: `application/vnd.oci.image.${type}+json`, digest: `sha256:${hex}`, size: text.length };
  };
  const hex = digestOf(layer);
  run(['ln', layer, join(blobs, hex)]);
  const config = blob(
    { architecture: 'amd64', os: 'linux', rootfs: { type: 'layers', diff_ids: [`sha256:${diffId}`] } },
    'config.v1',
  );
  const layers = [
    {
      mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
      digest: `sha256:${hex}`,
      size: statSync(layer).size,
    },
  ];
  const manifest = blob({ schemaVersion: 2, config, layers }, 'manifest.v1');
  writeFileSync(join(draft, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [manifest] }));
  writeFileSync(join(draft, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  run(['tar', '-C', draft, '-cf', `${archive}.part`, 'oci-layout', 'index.json', 'blobs']);
  rmSync(draft, { recursive: true });
  renameSync(`${archive}.part`, archive);
}

/** @param {readonly string[]} command */
function run([program = '', ...args]) {
  const { status } = spawnSync(program, args, { stdio: 'inherit' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}`);
}

/** @param {string} path */
function digestOf(path) {
  const { stdout } = spawnSync('sha256sum', [path], { encoding: 'utf8' });
  return stdout.slice(0, 64);
}
