// The cases: each packs the same tree with isopress and with other tools, in one run.
import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @typedef {object} Contender
 * @property {() => readonly (readonly string[])[]} commands  Run in order; called after the tree has been made.
 * @property {() => void} [prepare]  Preparation of a run, which is not measured.
 * @property {readonly string[]} makes  Files and directories that are removed before each run, and after the last.
 * @property {string} image  The output; no more bytes than its size should be written.
 * @property {string} [payload]  Compare the size of this instead of the image: a file in an ISO, `image.iso!/path`.
 * @property {Marks} [marks]  Limits for our result.
 *
 * @typedef {{ wall?: number, cpu?: number, size?: number, written?: number, memory?: number }} Marks  At most: times the wall
 *   time of the fastest peer, times its CPU time, times the size of the first peer, times the bytes of the image, MiB (default 200).
 *
 * @typedef {object} Case
 * @property {string} name
 * @property {Readonly<Record<string, Contender>>} ours
 * @property {Readonly<Record<string, Contender>>} peers
 * @property {() => string[]} [facts]  More lines about the results, made after the runs.
 *
 * @typedef {{ cli: string, out: string, engine: string }} Setting
 */

/** A command of isopress that compresses, with the options of every measured run. @param {Setting} setting @param {string[]} args */
export function press({ cli, engine }, ...args) {
  return [...plainPress({ cli }, ...args), ...(args.includes('--engine') ? [] : ['--engine', engine])];
}

/** As {@link press}, of a command that compresses nothing. @param {Pick<Setting, 'cli'>} setting @param {string[]} args */
export function plainPress({ cli }, ...args) {
  return [process.execPath, cli, ...args, '--quiet', '--progress', 'none', '--force', '--loss', 'ignore'];
}

/** A script with arguments, `$1` and so on. @param {string} script @param {string[]} args */
export function shell(script, ...args) {
  return ['bash', '-ec', script, 'bench', ...args];
}

/**
 * Every format except squashfs, of a tree.
 * @param {Setting} setting @param {string} tree @param {string} label
 * @param {boolean} marked  Whether the marks apply; they are meant for a Debian root.
 * @returns {Case[]}
 */
export function formatCases(setting, tree, label, marked) {
  const marks = (/** @type {Marks} */ most) => (marked ? { marks: most } : {});
  const one = contenderIn(setting.out);
  return [
    {
      name: `ext4, ${label}`,
      ours: {
        isopress: {
          ...one('our.ext4', (image) => press(setting, 'ext4', tree, image, '--slack', '64M', '--no-journal')),
          ...marks({ wall: 0.42, cpu: 0.7 }),
        },
      },
      peers: { 'mke2fs -d': one('peer.ext4', (image) => mke2fs(tree, image)) },
    },
    isoCase(setting, tree, label, marked ? { wall: 0.7, cpu: 1 } : undefined),
  ];
}

/**
 * ISO 9660 alone.
 * @param {Setting} setting @param {string} tree @param {string} label
 * @param {Marks | undefined} marks  Marks of isopress, if any.
 * @returns {Case}
 */
export function isoCase(setting, tree, label, marks) {
  const one = contenderIn(setting.out);
  const ours = one('our.iso', (image) => press(setting, 'iso', tree, image));
  return {
    name: `ISO 9660, ${label}`,
    ours: { isopress: { ...ours, ...(marks && { marks }) } },
    peers: {
      xorriso: one('xo.iso', (image) => [
        ...['xorriso', '-as', 'mkisofs', '-quiet', '-R', '-J', '-joliet-long', '-o', image, tree],
      ]),
      genisoimage: one('gi.iso', (image) => [
        ...['genisoimage', '-quiet', '-R', '-J', '-joliet-long', '-allow-limited-size', '-o', image, tree],
      ]),
    },
  };
}

/** Contenders that write one image into `out` with one command. @param {string} out */
export function contenderIn(out) {
  return (/** @type {string} */ name, /** @type {(image: string) => string[]} */ command) => {
    const image = join(out, name);
    return { commands: () => [command(image)], makes: [image], image };
  };
}

/** The peer gets the size and the number of inodes that isopress computes. @param {string} tree @param {string} image */
function mke2fs(tree, image) {
  const { megabytes, inodes } = needs(tree);
  return shell(
    'truncate -s "$3" "$2"; mke2fs -q -F -t ext4 -O ^has_journal -b 4096 -N "$4" -d "$1" "$2"',
    ...[tree, image, `${megabytes}M`, `${inodes}`],
  );
}

