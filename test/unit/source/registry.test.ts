// Images in registries: tokens, broken connections, and servers that redirect, lie or stall.
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { fromText } from '../../../src/bytes/text.js';
import { quietRun } from '../../../src/io/content.js';
import { type ContainerOptions, containerReference, scanContainer } from '../../../src/source/oci/scan.js';
import { digestOf, OciLayout } from '../../support/oci-layout.js';
import { scratchDirectory } from '../../support/scratch.js';
import { archive } from '../../support/tar-archive.js';

const scratch = scratchDirectory();
const layout = new OciLayout(join(scratch, 'layout'));
const data = 'x'.repeat(300_000);
const entry = layout.image({
  layers: [{ archive: archive({ name: 'file', data }), compression: 'gzip' }, archive({ name: 'other', data })],
});
layout.list(entry, 'latest');
const pathOf = (digest: string) => join(layout.directory, 'blobs', digest.replace(':', '/'));
const blobs = (digest: string) => readFileSync(pathOf(digest));
const layers: { digest: string }[] = JSON.parse(blobs(entry.digest).toString()).layers;
const plain = layers[1]!.digest;

type Handler = (request: IncomingMessage, response: ServerResponse) => boolean;
/** Answers before the sound server does. */
let before: Handler;
let requests: string[];
let host: string;

const server = createServer((request, response) => {
  requests.push(`${request.method} ${request.url} ${request.headers.range ?? ''}`.trim());
  if (before(request, response)) return;
  const [, kind, reference = ''] = /^\/v2\/a\/b\/(manifests|blobs)\/(.+)$/.exec(request.url ?? '') ?? [];
  const digest = reference === 'latest' ? entry.digest : reference;
  if (!kind || !existsSync(pathOf(digest))) return void response.writeHead(404).end();
  response.setHeader(
    'content-type',
    kind === 'manifests' ? `${entry.mediaType}; charset=utf-8` : 'application/octet-stream',
  );
  const bytes = blobs(digest);
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  response.writeHead(from > 0 ? 206 : 200).end(bytes.subarray(from));
});

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  before = () => false;
  requests = [];
});

let made = 0;
const pull = (name = 'a/b', patience = 2000, more: Pick<ContainerOptions, 'credentials'> = {}) =>
  scanContainer(
    containerReference(fromText(`oci://${host}/${name}`))!,
    { spool: fromText(join(scratch, `spool${++made}`)), patience, ...more },
    quietRun(),
  );
const names = async (pulled = pull()) => [...(await pulled).root.entries.keys()];

/** Acts on the first `count` requests of a blob. */
function onBlob(act: Handler, count = Number.POSITIVE_INFINITY): void {
  let left = count;
  before = (request, response) => request.url!.endsWith(plain) && left-- > 0 && act(request, response);
}

test('by tag, by digest, and each blob once', async () => {
  expect(await names()).toEqual(['file', 'other']);
  expect(new Set(requests).size).toBe(requests.length);
  expect(await names(pull(`a/b@${entry.digest}`))).toEqual(['file', 'other']);
  await expect(pull('a/b:none')).rejects.toMatchObject({ code: 'oci.tag' });
  await expect(pull(`a/b@${digestOf(Buffer.from(''))}`)).rejects.toMatchObject({
    code: 'oci.tag',
  });
});

test('a token is asked for, and is for this server alone', async () => {
  const seen: (string | undefined)[] = [];
  before = (request, response) => {
    if (request.url!.startsWith('/token')) {
      expect(request.url).toBe('/token?service=s&scope=repository%3Aa%2Fb%3Apull');
      response.end('{"token":"secret"}');
      return true;
    }
    seen.push(request.headers.authorization);
    if (request.headers.authorization === 'Bearer secret') return false;
    response.setHeader(
      'www-authenticate',
      `Bearer realm="http://${host}/token",service="s",scope="repository:a/b:pull"`,
    );
    response.writeHead(401).end();
    return true;
  };
  expect(await names()).toEqual(['file', 'other']);
  expect(seen.filter((value) => value === undefined)).toHaveLength(1);
});

const USER = { username: 'user', password: 'pass: word' };
const BASIC = `Basic ${Buffer.from('user:pass: word').toString('base64')}`;

