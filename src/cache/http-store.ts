// A server as a store: GET, HEAD and PUT of `ac/KEY` and `cas/SHA256` below an address. bazel-remote and web servers with DAV take these.

import { createReadStream } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import * as http from 'node:http';
import * as https from 'node:https';
import { type Blob, LARGEST_RECORD } from './record.js';
import type { Store } from './store.js';

/** How long to wait for a server. */
export interface Patience {
  /** Milliseconds without a byte after which a server counts as stopped. */
  readonly silence: number;
  /** Milliseconds that an answer may take, in addition to those for its bytes. */
  readonly answer: number;
  /** Bytes per millisecond; a slower server is not worth waiting for. */
  readonly rate: number;
}

const PATIENCE: Patience = { silence: 10_000, answer: 15_000, rate: 256 };

/** Opens a store at an `http` or `https` URL, which may have a user and a password. */
export function openHttpStore(url: URL, isReadOnly: boolean, patience: Patience = PATIENCE): Store {
  return new HttpStore(url, isReadOnly, patience);
}

interface Answer {
  readonly status: number;
  readonly body: http.IncomingMessage;
}

class HttpStore implements Store {
  readonly name: string;
  readonly scratch = undefined;
  readonly #url: URL;
  readonly #agent: http.Agent;
  readonly #request: typeof http.request;
  readonly #patience: Patience;

  constructor(
    url: URL,
    readonly isReadOnly: boolean,
    patience: Patience,
  ) {
    const { request, Agent } = url.protocol === 'https:' ? https : http;
    this.#url = url;
    // Messages must not show user and password.
    this.name = `${url.origin}${url.pathname}`;
    this.#agent = new Agent({ keepAlive: true });
    this.#request = request;
    this.#patience = patience;
  }

  async record(key: string): Promise<Uint8Array | undefined> {
    return this.#get(`ac/${key}`, LARGEST_RECORD, async (body) => {
      const pieces: Uint8Array[] = [];
      let size = 0;
      for await (const piece of body) {
        size += (piece as Uint8Array).length;
        if (size > LARGEST_RECORD) return undefined;
        pieces.push(piece);
      }
      return Buffer.concat(pieces);
    });
  }

  async path(): Promise<undefined> {}

  async discard(): Promise<void> {}

  async download({ digest, size }: Blob, to: FileHandle): Promise<boolean> {
    const written = await this.#get(`cas/${digest}`, size, async (body) => {
      let at = 0;
      for await (const piece of body) {
        if (at + (piece as Uint8Array).length > size) break;
        await to.write(piece, 0, piece.length, at);
        at += (piece as Uint8Array).length;
      }
      return at;
    });
    if (written !== undefined && written !== size) throw new Error(`it sent ${written} bytes of ${size}`);
    return written !== undefined;
  }

  async putRecord(key: string, bytes: Uint8Array): Promise<void> {
    await this.#put(`ac/${key}`, bytes.length, (request) => request.end(bytes));
  }

  async put({ digest, size }: Blob, from: string): Promise<void> {
    const path = `cas/${digest}`;
    const known = await this.#exchange('HEAD', path, 0, (request) => request.end(), finished);
    if (known === 200) return;
    await this.#put(path, size, (request) => {
      const file = createReadStream(from);
      file.on('error', (error) => request.destroy(error));
      file.pipe(request);
    });
  }

  async close(): Promise<void> {
    this.#agent.destroy();
  }

  /** Undefined if the server does not have it. */
  #get<T>(path: string, size: number, read: (body: http.IncomingMessage) => Promise<T>): Promise<T | undefined> {
    return this.#exchange(
      'GET',
      path,
      size,
      (request) => request.end(),
      async ({ status, body }) => {
        if (status === 200) return read(body);
        await finished({ status, body });
        if (status === 404 || status === 410) return undefined;
        throw new Error(`it answers with status ${status}`);
      },
    );
  }

  async #put(path: string, size: number, send: (request: http.ClientRequest) => void): Promise<void> {
    const status = await this.#exchange('PUT', path, size, send, finished);
    if (status < 200 || status > 299) throw new Error(`it answers a PUT with status ${status}`);
  }

  /** Makes one request. Throws if the server is silent, or much slower than compressing would be. */
  async #exchange<T>(
    method: string,
    path: string,
    size: number,
    send: (request: http.ClientRequest) => void,
    use: (answer: Answer) => Promise<T>,
  ): Promise<T> {
    const { protocol, hostname, port, pathname, username, password } = this.#url;
    const { silence, answer, rate } = this.#patience;
    const options: http.RequestOptions = {
      ...{ method, protocol, hostname: hostname.replace(/^\[|\]$/g, ''), port, agent: this.#agent },
      path: `${pathname.replace(/\/$/, '')}/${path}`,
      headers: method === 'PUT' ? { 'content-length': size, 'content-type': 'application/octet-stream' } : {},
      ...(username === '' ? {} : { auth: `${decodeURIComponent(username)}:${decodeURIComponent(password)}` }),
      timeout: silence,
    };
    const request = this.#request(options);
    const late = setTimeout(() => request.destroy(new Error('it is too slow')), answer + size / rate);
    request.on('timeout', () => request.destroy(new Error('it does not answer')));
    let body: http.IncomingMessage | undefined;
    try {
      const answered = new Promise<http.IncomingMessage>((resolve, reject) => {
        request.on('response', resolve);
        request.on('error', reject);
      });
      send(request);
      body = await answered;
      return await use({ status: body.statusCode ?? 0, body });
    } finally {
      clearTimeout(late);
      // An unfinished body would keep its connection open.
      if (!body?.complete) request.destroy();
    }
  }
}

async function finished({ status, body }: Answer): Promise<number> {
  for await (const _ of body);
  return status;
}
