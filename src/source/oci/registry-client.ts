// Requests to a registry (distribution-spec 1.1, "Pull"; tokens as in https://distribution.github.io/distribution/spec/auth/token/).
// Servers are not trusted: answers have a largest size, and every wait for the next byte has a limit.

import { InvalidImageError, IsopressError, UnreadableError } from '../../errors.js';
import type { Run } from '../../io/index.js';

/** The place of an image, and how long to wait for its server. */
export interface RegistryPlace {
  /** With a port if it has one. */
  readonly host: string;
  readonly repository: string;
  /** Milliseconds without a byte after which a request fails. */
  readonly patience: number;
}

const ATTEMPTS = 4;
const MOST_REDIRECTS = 5;
const LARGEST_TOKEN = 256 * 1024;
const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|\[::1\])(?::\d+)?$/;
/** Whether the same request may succeed later. */
const isPassing = (status: number) => status === 429 || status >= 500;

/** An answer, and a way to end it. */
interface Answer {
  readonly response: Response;
  end(): void;
}

/** A fault that may not happen again, so the request is repeated. */
class PassingFault extends Error {}

export class RegistryClient {
  readonly #place: RegistryPlace;
  readonly #run: Run;
  readonly #base: string;
  #token: string | undefined;

  constructor(place: RegistryPlace, run: Run) {
    this.#place = place;
    this.#run = run;
    const host = place.host === 'docker.io' ? 'registry-1.docker.io' : place.host;
    this.#base = `${LOOPBACK.test(place.host) ? 'http' : 'https'}://${host}/v2/${place.repository}/`;
  }

  /** A document of at most `limit` bytes, with its media type; undefined if the server does not have it. */
  async document(path: string, accept: readonly string[], limit: number) {
    for (let attempt = 1; ; attempt++) {
      try {
        const answer = await this.#request(path, { accept: accept.join(', ') });
        if (answer.response.status === 404) return this.#ended(answer, undefined);
        const bytes = await this.#whole(answer, limit);
        const type = (answer.response.headers.get('content-type') ?? '').split(';')[0]!.trim();
        return { bytes, type };
      } catch (error) {
        if (!this.#mayTryAgain(error, attempt)) throw this.#failed(error);
      }
    }
  }

  /** A blob of `size` bytes, continued after a broken connection; undefined if the server does not have it. */
  async blob(digest: string, size: number): Promise<AsyncIterable<Uint8Array> | undefined> {
    let first: Answer | undefined;
    for (let attempt = 1; !first; attempt++) {
      try {
        first = await this.#request(`blobs/${digest}`, {});
      } catch (error) {
        if (!this.#mayTryAgain(error, attempt)) throw this.#failed(error);
      }
    }
    if (first.response.status === 404) return this.#ended(first, undefined);
    return this.#pieces(first, digest, size);
  }

  async *#pieces(first: Answer, digest: string, size: number): AsyncGenerator<Uint8Array> {
    let answer: Answer | undefined = first;
    let at = 0;
    for (let attempt = 1; ; attempt++) {
      try {
        answer ??= await this.#request(`blobs/${digest}`, { range: `bytes=${at}-` });
        // A server without support for ranges sends the blob from the beginning.
        let skip = answer.response.status === 206 ? 0 : at;
        for await (const piece of this.#body(answer)) {
          const fresh = piece.subarray(Math.min(skip, piece.length));
          skip -= piece.length - fresh.length;
          if (at + fresh.length > size) throw this.#lie(digest, size);
          at += fresh.length;
          if (fresh.length > 0) yield fresh;
        }
        if (at === size) return;
        throw new PassingFault(`the answer ended after ${at} of ${size} bytes`);
      } catch (error) {
        if (!this.#mayTryAgain(error, attempt)) throw this.#failed(error);
        answer = undefined;
      }
    }
  }

  #lie(digest: string, size: number): InvalidImageError {
    const message = `${this.#shown}: ${digest} has more than the stated ${size} bytes.`;
    return new InvalidImageError('oci.size', message, { path: this.#shown });
  }

  get #shown(): string {
    return `oci://${this.#place.host}/${this.#place.repository}`;
  }

  #mayTryAgain(error: unknown, attempt: number): boolean {
    this.#run.signal?.throwIfAborted();
    return attempt < ATTEMPTS && !(error instanceof IsopressError);
  }

  #failed(error: unknown): unknown {
    if (error instanceof IsopressError) return error;
    const { message, cause } = error as Error;
    const why = cause instanceof Error ? `${message}: ${cause.message}` : message;
    return new UnreadableError('oci.registry', `${this.#shown} cannot be read: ${why}.`, {
      path: this.#shown,
      cause: error,
    });
  }

