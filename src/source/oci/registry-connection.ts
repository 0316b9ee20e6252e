// HTTP with a registry. Servers are not trusted: answers have a largest size, every wait for the next byte has a limit, and redirections
// are followed only to places that the registry itself could have.

import { InvalidImageError, UnreadableError } from '../../errors.js';
import type { Run } from '../../io/index.js';
import type { RegistryCredentials } from './credentials.js';

/** The place of an image, and how long to wait for its server. */
export interface RegistryPlace {
  /** With a port if it has one. */
  readonly host: string;
  readonly repository: string;
  /** Milliseconds without a byte after which a request fails. */
  readonly patience: number;
  /** User and password, asked for once and only if the server wants them. Undefined: nobody is known to it. */
  readonly credentials?: (() => Promise<RegistryCredentials | undefined>) | undefined;
}

/** Whether the same request may succeed later. */
export const isPassing = (status: number) => status === 429 || status >= 500;

const MOST_REDIRECTS = 5;
const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|\[::1\])(?::\d+)?$/;

/** An answer, and a way to end it. */
export interface Answer {
  readonly response: Response;
  end(): void;
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

  constructor({ host, repository, patience }: RegistryPlace, run: Run) {
    const server = host === 'docker.io' ? 'registry-1.docker.io' : host;
    this.base = `${LOOPBACK.test(host) ? 'http' : 'https'}://${server}/v2/${repository}/`;
    this.shown = `oci://${host}/${repository}`;
    this.#patience = patience;
    this.#run = run;
  }

  /** Follows redirections. A token is never sent to another server, and none may lead from https to http. */
  async get(start: URL, headers: Readonly<Record<string, string>>): Promise<Answer> {
    let url = start;
    for (let redirects = 0; ; redirects++) {
      const { authorization: _, ...others } = headers;
      const answer = await this.#fetch(url, url.origin === start.origin ? headers : others);
      const { status } = answer.response;
      const location = status >= 300 && status < 400 ? answer.response.headers.get('location') : null;
      if (location === null) return answer;
      answer.end();
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

  async #fetch(url: URL, headers: Readonly<Record<string, string>>): Promise<Answer> {
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
      const request = fetch(url, { headers, redirect: 'manual', signal: controller.signal });
      return { response: await this.#inTime(request), end };
    } catch (error) {
      end();
      throw error;
    }
  }

  /** The bytes of an answer, which ends with them. */
  async *body(answer: Answer): AsyncGenerator<Uint8Array> {
    const reader = answer.response.body?.getReader();
    try {
      for (;;) {
        const part = reader ? await this.#inTime(reader.read()) : { done: true as const, value: undefined };
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
