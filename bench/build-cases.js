// The whole build with dracut, compared with earlier versions of isopress and with KIWI. Needs root, as KIWI does.
//   ISOPRESS_BENCH_BEFORE=DIST/cli/main.js   an earlier build of isopress; without it there is no such contender
//   ISOPRESS_BENCH_KIWI=1                     also kiwi-ng, on a copy of the root that it may change: two minutes per run

import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LIVE_ISO, press } from './cases.js';

/** Files of the medium whose sizes are compared. */
const INITRD = '/boot/x86_64/loader/initrd';

/**
 * @param {import('./cases.js').Setting} setting @param {{ root: string, description: string }} from
 * @returns {import('./cases.js').Case[]}
 */
export function buildCases(setting, { root: given, description }) {
  const plain = join(setting.out, 'plain-root');
  const from = { root: isPlain(given) ? given : plain, description };
  const prepare = () => {
    if (from.root === plain && !existsSync(plain)) makePlain(given, plain);
  };
  const before = process.env['ISOPRESS_BENCH_BEFORE'];
  const isPortable = setting.engine === 'portable';
  const one = (/** @type {string} */ name, /** @type {import('./cases.js').Setting} */ { cli, engine }) => {
    const target = join(setting.out, `build-${name}`);
    const image = join(target, LIVE_ISO);
    const words = ['--description', from.description, '--root', from.root, '--target-dir', target];
    const commands = () => [press({ ...setting, cli, engine }, 'build', ...words, '--compression', 'gzip')];
    return { prepare, commands, makes: [target], image, payload: `${image}!${INITRD}` };
  };
  const caseOf = (/** @type {string} */ engine, /** @type {import('./cases.js').Marks} */ marks) => {
    const own = { ...setting, engine };
    return {
      name: `live ISO with dracut, gzip, ${engine === 'portable' ? 'portable' : 'native'}`,
      ours: { isopress: { ...one(`ours-${engine}`, own), marks } },
      peers: {
        ...(before ? { 'isopress before': one(`before-${engine}`, { ...own, cli: before }) } : {}),
        ...(process.env['ISOPRESS_BENCH_KIWI'] && engine !== 'portable' ? { KIWI: kiwi(setting, from) } : {}),
      },
    };
  };
  const portable = caseOf('portable', { wall: 0.3, size: 1 });
  return isPortable ? [portable] : [caseOf(setting.engine, { wall: 0.25, cpu: 0.4, size: 1 }), portable];
}

/** The test trees configure a fast compression of the initrd; the benchmark uses dracut's default. */
const CONFIGURATION = 'etc/dracut.conf.d/10-test.conf';
const COMPRESSION = /^compress=.*\n/m;

/** @param {string} root */
function isPlain(root) {
  const path = join(root, CONFIGURATION);
  return !existsSync(path) || !COMPRESSION.test(readFileSync(path, 'latin1'));
}

/** @param {string} root @param {string} copy */
function makePlain(root, copy) {
  spawnSync('cp', ['--archive', root, copy]);
  const path = join(copy, CONFIGURATION);
  writeFileSync(path, readFileSync(path, 'latin1').replace(COMPRESSION, ''), 'latin1');
}

/** Its payload is not compared, because it compresses the initrd as dracut does. @param {import('./cases.js').Setting} setting @param {{ root: string, description: string }} from */
function kiwi({ out }, { root, description }) {
  const copy = join(out, 'kiwi-root');
  const target = join(out, 'kiwi');
  const image = join(target, LIVE_ISO);
  const prepare = () => {
    rmSync(copy, { recursive: true, force: true });
    spawnSync('cp', ['--archive', root, copy]);
    cpSync(description, join(copy, 'image'), { recursive: true });
  };
  const commands = () => [['kiwi-ng', 'system', 'create', '--root', copy, '--target-dir', target]];
  return { prepare, commands, makes: [copy, target], image, payload: `${image}!${INITRD}` };
}
