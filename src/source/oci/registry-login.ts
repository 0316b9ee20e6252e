// How a registry is told who asks: RFC 9110, section 11, and https://distribution.github.io/distribution/spec/auth/token/.

import { UnreadableError } from '../../errors.js';
import type { RegistryCredentials } from './credentials.js';
import { isPassing, PassingFault, type RegistryConnection, type RegistryPlace } from './registry-connection.js';

const LARGEST_TOKEN = 256 * 1024;

/** The proof for one registry. */
export class RegistryLogin {
  readonly #place: RegistryPlace;
  readonly #http: RegistryConnection;
  #credentials: Promise<RegistryCredentials | undefined> | undefined;
  #authorization: string | undefined;

  constructor(place: RegistryPlace, http: RegistryConnection) {
    this.#place = place;
    this.#http = http;
  }

  /** Headers for the registry itself, and no other server. */
  get headers(): Readonly<Record<string, string>> {
    return this.#authorization === undefined ? {} : { authorization: this.#authorization };
  }

  /** Answers a challenge with user and password, or with a token for them or for anybody. */
  async answer(challenge: string): Promise<void> {
    const known = await this.#known();
    const basic = known && `Basic ${Buffer.from(`${known.username}:${known.password}`).toString('base64')}`;
    if (/^basic\b/i.test(challenge)) {
      if (basic === undefined) throw await this.denied('it asks for a password');
      this.#authorization = basic;
      return;
    }
    const values = new Map([...challenge.matchAll(/\b(\w+)="([^"]*)"/g)].map(([, name, value]) => [name!, value!]));
    const realm = values.get('realm');
    const url = /^bearer /i.test(challenge) && realm !== undefined && URL.canParse(realm) ? new URL(realm) : undefined;
    if (!url || !this.#http.isAllowed(url)) throw await this.denied('it asks for a kind of proof that is not known');
    for (const name of ['service', 'scope']) if (values.has(name)) url.searchParams.set(name, values.get(name)!);
    this.#authorization = `Bearer ${await this.#token(url, basic)}`;
  }

  /** The error of a server that does not let this user read. */
  async denied(why: string): Promise<UnreadableError> {
    const login = `skopeo login ${this.#place.host}`;
    const hint =
      (await this.#known()) === undefined
        ? `If it needs a password, ${login} (or podman, or docker) stores one, which is read from there.`
        : `The password that is stored for this server is not accepted: ${login} stores another one.`;
    const message = `${this.#http.shown} cannot be read: ${why}.`;
    return new UnreadableError('oci.denied', message, { path: this.#http.shown, hint });
  }

  #known(): Promise<RegistryCredentials | undefined> {
    this.#credentials ??= this.#place.credentials?.() ?? Promise.resolve(undefined);
    return this.#credentials;
  }

  /** Asks the server of tokens. */
  async #token(url: URL, basic: string | undefined): Promise<string> {
    const answer = await this.#http.get(url, basic === undefined ? {} : { authorization: basic });
    const { status } = answer.response;
    if (status !== 200) {
      answer.end();
      if (isPassing(status)) throw new PassingFault(`the token server answers ${status}`);
      throw await this.denied(`the token server answers ${status}`);
    }
    const text = Buffer.from(await this.#http.whole(answer, LARGEST_TOKEN)).toString();
    const { token, access_token: other } = JSON.parse(text);
    const given: unknown = token ?? other;
    if (typeof given === 'string' && /^[\x21-\x7e]+$/.test(given)) return given;
    throw new PassingFault('the token server gives no token');
  }
}
