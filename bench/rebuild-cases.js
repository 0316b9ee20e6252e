// Builds again: nothing changed, or one file in a hundred. The peer is the same build without a cache.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { LIVE_ISO, press } from './cases.js';
import { changeRoot } from './changed-root.js';
import { sharedBlocks, zsyncShare } from './likeness.js';

/** Marks by codec: of the wall time without a cache. Memory may grow by 20 MiB, which is checked against the peer by eye. */
const MARKS = {
  xz: { empty: { wall: 1.03 }, same: { wall: 0.03 }, nested: { wall: 0.12 }, direct: { wall: 0.08 } },
  gzip: { empty: {}, same: { wall: 0.6 }, nested: { wall: 0.6 }, direct: { wall: 0.6 } },
};
const KINDS = /** @type {const} */ ({ nested: 'ext4', direct: 'squashfs' });
/** With blocks of 1 MiB a file that changes costs 1 MiB: docs/performance.md. */
const BLOCK = '128K';

/**
 * Nested in ext4 and as a squashfs, by xz with its filter and by gzip, with a given initrd.
 * @param {import('./cases.js').Setting} setting @param {{ root: string, initrd: string, description: string }} from
 * @returns {import('./cases.js').Case[]}
 */
export function rebuildCases(setting, from) {
  const codecs = /** @type {(keyof typeof MARKS)[]} */ (Object.keys(MARKS));
  const kinds = /** @type {(keyof typeof KINDS)[]} */ (Object.keys(KINDS));
  return codecs.flatMap((codec) => kinds.map((kind) => caseOf(setting, from, codec, kind)));
}

/**
 * @param {import('./cases.js').Setting} setting @param {{ root: string, initrd: string, description: string }} from
 * @param {keyof typeof MARKS} codec @param {keyof typeof KINDS} kind @returns {import('./cases.js').Case}
 */
function caseOf(setting, { root, initrd, description }, codec, kind) {
  const work = join(setting.out, 'rebuild');
  const at = (/** @type {string} */ name) => join(work, name);
  const isoIn = (/** @type {string} */ target) => join(at(target), LIVE_ISO);
  const build = (/** @type {string} */ tree, /** @type {string} */ target, /** @type {string[]} */ ...more) => {
    const input = ['--description', description, '--root', at(tree), '--initrd', initrd, '--target-dir', at(target)];
    const how = ['--compression', codec, '--root-filesystem', KINDS[kind], '--block-size', BLOCK, '--seed', 'rebuild'];
    return press(setting, 'build', ...input, ...how, ...more);
  };
  // The same root twice: one stays, the other changes after its files are known to the cache.
  const prepare = () => {
    if (existsSync(at('ready'))) return;
    rmSync(work, { recursive: true, force: true });
    for (const name of ['same', 'changed', 'first']) mkdirSync(at(name), { recursive: true });
    for (const tree of ['same', 'changed']) copy(root, at(tree));
    // Digests are only kept of files that have been left alone for two seconds: docs/keys.md. Trees of a nightly build are older.
    settle();
    for (const tree of ['same', 'changed']) run(build(tree, 'first', '--cache', at('cache')));
    changeRoot(at('changed'));
    settle();
    // Last: what an interrupted run leaves is made again.
    mkdirSync(at('ready'));
  };
  const contender = (/** @type {string} */ target, /** @type {string[]} */ command, warm = true) => ({
    prepare: () => {
      prepare();
      rmSync(at('used'), { recursive: true, force: true });
      if (warm) copy(at('cache'), at('used'));
      mkdirSync(at(target), { recursive: true });
    },
    commands: () => [command],
    makes: [at(target), at('used')],
    image: isoIn(target),
  });
  const used = ['--cache', at('used')];
  const like = ['--like', isoIn('first')];
  const marks = MARKS[codec];
  return {
    name: `rebuild, ${codec} ${BLOCK}, ${kind}`,
    ours: {
      'empty cache': { ...contender('empty', build('same', 'empty', ...used), false), marks: marks.empty },
      'nothing changed': { ...contender('again', build('same', 'again', ...used)), marks: marks.same },
      '1 % changed': { ...contender('next', build('changed', 'next', ...used, ...like)), marks: marks[kind] },
    },
    peers: { 'without a cache': contender('without', build('same', 'without'), false) },
    facts: () => {
      mkdirSync(at('next'), { recursive: true });
      copy(at('cache'), at('used'));
      run(build('changed', 'next', ...used, ...like));
      const [was, is] = [isoIn('first'), isoIn('next')];
      const lines = [`transferred by zsync: ${percent(zsyncShare(was, is, at('zsync')))} of the ISO, at most 6 %`];
      if (kind === 'nested') {
        lines.push(
          `blocks that the ext4 before has, too: ${percent(sharedBlocks(was, is, at('blocks')))}, at least 95 %`,
        );
      }
      rmSync(work, { recursive: true, force: true });
      return lines;
    },
  };
}

/** @param {number} share */
function percent(share) {
  return `${(share * 100).toFixed(1)} %`;
}

/** @param {string} from @param {string} to */
function copy(from, to) {
  mkdirSync(to, { recursive: true });
  run(['cp', '--archive', '--reflink=auto', ...readdirSync(from).map((name) => join(from, name)), to]);
}

/** Waits until no file has changed lately. */
function settle() {
  run(['sleep', '3']);
}

/** @param {readonly string[]} command */
function run([program = '', ...args]) {
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}: ${stderr}`);
}