  /** Throws for answers other than success and 404. Asks for a token if the server wants one. */
  async #request(path: string, headers: Readonly<Record<string, string>>): Promise<Answer> {
    for (let asked = false; ; asked = true) {
      const authorization = this.#token === undefined ? {} : { authorization: `Bearer ${this.#token}` };
      const answer = await this.#get(new URL(path, this.#base), { ...headers, ...authorization });
      const { status } = answer.response;
      if (status === 200 || status === 206 || status === 404) return answer;
      const challenge = answer.response.headers.get('www-authenticate');
      answer.end();
      if (status === 401 && challenge && !asked) this.#token = await this.#newToken(challenge);
      else if (isPassing(status)) throw new PassingFault(`the server answers ${status}`);
      else {
        const hint =
          status === 401 || status === 403
            ? 'Only images that everybody may read are read; copy it with skopeo.'
            : undefined;
        throw new UnreadableError('oci.denied', `${this.#shown} cannot be read: the server answers ${status}.`, {
          path: this.#shown,
          hint,
        });
      }
    }
  }

  /** Follows redirections. A token is never sent to another server, and none may lead from https to http. */
  async #get(start: URL, headers: Readonly<Record<string, string>>): Promise<Answer> {
    let url = start;
    for (let redirects = 0; ; redirects++) {
      const { authorization: _, ...others } = headers;
      const answer = await this.#fetch(url, url.origin === start.origin ? headers : others);
      const { status } = answer.response;
      const location = status >= 300 && status < 400 ? answer.response.headers.get('location') : null;
      if (location === null) return answer;
      answer.end();
      const next = new URL(location, url);
      if (redirects === MOST_REDIRECTS || !this.#isAllowed(next)) {
        const message = `${this.#shown} cannot be read: it redirects ${redirects === MOST_REDIRECTS ? 'without end' : `to ${next.protocol}//${next.host}`}.`;
        throw new UnreadableError('oci.redirect', message, { path: this.#shown });
      }
      url = next;
    }
  }

  #isAllowed({ protocol, host }: URL): boolean {
    return protocol === 'https:' || (protocol === 'http:' && this.#base.startsWith('http:') && LOOPBACK.test(host));
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

  async *#body(answer: Answer): AsyncGenerator<Uint8Array> {
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

  async #whole(answer: Answer, limit: number): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    let size = 0;
    for await (const piece of this.#body(answer)) {
      size += piece.length;
      if (size > limit) {
        throw new InvalidImageError('oci.document', `${this.#shown} answers with more than ${limit} bytes.`, {
          path: this.#shown,
        });
      }
      parts.push(piece);
    }
    return Buffer.concat(parts);
  }

  #ended<T>(answer: Answer, value: T): T {
    answer.end();
    return value;
  }

  async #inTime<T>(work: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new PassingFault('the server does not answer')), this.#place.patience);
    });
    try {
      return await Promise.race([work, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Asks for an anonymous token. */
  async #newToken(challenge: string): Promise<string> {
    const values = new Map([...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name!, value!]));
    const realm = values.get('realm');
    const url = /^bearer /i.test(challenge) && realm !== undefined && URL.canParse(realm) ? new URL(realm) : undefined;
    if (!url || !this.#isAllowed(url)) {
      const hint = 'Only images that everybody may read are read; copy it with skopeo.';
      throw new UnreadableError('oci.denied', `${this.#shown} asks for a password.`, { path: this.#shown, hint });
    }
    for (const name of ['service', 'scope']) if (values.has(name)) url.searchParams.set(name, values.get(name)!);
    const answer = await this.#get(url, {});
    if (answer.response.status !== 200) {
      answer.end();
      throw new PassingFault(`the token server answers ${answer.response.status}`);
    }
    const { token, access_token: other } = JSON.parse(Buffer.from(await this.#whole(answer, LARGEST_TOKEN)).toString());
    const given: unknown = token ?? other;
    if (typeof given !== 'string' || !/^[\x21-\x7e]+$/.test(given))
      throw new PassingFault('the token server gives no token');
    return given;
  }
}
