// npm run build:wasm [-- --check]
// Compiles the codec core (native/codecs) and the C libraries of the locked crates to one WebAssembly module, with Debian's
// clang. The result is part of the repository, because few machines have that compiler: with --check the module is rebuilt
// and must equal it byte for byte. Any other compiler gives other bytes, so the check is left out where it is absent.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

/** Debian 12: packages clang-14, lld-14, wasi-libc, libclang-rt-14-dev-wasm32. */
const COMPILER = '14.0.6';
const LIBC = '0.0~git20220510.9886d3d-2';

const root = fileURLToPath(new URL('..', import.meta.url));
const core = `${root}native/codecs`;
const { check } = parseArgs({ options: { check: { type: 'boolean', default: false } } }).values;

const missing = whatIsMissing();
if (missing !== undefined) {
  console.log(`The WebAssembly module is not ${check ? 'checked' : 'built'}: ${missing}.`);
  process.exit(check ? 0 : 1);
}
const crates = sourcesOfCrates();
const folder = mkdtempSync(join(tmpdir(), 'isopress-wasm-'));
try {
  await build();
} finally {
  rmSync(folder, { recursive: true });
}

/** A clause, or undefined if everything is there. */
function whatIsMissing() {
  const clang = spawnSync('clang-14', ['--version'], { encoding: 'utf8' });
  const version = /version (\d+\.\d+\.\d+)/.exec(clang.stdout ?? '')?.[1];
  if (version !== COMPILER) return `clang-14 ${COMPILER} is needed, ${version ?? 'none'} is installed`;
  const libc = spawnSync('dpkg-query', ['-W', '-f', `\${Version}`, 'wasi-libc'], { encoding: 'utf8' });
  if (libc.stdout !== LIBC) return `wasi-libc ${LIBC} is needed, ${libc.stdout || 'none'} is installed`;
  if (spawnSync('wasm-ld-14', ['--version']).status !== 0) return 'lld-14 is not installed';
  if (spawnSync('cargo', ['fetch', '--locked', '--quiet'], { cwd: root }).status !== 0) {
    return 'cargo cannot fetch the crates that have the sources';
  }
  return undefined;
}

