// What is measured against whom: each case packs the same tree with us and with its peers, in one run.
import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @typedef {object} Case
 * @property {string} name
 * @property {readonly (readonly string[])[]} ours  Commands run one after the other.
 * @property {Readonly<Record<string, readonly (readonly string[])[]>>} peers
 * @property {Readonly<Record<string, string>>} outputs  Image whose size is compared, by contender; ours is "isopress".
 */

/** @param {{ cli: string, tree: string, label: string, out: string, engine: string }} setting @returns {Case[]} */
export function formatCases({ cli, tree, label, out, engine }) {
  const press = (/** @type {string[]} */ ...args) => [
    process.execPath,
    cli,
    ...args,
    '--quiet',
    '--progress',
    'none',
    '--force',
    '--loss',
    'ignore',
    '--engine',
    engine,
  ];
  const needed = needs(tree);
  const at = (/** @type {string} */ name) => join(out, name);
  const sh = (/** @type {string} */ script, /** @type {string[]} */ ...args) => [
    'bash',
    '-ec',
    script,
    'bench',
    ...args,
  ];
  return [
    {
      name: `ext4, ${label}`,
      ours: [press('ext4', tree, at('our.ext4'), '--slack', '64M', '--no-journal')],
      peers: {
        'mke2fs -d': [
          sh(
            'rm -f "$2"; truncate -s "$3" "$2"; mke2fs -q -F -t ext4 -O ^has_journal -b 4096 -N "$4" -d "$1" "$2"',
            tree,
            at('peer.ext4'),
            // Measured beforehand: the peer is told what we find out ourselves.
            `${needed.megabytes}M`,
            `${needed.inodes}`,
          ),
        ],
      },
      outputs: {},
    },
    {
      name: `squashfs gzip 128K, ${label}`,
      ours: [press('squashfs', tree, at('our.sqfs'))],
      peers: {
        mksquashfs: [['mksquashfs', tree, at('mk.sqfs'), '-noappend', '-no-progress', '-comp', 'gzip']],
        gensquashfs: [['gensquashfs', '-q', '-f', '-x', '-k', '-c', 'gzip', '-D', tree, at('gen.sqfs')]],
      },
      outputs: { isopress: at('our.sqfs'), mksquashfs: at('mk.sqfs'), gensquashfs: at('gen.sqfs') },
    },
    {
      name: `ISO 9660, ${label}`,
      ours: [press('iso', tree, at('our.iso'))],
      peers: {
        xorriso: [['xorriso', '-as', 'mkisofs', '-quiet', '-R', '-J', '-joliet-long', '-o', at('xo.iso'), tree]],
        genisoimage: [
          ['genisoimage', '-quiet', '-R', '-J', '-joliet-long', '-allow-limited-size', '-o', at('gi.iso'), tree],
        ],
      },
      outputs: { isopress: at('our.iso'), xorriso: at('xo.iso'), genisoimage: at('gi.iso') },
    },
  ];
}

/** Room for a tree in blocks of 4 KiB, with something to spare, and its inodes. @param {string} tree */
function needs(tree) {
  let blocks = 0;
  let inodes = 20;
  for (const entry of readdirSync(tree, { recursive: true, withFileTypes: true })) {
    const stat = lstatSync(join(entry.parentPath, entry.name));
    blocks += stat.isFile() ? Math.ceil(stat.size / 4096) : 1;
    inodes++;
  }
  return { megabytes: Math.ceil(blocks / 256) + Math.ceil(inodes / 3500) + 64, inodes };
}

/** What each compression is called by the peer. */
const LIVE_CODECS = {
  gzip: '-comp gzip',
  xz: '-comp xz -Xbcj x86',
  zstd: '-comp zstd',
  lz4: '-comp lz4',
};

/**
 * The whole medium without dracut: what a live ISO costs beside making its initrd. Ours is complete with boot loaders and
 * ESP, the peers' is the payload alone; compared are the sizes of the squashfs in both.
 * @param {{ cli: string, root: string, out: string, initrd: string, description: string, engine: string }} setting
 * @returns {Case[]}
 */
export function liveCases({ cli, root, out, initrd, description, engine }) {
  const chain = [
    'rm -rf "$2"/live.iso "$2"/tree "$2"/media; mkdir -p "$2"/tree/LiveOS "$2"/media/LiveOS',
    'truncate -s "$(($(du -sm --apparent-size "$1" | cut -f1) * 3 / 2))M" "$2"/tree/LiveOS/rootfs.img',
    'mke2fs -q -F -t ext4 -b 4096 -d "$1" "$2"/tree/LiveOS/rootfs.img',
    'mksquashfs "$2"/tree "$2"/media/LiveOS/squashfs.img -noappend -no-progress -b 1M $3 >/dev/null',
    'xorriso -as mkisofs -quiet -R -J -o "$2"/live.iso "$2"/media',
    'rm -r "$2"/tree "$2"/media',
  ].join('\n');
  const quiet = ['--quiet', '--progress', 'none', '--force', '--loss', 'ignore', '--engine', engine];
  const payload = (/** @type {string} */ iso) => `${iso}!/LiveOS/squashfs.img`;
  return Object.entries(LIVE_CODECS)
    .filter(([codec]) => engine !== 'portable' || codec !== 'xz')
    .map(([codec, peerOptions]) => {
      const build = ['build', '--description', description, '--root', root, '--target-dir', join(out, 'live')];
      const peer = 'mke2fs + mksquashfs + xorriso';
      return {
        name: `live ISO without dracut, ${codec} 1M, nested`,
        ours: [[process.execPath, cli, ...build, '--initrd', initrd, '--compression', codec, ...quiet]],
        peers: { [peer]: [['bash', '-ec', chain, 'bench', root, out, peerOptions]] },
        outputs: { [peer]: payload(join(out, 'live.iso')), isopress: payload(join(out, 'live', LIVE_ISO)) },
      };
    });
}

/** What the description of the demo calls its medium. */
const LIVE_ISO = 'debian-live.x86_64-12.0.0.iso';