/** Size for a tree in blocks of 4 KiB, with some reserve, and its inodes. @param {string} tree */
export function needs(tree) {
  let blocks = 0;
  let inodes = 20;
  for (const entry of readdirSync(tree, { recursive: true, withFileTypes: true })) {
    const stat = lstatSync(join(entry.parentPath, entry.name));
    blocks += stat.isFile() ? Math.ceil(stat.size / 4096) : 1;
    inodes++;
  }
  return { megabytes: Math.ceil(blocks / 256) + Math.ceil(inodes / 3500) + 64, inodes };
}

/** The codecs: the peer's options, and the marks. */
const LIVE_CODECS = {
  gzip: { peer: '-comp gzip', marks: { wall: 0.1, size: 1, written: 1.02 } },
  xz: { peer: '-comp xz -Xbcj x86', marks: { wall: 0.52, size: 1.003, written: 1.02 } },
  zstd: { peer: '-comp zstd', marks: { wall: 0.95, size: 1, written: 1.02 } },
  lz4: { peer: '-comp lz4', marks: { wall: 1, written: 1.02 } },
};
/** Limits for the portable engine in the same run. @type {Readonly<Record<string, Marks>>} */
const PORTABLE = {
  gzip: { wall: 0.15, size: 0.995, written: 1.02 },
  xz: { wall: 0.75, size: 1.003, written: 1.02, memory: 260 },
};

/** Tools that the peers need to make a live ISO's payload. */
const CHAIN = [
  'mkdir -p "$2"/tree/LiveOS "$2"/media/LiveOS',
  'truncate -s "$(($(du -sm --apparent-size "$1" | cut -f1) * 3 / 2))M" "$2"/tree/LiveOS/rootfs.img',
  'mke2fs -q -F -t ext4 -b 4096 -d "$1" "$2"/tree/LiveOS/rootfs.img',
  'mksquashfs "$2"/tree "$2"/media/LiveOS/squashfs.img -noappend -no-progress -b 1M $3 >/dev/null',
  'xorriso -as mkisofs -quiet -R -J -o "$2"/live.iso "$2"/media',
].join('\n');

/** The name of the medium in the demo's description. */
export const LIVE_ISO = 'debian-live.x86_64-12.0.0.iso';
const PAYLOAD = '/LiveOS/squashfs.img';

/**
 * The whole medium without dracut: the cost of a live ISO without its initrd. That of isopress is complete with boot loaders
 * and ESP, the peers' is only the payload; the sizes of the squashfs in both are compared.
 * @param {Setting} setting @param {{ root: string, initrd: string, description: string }} from @returns {Case[]}
 */
export function liveCases(setting, { root, initrd, description }) {
  const ours = (/** @type {string} */ codec, /** @type {string} */ engine, /** @type {Marks} */ marks) => {
    const target = join(setting.out, `live-${engine}`);
    const image = join(target, LIVE_ISO);
    const input = ['--description', description, '--root', root, '--initrd', initrd, '--target-dir', target];
    const commands = () => [press(setting, 'build', ...input, '--compression', codec, '--engine', engine)];
    return { commands, makes: [target], image, payload: `${image}!${PAYLOAD}`, marks };
  };
  const peer = (/** @type {string} */ options) => {
    const image = join(setting.out, 'live.iso');
    const makes = [image, join(setting.out, 'tree'), join(setting.out, 'media')];
    const commands = () => [shell(CHAIN, root, setting.out, options)];
    return { commands, makes, image, payload: `${image}!${PAYLOAD}` };
  };
  const isPortable = setting.engine === 'portable';
  return Object.entries(LIVE_CODECS).map(([codec, { peer: options, marks }]) => ({
    name: `live ISO without dracut, ${codec} 1M, nested`,
    ours: {
      isopress: ours(codec, setting.engine, isPortable ? (PORTABLE[codec] ?? {}) : marks),
      ...(codec in PORTABLE && !isPortable ? { 'isopress, portable': ours(codec, 'portable', PORTABLE[codec]) } : {}),
    },
    peers: { 'mke2fs + mksquashfs + xorriso': peer(options) },
  }));
}
