// Caches on servers: nginx as it comes from Debian, servers that fail in every way, and twenty commands that share a directory.
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, test } from 'vitest';
import { Cache } from '../../src/cache/cache.js';
import { openHttpStore } from '../../src/cache/http-store.js';
import { FORMATS, fresh, type Made, opened, treeOf } from '../support/cached-images.js';
import { isopress, startIsopress } from '../support/command.js';
import { oracle } from '../support/oracle.js';
import { smallIso } from '../support/small-iso.js';
import { hasGrub } from '../support/small-root.js';

const squashfs = FORMATS['squashfs']!;
/** Milliseconds. */
const SETTLED = 2500;
const started: ChildProcess[] = [];
afterAll(() => {
  for (const one of started) one.kill();
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** nginx with DAV for `directory`; `more` goes into its location. Gives its address. */
async function startNginx(directory: string, more = ''): Promise<string> {
  const [port, work] = [await freePort(), fresh()];
  for (const name of ['ac', 'cas']) mkdirSync(join(directory, name), { recursive: true });
  const config = `daemon off; master_process off; pid ${work}/pid; error_log ${work}/errors; events {}
    http { access_log off; client_max_body_size 0; client_body_temp_path ${work}/body;
      server { listen 127.0.0.1:${port}; root ${directory}; location / { dav_methods PUT; ${more} } } }`;
  writeFileSync(join(work, 'conf'), config);
  started.push(spawn('nginx', ['-c', join(work, 'conf'), '-p', work], { stdio: 'inherit' }));
  for (let tries = 0; tries < 100; tries++) {
    const socket = connect(port, '127.0.0.1');
    const isUp = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (isUp) return `http://127.0.0.1:${port}`;
    await sleep(50);
  }
  throw new Error('nginx does not start.');
}

async function pressed(place: string, edited = false): Promise<Made & { readonly notes: readonly string[] }> {
  const { cache, notes } = await opened(place);
  const made = await squashfs(treeOf(edited), cache);
  await cache.close();
  return { ...made, notes };
}

describe('nginx', () => {
  oracle('nginx')('keeps blocks, and serves them to any machine', async () => {
    const directory = fresh();
    const address = await startNginx(directory);
    const without = await squashfs(treeOf(), undefined);
    expect(await pressed(address)).toEqual({ ...without, notes: [] });
    expect(await pressed(`${address}/`)).toEqual({ ...without, blocks: 0, notes: [] });
    for (const name of readdirSync(join(directory, 'cas'))) {
      expect(
        createHash('sha256')
          .update(readFileSync(join(directory, 'cas', name)))
          .digest('hex'),
      ).toBe(name);
    }
    // Its directory is a cache itself, and a cache of a machine in front of it fills on the way.
    mkdirSync(join(directory, 'tmp'));
    expect(isopress(['cache', 'verify', directory])).toMatchObject({ status: 0 });
    expect(await pressed(directory)).toEqual({ ...without, blocks: 0, notes: [] });
  });

  oracle('nginx')('may want a password, and may refuse to keep anything', async () => {
    const directory = fresh();
    writeFileSync(join(directory, 'users'), 'build:{PLAIN}s3cret\n');
    const closed = await startNginx(directory, `auth_basic cache; auth_basic_user_file ${directory}/users;`);
    const without = await squashfs(treeOf(), undefined);
    const refused = await pressed(closed);
    expect(refused).toMatchObject({ digest: without.digest, blocks: without.blocks });
    expect(refused.notes.join('\n')).toContain('status 401');
    const withPassword = closed.replace('//', '//build:s3cret@');
    expect(await pressed(withPassword)).toEqual({ ...without, notes: [] });
    expect(await pressed(withPassword)).toEqual({ ...without, blocks: 0, notes: [] });
    const mirror = await startNginx(directory, 'limit_except GET HEAD { deny all; }');
    const read = await pressed(mirror, true);
    expect(read.digest).toBe((await squashfs(treeOf(true), undefined)).digest);
    expect(read.notes).toEqual([expect.stringContaining('Nothing more is kept')]);
    expect(read.notes.join('\n')).toContain('403');
  });
});

/** Answers of a server that cannot be relied on, by what is wrong with them. */
const FAULTS: Readonly<Record<string, (good: (path: string) => Buffer | undefined) => RequestListener>> = {
  'accepts and says nothing': () => () => {},
  'closes the connection': () => (request) => request.socket.destroy(),
  'answers with an error': () => (_, response) => response.writeHead(500).end('no'),
  'sends other bytes': (good) => (request, response) => {
    const bytes = good(request.url!);
    response.writeHead(bytes ? 200 : 404).end(bytes?.map((byte) => byte ^ 1));
  },
  'sends less': (good) => (request, response) => {
    const bytes = good(request.url!);
    response.writeHead(bytes ? 200 : 404).end(bytes?.subarray(0, bytes.length >> 1));
  },
  'sends more': (good) => (request, response) => {
    const bytes = good(request.url!);
    response.writeHead(bytes ? 200 : 404).end(bytes && Buffer.concat([bytes, bytes]));
  },
  'sends without an end': () => (_, response) => {
    response.writeHead(200);
    const more = setInterval(() => {
      if (response.destroyed || response.socket?.destroyed !== false) clearInterval(more);
      else if (response.writableLength < 1e6) response.write(Buffer.alloc(200_000));
    }, 1);
  },
  'stops in the middle': (good) => (request, response) => {
    const bytes = good(request.url!);
    response.writeHead(bytes ? 200 : 404, bytes ? { 'content-length': bytes.length } : {});
    if (bytes) response.write(bytes.subarray(0, bytes.length >> 1));
    else response.end();
  },
  drips: (good) => async (request, response) => {
    const bytes = good(request.url!);
    response.writeHead(bytes ? 200 : 404, bytes ? { 'content-length': bytes.length } : {});
    for (const byte of bytes ?? []) {
      if (response.destroyed || response.socket?.destroyed !== false) return;
      response.write(Buffer.of(byte));
      await sleep(20);
    }
    response.end();
  },
  'sends another record and another content': (good) => (request, response) => {
    const [, folder, name] = request.url!.split('/');
    const swapped = name!.endsWith('0') ? name : `${name!.slice(0, -1)}0`;
    response.writeHead(200).end(good(`/${folder}/${name}`)?.toString('latin1').replaceAll(name!, swapped!) ?? 'x');
  },
  redirects: () => (request, response) => response.writeHead(302, { location: request.url! }).end(),
};

test.each(Object.entries(FAULTS))('a server that %s costs time, and no byte', async (_, fault) => {
  const directory = fresh();
  const without = await pressed(directory);
  const good = (path: string) => {
    const name = join(directory, path);
    return /^\/(ac|cas)\/[0-9a-f]+$/.test(path) && readdirSync(join(name, '..')).includes(name.slice(-64))
      ? readFileSync(name)
      : undefined;
  };
  const server = createServer(fault(good)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const notes: string[] = [];
  const store = openHttpStore(new URL(`http://127.0.0.1:${port}`), false, { silence: 300, answer: 600, rate: 1e6 });
  const cache = new Cache([store], { scratch: fresh(), note: (text) => notes.push(text) });
  const made = await squashfs(treeOf(), cache);
  await cache.close();
  server.closeAllConnections();
  server.close();
  expect(made.digest).toBe(without.digest);
  expect(notes.length).toBeGreaterThan(0);
});

test('a server that is not there is given up at once', async () => {
  const without = await squashfs(treeOf(), undefined);
  const made = await pressed(`http://127.0.0.1:${await freePort()}`);
  expect(made).toMatchObject({ digest: without.digest, blocks: without.blocks });
  expect(made.notes.join('\n')).toContain('ECONNREFUSED');
});

test('twenty builds on one cache, killed at random, leave no half entry and no wrong digest', {
  timeout: 120_000,
  skip: !hasGrub,
}, async () => {
  const directory = fresh();
  const small = smallIso(directory);
  small.describe('firmware="efi"');
  for (let i = 0; i < 12; i++) writeFileSync(join(small.root, `f${i}`), `${'text '.repeat(9000)}${i}`.repeat(3));
  // Digests of files are only kept some time after the last change of a file.
  await sleep(SETTLED);
  const cache = join(directory, 'cache');
  const image = (name: string) => join(directory, name, 'small.x86_64-1.0.0.iso');
  const args = (name: string) => {
    mkdirSync(join(directory, name));
    const input = ['--description', small.description, '--root', small.root, '--initrd', small.initrd];
    const how = ['--jobs', '1', '--level', '1', '--epoch', '1700000000', '--quiet'];
    return ['build', ...input, ...how, '--target-dir', join(directory, name)];
  };
  const cached = (name: string) => [...args(name), '--cache', cache];
  expect(isopress(args('first')).status).toBe(0);
  const expected = readFileSync(image('first'));
  const runs = Array.from({ length: 20 }, async (_, i) => {
    await sleep(Math.floor(i / 4) * 300);
    const child = startIsopress(cached(`run${i}`));
    const killer = i % 5 === 4 ? undefined : setTimeout(() => child.kill('SIGKILL'), 150 + ((i * 7919) % 2600));
    const [status] = (await once(child, 'exit')) as [number | null];
    clearTimeout(killer);
    return { status, name: `run${i}` };
  });
  const ended = await Promise.all(runs);
  expect(ended.filter(({ status }) => status === 0).length).toBeGreaterThan(3);
  for (const { status, name } of ended) if (status === 0) expect(readFileSync(image(name)).equals(expected)).toBe(true);
  expect(isopress(['cache', 'verify', cache])).toMatchObject({ status: 0 });
  const { kinds } = JSON.parse(isopress(['cache', 'stat', cache, '--json']).stdout);
  expect(kinds).toMatchObject({ blocks: 1, digests: 1, iso: 1 });
  expect(isopress(cached('last')).status).toBe(0);
  expect(readFileSync(image('last')).equals(expected)).toBe(true);
  // The key by the digests of the table is the one by the files.
  const keyOf = (...more: string[]) =>
    JSON.parse(isopress([...cached(`key${more.length}`), '--json', ...more]).stdout).keys.action;
  expect(keyOf()).toBe(keyOf('--rehash'));
});

test('an ISO of which anything in the cache is damaged is made again, and kept', {
  timeout: 240_000,
  skip: !hasGrub,
}, async () => {
  const [directory, place] = [fresh(), fresh()];
  const small = smallIso(directory);
  small.describe('firmware="efi"');
  const press = () => small.press({ cache: { places: [{ place }] } });
  const { sha256 } = await press();
  /** The contents that the ISO is put together from. */
  const parts = (): Record<string, { digest: string }> => {
    const records = readdirSync(join(place, 'ac')).map((key) => readFileSync(join(place, 'ac', key), 'utf8'));
    return JSON.parse(records.map((text) => text.split('\n')[1]!).find((text) => text.includes('"kind":"iso"'))!).blobs;
  };
  expect(Object.keys(parts()).sort()).toEqual(['pack 0', 'rest', 'runs']);
  expect(readdirSync(join(place, 'cas'))).not.toContain(sha256);
  const damages = [
    (kept: string, size: number) => writeFileSync(kept, readFileSync(kept).fill(7, size >> 1, (size >> 1) + 4)),
    (kept: string, size: number) => truncateSync(kept, size - 1),
    (kept: string) => rmSync(kept),
  ];
  for (const name of Object.keys(parts())) {
    for (const damage of damages) {
      const kept = join(place, 'cas', parts()[name]!.digest);
      damage(kept, statSync(kept).size);
      expect(await press()).toMatchObject({ cached: false, sha256 });
      expect(await press()).toMatchObject({ cached: true, sha256 });
    }
  }
});
