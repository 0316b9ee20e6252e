// Requests to a registry (distribution-spec 1.1, "Pull"; tokens as in https://distribution.github.io/distribution/spec/auth/token/).
// A request that fails for a reason that may pass is repeated, and a blob continues where it broke off.

import { InvalidImageError, IsopressError, UnreadableError } from '../../errors.js';
import type { Run } from '../../io/index.js';
import { type Answer, isPassing, PassingFault, RegistryConnection, type RegistryPlace } from './registry-connection.js';
import { lastingFault } from './registry-faults.js';
import { RegistryLogin } from './registry-login.js';

const ATTEMPTS = 4;

export class RegistryClient {
  readonly #run: Run;
  readonly #http: RegistryConnection;
  readonly #login: RegistryLogin;

  constructor(place: RegistryPlace, run: Run) {
    this.#run = run;
    this.#http = new RegistryConnection(place, run);
    this.#login = new RegistryLogin(place, this.#http);
  }

  /** A document of at most `limit` bytes, with its media type; undefined if the server does not have it. */
  async document(path: string, accept: readonly string[], limit: number) {
    for (let attempt = 1; ; attempt++) {
      try {
        const answer = await this.#request(path, { accept: accept.join(', ') });
        if (answer.status === 404) return ended(answer);
        const bytes = await this.#http.whole(answer, limit);
        const type = answer.header('content-type').split(';')[0]!.trim();
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
    if (first.status === 404) return ended(first);
    return this.#pieces(first, digest, size);
  }

  async *#pieces(first: Answer, digest: string, size: number): AsyncGenerator<Uint8Array> {
    let answer: Answer | undefined = first;
    let at = 0;
    for (let attempt = 1; ; attempt++) {
      try {
        answer ??= await this.#request(`blobs/${digest}`, { range: `bytes=${at}-` });
        // A server without support for ranges sends the blob from the beginning.
        let skip = answer.status === 206 ? 0 : at;
        for await (const piece of this.#http.body(answer)) {
          const fresh = piece.subarray(Math.min(skip, piece.length));
          skip -= piece.length - fresh.length;
          if (at + fresh.length > size) throw this.#oversized(digest, size);
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

  #oversized(digest: string, size: number): InvalidImageError {
    const message = `${this.#http.shown}: ${digest} has more than the stated ${size} bytes.`;
    return new InvalidImageError('oci.size', message, { path: this.#http.shown });
  }

  #mayTryAgain(error: unknown, attempt: number): boolean {
    this.#run.signal?.throwIfAborted();
    return attempt < ATTEMPTS && !(error instanceof IsopressError) && !lastingFault(error);
  }

  #failed(error: unknown): unknown {
    if (error instanceof IsopressError) return error;
    const { message, cause } = error as Error;
    const lasting = lastingFault(error);
    const why = lasting?.why ?? (cause instanceof Error ? `${message}: ${cause.message}` : message);
    return new UnreadableError('oci.registry', `${this.#http.shown} cannot be read: ${why}.`, {
      path: this.#http.shown,
      cause: error,
      hint: lasting?.hint,
    });
  }

  /** Throws for answers other than success and 404. Proves who asks if the server wants that. */
  async #request(path: string, headers: Readonly<Record<string, string>>): Promise<Answer> {
    for (let asked = false; ; asked = true) {
      const answer = await this.#http.get(new URL(path, this.#http.base), { ...headers, ...this.#login.headers });
      const { status } = answer;
      if (status === 200 || status === 206 || status === 404) return answer;
      const challenge = answer.header('www-authenticate');
      answer.end();
      if (status === 401 && challenge && !asked) await this.#login.answer(challenge);
      else if (isPassing(status)) throw new PassingFault(`the server answers ${status}`);
      else if (status === 401 || status === 403) throw await this.#login.denied(`the server answers ${status}`);
      else {
        const message = `${this.#http.shown} cannot be read: the server answers ${status}.`;
        throw new UnreadableError('oci.denied', message, { path: this.#http.shown });
      }
    }
  }
}

function ended(answer: Answer): undefined {
  answer.end();
}