describe('a user with a password', () => {
  let places: object[];
  const credentials = async (place: object) => {
    places.push(place);
    return USER;
  };
  beforeEach(() => {
    places = [];
  });
  const challenge = (response: ServerResponse, value: string) =>
    !!response.writeHead(401, { 'www-authenticate': value }).end();

  test('is asked for once, and only if the server wants one', async () => {
    expect(await names(pull('a/b', 2000, { credentials }))).toEqual(['file', 'other']);
    expect(places).toEqual([]);
    before = ({ headers }, response) => headers.authorization !== BASIC && challenge(response, 'Basic realm="x"');
    expect(await names(pull('a/b', 2000, { credentials }))).toEqual(['file', 'other']);
    expect(places).toEqual([{ host, repository: 'a/b' }]);
  });

  test('gets a token, and only the server of tokens gets the password', async () => {
    before = ({ url, headers }, response) => {
      if (url!.startsWith('/token')) {
        expect(headers.authorization).toBe(BASIC);
        return !!response.end('{"access_token":"secret"}');
      }
      if (headers.authorization === 'Bearer secret') return false;
      expect(headers.authorization).toBe(undefined);
      return challenge(response, `Bearer realm="http://${host}/token",service="s"`);
    };
    expect(await names(pull('a/b', 2000, { credentials }))).toEqual(['file', 'other']);
  });

  test('whose identity token the server of tokens exchanges', async () => {
    const form = async (request: IncomingMessage) => {
      let text = '';
      for await (const piece of request.setEncoding('utf8')) text += piece;
      return Object.fromEntries(new URLSearchParams(text));
    };
    const forms: unknown[] = [];
    before = (request, response) => {
      if (request.url === '/token') {
        expect([request.method, request.headers.authorization]).toEqual(['POST', undefined]);
        void form(request).then((fields) => {
          forms.push(fields);
          response.end('{"access_token":"secret"}');
        });
        return true;
      }
      if (request.headers.authorization === 'Bearer secret') return false;
      return challenge(response, `Bearer realm="http://${host}/token",service="s",scope="repository:a/b:pull"`);
    };
    const identified = { credentials: async () => ({ identityToken: 'a/b+c=' }) };
    expect(await names(pull('a/b', 2000, identified))).toEqual(['file', 'other']);
    expect(forms).toEqual([
      {
        ...{ grant_type: 'refresh_token', refresh_token: 'a/b+c=', client_id: 'isopress' },
        ...{ service: 's', scope: 'repository:a/b:pull' },
      },
    ]);
    before = (_, response) => challenge(response, 'Basic realm="x"');
    await expect(pull('a/b', 2000, identified)).rejects.toMatchObject({ code: 'oci.denied' });
  });

  test('is not sent to where a server redirects', async () => {
    const seen: (string | undefined)[] = [];
    const other = createServer((request, response) => {
      seen.push(request.headers.authorization);
      response.end(blobs(plain));
    });
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const location = `http://127.0.0.1:${(other.address() as AddressInfo).port}/`;
    before = ({ url, headers }, response) =>
      headers.authorization === BASIC
        ? url!.endsWith(plain) && !!response.writeHead(307, { location }).end()
        : challenge(response, 'Basic realm="x"');
    try {
      expect(await names(pull('a/b', 2000, { credentials }))).toEqual(['file', 'other']);
      expect(seen).toEqual([undefined]);
    } finally {
      other.closeAllConnections();
      other.close();
    }
  });

  test.each(['Basic realm="x"', 'Bearer realm="TOKEN"', 'Negotiate'])('that %s does not accept', async (value) => {
    before = (_, response) => challenge(response, value.replace('TOKEN', `http://${host}/token`));
    const failed = pull('a/b', 2000, { credentials });
    await expect(failed).rejects.toMatchObject({ code: 'oci.denied', hint: expect.stringMatching(/not accepted/) });
    expect(JSON.stringify(await failed.catch((error) => ({ ...error, text: String(error) })))).not.toMatch(
      /word"|cGFzcz/,
    );
    expect(requests.length).toBeLessThan(10);
  });
});

test.each<[string, Handler]>([
  ['a server error', (_, response) => !!response.writeHead(503).end()],
  ['a broken connection', (request) => !!request.socket.destroy()],
  [
    'half a blob',
    (_, response) => {
      response.writeHead(200).write(blobs(plain).subarray(0, 100_000));
      setTimeout(() => response.destroy(), 50);
      return true;
    },
  ],
])('%s is tried again', async (_, act) => {
  onBlob(act, 1);
  expect(await names()).toEqual(['file', 'other']);
});

test('a broken blob goes on where it broke', async () => {
  onBlob((_, response) => {
    response.writeHead(200).write(blobs(plain).subarray(0, 100_000));
    setTimeout(() => response.destroy(), 100);
    return true;
  }, 1);
  await pull();
  expect(requests.filter((one) => /bytes=[1-9]\d*-$/.test(one))).toHaveLength(1);
});

test.each<[string, string, Handler]>([
  ['errors without end', 'oci.registry', (_, response) => !!response.writeHead(500).end()],
  ['less than is stated', 'oci.registry', (_, response) => !!response.end('short')],
  ['more than is stated', 'oci.size', (_, response) => !!response.end(Buffer.alloc(1 << 20))],
  ['other bytes', 'oci.digest-mismatch', (_, response) => !!response.end(Buffer.alloc(blobs(plain).length))],
  ['no answer', 'oci.registry', () => true],
  [
    'redirections without end',
    'oci.redirect',
    (request, response) => !!response.writeHead(307, { location: request.url }).end(),
  ],
  [
    'a redirection to another kind of address',
    'oci.redirect',
    (_, response) => !!response.writeHead(307, { location: 'file:///etc/passwd' }).end(),
  ],
  [
    'a redirection to an open connection elsewhere',
    'oci.redirect',
    (_, response) => !!response.writeHead(307, { location: 'http://192.0.2.1/x' }).end(),
  ],
  [
    'a password',
    'oci.denied',
    (_, response) => !!response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end(),
  ],
  ['no permission', 'oci.denied', (_, response) => !!response.writeHead(403).end()],
])('a server that gives %s', async (_, code, act) => {
  onBlob(act);
  await expect(pull('a/b', 300)).rejects.toMatchObject({ code });
});

test('a manifest of any size is not read', async () => {
  before = (request, response) => request.url!.includes('manifests') && !!response.end(Buffer.alloc(5 << 20));
  await expect(pull()).rejects.toMatchObject({ code: 'oci.document' });
});

test.each(['a/../b', 'A/b', 'a/b:', 'a/b:x y', 'a//b', 'a/b@md5:0'])('"%s" is no name', async (name) => {
  if (name === 'a/b:') expect(containerReference(fromText(`oci://h/${name}`))?.tag).toBe('latest');
  else await expect(pull(name)).rejects.toMatchObject({ code: 'oci.name' });
});
