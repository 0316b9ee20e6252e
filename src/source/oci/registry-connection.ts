// HTTP with a registry. Servers are not trusted: answers have a largest size, every wait for the next byte has a limit, and redirections
// are followed only to places that the registry itself could have.

import type { IncomingMessage } from 'node:http';
import { InvalidImageError, UnreadableError } from '../../errors.js';
import type { Run } from '../../io/index.js';
import type { RegistryCredentials } from './credentials.js';
import { type RegistryCertificates, readCertificates } from './registry-certificates.js';
import { sendRequest } from './registry-request.js';

/** The place of an image, and how long to wait for its server. */
export interface RegistryPlace {
  /** With a port if it has one. */
  readonly host: string;
  readonly repository: string;
  /** Milliseconds without a byte after which a request fails. */
  readonly patience: number;
  /** User and password, asked for once and only if the server wants them. Undefined: nobody is known to it. */
  readonly credentials?: (() => Promise<RegistryCredentials | undefined>) | undefined;
  /** Directories with a directory of certificates for each registry. */
  readonly certificates?: readonly string[] | undefined;
}

/** Whether the same request may succeed later. */
export const isPassing = (status: number) => status === 429 || status >= 500;

const MOST_REDIRECTS = 5;
const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|\[::1\])(?::\d+)?$/;

/** An answer, and a way to end it. */
export interface Answer {
  readonly status: number;
  /** A header by its name in lower case; empty if the answer does not have it. */
  header(name: string): string;
  readonly body: IncomingMessage;
  end(): void;
}

/** The parts of a request besides its address. */
interface Asked {
  readonly headers: Readonly<Record<string, string>>;
  readonly form?: string;
}

/** A fault that may not happen again, so the request is repeated. */
export class PassingFault extends Error {}

export class RegistryConnection {
  /** The address of the repository, with a slash at the end. */
  readonly base: string;
  /** The image, as messages name it. */
  readonly shown: string;
  readonly #patience: number;
  readonly #run: Run;
  readonly #certificates: () => Promise<RegistryCertificates | undefined>;

  constructor({ host, repository, patience, certificates = [] }: RegistryPlace, run: Run) {
    const server = host === 'docker.io' ? 'registry-1.docker.io' : host;
    this.base = `${LOOPBACK.test(host) ? 'http' : 'https'}://${server}/v2/${repository}/`;
    this.shown = `oci://${host}/${repository}`;
    this.#patience = patience;
    this.#run = run;
    let read: Promise<RegistryCertificates | undefined> | undefined;
    this.#certificates = () => {
      read ??= readCertificates(certificates, host);
      return read;
    };
  }

  /** Follows redirections. A token is never sent to another server, and none may lead from https to http. */
  async get(start: URL, headers: Readonly<Record<string, string>>): Promise<Answer> {
    let url = start;
    for (let redirects = 0; ; redirects++) {
      const { authorization: _, ...others } = headers;
      const answer = await this.#ask(url, { headers: url.origin === start.origin ? headers : others });
      const { status } = answer;
      const location = status >= 300 && status < 400 ? answer.header('location') : '';
      if (location === '') return answer;
      answer.end();
      if (!URL.canParse(location, url.href)) throw new PassingFault('it redirects to a broken address');
      const next = new URL(location, url);
      if (redirects === MOST_REDIRECTS || !this.isAllowed(next)) {
        const message = `${this.shown} cannot be read: it redirects ${redirects === MOST_REDIRECTS ? 'without end' : `to ${next.protocol}//${next.host}`}.`;
        throw new UnreadableError('oci.redirect', message, { path: this.shown });
      }
      url = next;
    }
  }

  /** Whether a token or an image may be requested from an address: by https, or by http from this machine if the registry is on it. */
  isAllowed({ protocol, host }: URL): boolean {
    return protocol === 'https:' || (protocol === 'http:' && this.base.startsWith('http:') && LOOPBACK.test(host));
  }

  /** Sends a form. Redirections are not followed. */
  post(url: URL, fields: Readonly<Record<string, string>>): Promise<Answer> {
    return this.#ask(url, { headers: {}, form: new URLSearchParams(fields).toString() });
  }

  async #ask(url: URL, asked: Asked): Promise<Answer> {
    const controller = new AbortController();
    const { signal } = this.#run;
    const stop = () => controller.abort(signal?.reason);
    signal?.throwIfAborted();
    signal?.addEventListener('abort', stop, { once: true });
    const end = () => {
      signal?.removeEventListener('abort', stop);
      controller.abort();
    };
    try {
      const certificates = await this.#certificatesFor(url);
      const body = await this.#inTime(sendRequest({ url, ...asked, certificates, signal: controller.signal }));
      // An answer that is ended before its last byte is an error of the stream, which nobody waits for any more.
      body.on('error', () => {});
      const header = (name: string) => [body.headers[name] ?? ''].flat().join(', ');
      return { status: body.statusCode!, header, body, end };
    } catch (error) {
      end();
      throw error;
    }
  }

  /** Other servers are trusted by the same authorities, because the registry names them; but none of them may ask who this is. */
  async #certificatesFor({ origin }: URL): Promise<RegistryCertificates | undefined> {
    const found = await this.#certificates();
    return origin === new URL(this.base).origin ? found : found?.ca && { ca: found.ca };
  }

  /** The bytes of an answer, which ends with them. */
  async *body(answer: Answer): AsyncGenerator<Uint8Array> {
    const pieces: AsyncIterator<Uint8Array> = answer.body[Symbol.asyncIterator]();
    try {
      for (;;) {
        const part = await this.#inTime(pieces.next());
        if (part.done) return;
        yield part.value;
      }
    } finally {
      answer.end();
    }
  }

  /** All bytes of an answer of at most `limit` bytes. */
  async whole(answer: Answer, limit: number): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    let size = 0;
    for await (const piece of this.body(answer)) {
      size += piece.length;
      if (size > limit) {
        throw new InvalidImageError('oci.document', `${this.shown} answers with more than ${limit} bytes.`, {
          path: this.shown,
        });
      }
      parts.push(piece);
    }
    return Buffer.concat(parts);
  }

  async #inTime<T>(work: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new PassingFault('the server does not answer')), this.#patience);
    });
    try {
      return await Promise.race([work, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}