/** Folders of the crates in cargo's cache, by name. @returns {Record<string, string>} */
function sourcesOfCrates() {
  const args = ['metadata', '--format-version', '1', '--locked'];
  const { stdout } = spawnSync('cargo', args, { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  const { packages } = JSON.parse(stdout);
  return Object.fromEntries(
    packages.map((/** @type {{ name: string, manifest_path: string }} */ { name, manifest_path: path }) => [
      name,
      dirname(path),
    ]),
  );
}

/** @typedef {{ files: string[], flags: string[] }} Library */

/** The sources that the crates' own build scripts compile, except those that need threads or an operating system. @returns {Library[]} */
function libraries() {
  const deflate = `${crates['libdeflate-sys']}/libdeflate`;
  const lz4 = `${crates['lz4-sys']}/liblz4/lib`;
  const lzma = `${crates['liblzma-sys']}/xz/src`;
  const zstd = `${crates['zstd-sys']}/zstd/lib`;
  const lzmaFolders = ['common', 'lzma', 'lz', 'check', 'delta', 'rangecoder', 'simple'];
  const lzmaIncludes = ['api', ...lzmaFolders].map((name) => `-I${lzma}/liblzma/${name}`);
  const unwanted = /(_mt|_small|tablegen|crc_clmul_consts_gen|hardware_\w+)\.c$/;
  return [
    {
      files: [
        'adler32',
        'crc32',
        'deflate_compress',
        'deflate_decompress',
        'utils',
        'zlib_compress',
        'zlib_decompress',
      ].map((name) => `${deflate}/lib/${name}.c`),
      flags: [`-I${deflate}`],
    },
    // lz4.c is part of native/codecs/lz4.c, which says why its registers have 64 bits.
    { files: ['lz4frame', 'lz4hc', 'xxhash'].map((name) => `${lz4}/${name}.c`), flags: ['-D__x86_64__'] },
    {
      files: lzmaFolders.flatMap((name) => sources(`${lzma}/liblzma/${name}`)).filter((file) => !unwanted.test(file)),
      flags: [
        '-DHAVE_CONFIG_H',
        '-DTUKLIB_FAST_UNALIGNED_ACCESS',
        `-I${crates['liblzma-sys']}`,
        `-I${lzma}/common`,
        ...lzmaIncludes,
      ],
    },
    {
      files: ['common', 'compress', 'decompress']
        .flatMap((name) => sources(`${zstd}/${name}`))
        .filter((file) => !file.includes('xxhash')),
      flags: ['-DZSTD_DISABLE_ASM', '-DXXH_PRIVATE_API', '-DZSTD_LEGACY_SUPPORT=0', `-I${zstd}/common`],
    },
    {
      files: sources(core),
      flags: ['-Wall', '-Wextra', '-Wno-parentheses', `-I${deflate}`, `-I${lz4}`, `-I${lzma}/liblzma/api`, `-I${zstd}`],
    },
  ];
}

/** @param {string} directory */
function sources(directory) {
  const names = readdirSync(directory).filter((name) => name.endsWith('.c'));
  return names.sort().map((name) => `${directory}/${name}`);
}

async function build() {
  const common = [
    '--target=wasm32-wasi',
    '-std=c11',
    '-O3',
    '-msimd128',
    '-DNDEBUG',
    '-D_POSIX_C_SOURCE=199506L',
    '-fvisibility=hidden',
    '-c',
  ];
  const jobs = libraries().flatMap(({ files, flags }, library) =>
    files.map((file) => {
      const object = join(folder, `${library}-${basename(dirname(file))}-${basename(file, '.c')}.o`);
      return { object, args: [...common, ...(library === 4 ? [] : ['-w']), ...flags, file, '-o', object] };
    }),
  );
  const waiting = [...jobs];
  const work = async () => {
    for (let job = waiting.shift(); job; job = waiting.shift()) await run('clang-14', job.args);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  const exported = [...readFileSync(`${core}/codecs.h`, 'utf8').matchAll(/\b(codecs_\w+)\(/g)].map(([, name]) => name);
  const module = join(folder, 'codecs.wasm');
  await run('clang-14', [
    '--target=wasm32-wasi',
    '-nostartfiles',
    '-Wl,--no-entry,--strip-all,--gc-sections,-z,stack-size=524288,--stack-first',
    ...[...new Set(exported), 'malloc', 'free'].map((name) => `-Wl,--export=${name}`),
    ...jobs.map(({ object }) => object),
    '-o',
    module,
  ]);
  await publish(readFileSync(module));
}

/** @param {string} command @param {string[]} args @returns {Promise<void>} */
function run(command, args) {
  return new Promise((resolve, reject) => {
    spawn(command, args, { stdio: 'inherit' }).on('close', (status) =>
      status === 0 ? resolve() : reject(new Error(`${command} failed: ${args.join(' ')}`)),
    );
  });
}

/** @param {Buffer} bytes */
async function publish(bytes) {
  const places = { module: `${root}src/compress/core/codecs.wasm`, facts: `${root}src/compress/core/built.ts` };
  const facts = await factsOf(bytes);
  if (!check) {
    writeFileSync(places.module, bytes);
    writeFileSync(places.facts, facts);
    console.log(`WebAssembly module built: ${bytes.length} bytes.`);
  } else if (!bytes.equals(readFileSync(places.module)) || facts !== readFileSync(places.facts, 'utf8')) {
    console.error('The WebAssembly module does not match its sources. Run "npm run build:wasm" and commit the result.');
    process.exitCode = 1;
  } else console.log(`The WebAssembly module matches its sources: ${bytes.length} bytes.`);
}

/** The facts that the program needs before it loads the module. @param {Buffer} bytes */
async function factsOf(bytes) {
  const { instance, module } = await WebAssembly.instantiate(bytes);
  const imports = WebAssembly.Module.imports(module);
  if (imports.length > 0) throw new Error(`The module imports ${JSON.stringify(imports)}.`);
  const { memory, ...functions } = /** @type {any} */ (instance.exports);
  const text = (/** @type {number} */ at) => {
    const view = new Uint8Array(memory.buffer, at);
    return Buffer.from(view.subarray(0, view.indexOf(0))).toString('latin1');
  };
  const each = (/** @type {number} */ count, /** @type {(i: number) => string} */ row) =>
    Array.from({ length: count }, (_, i) => `  ${row(i)},`);
  const key = (/** @type {string} */ name) => (/^\w+$/.test(name) ? name : `'${name}'`);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return `// Made by "npm run build:wasm": facts of codecs.wasm that are needed before it is loaded.

/** SHA-256 of the module. */
export const SHA256 = '${sha256}';

/** The codecs of the core in its order, with the library of each and its version. */
export const LIBRARIES = {
${each(functions.codecs_count(), (i) => `${key(text(functions.codecs_name(i)))}: '${text(functions.codecs_library(i))}'`).join('\n')}
} as const;

/** The stream formats of the core in its order. */
export const STREAMS = [${Array.from({ length: functions.codecs_stream_count() }, (_, i) => `'${text(functions.codecs_stream_name(i))}'`).join(', ')}] as const;
`;
}
