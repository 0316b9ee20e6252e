// How a registry is told who asks: RFC 9110, section 11, and https://distribution.github.io/distribution/spec/auth/token/.

import { UnreadableError } from '../../errors.js';
import type { RegistryCredentials } from './credentials.js';
import {
  type Answer,
  isPassing,
  PassingFault,
  type RegistryConnection,
  type RegistryPlace,
} from './registry-connection.js';

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
    const basic =
      known && 'username' in known
        ? `Basic ${Buffer.from(`${known.username}:${known.password}`).toString('base64')}`
        : undefined;
    if (/^basic\b/i.test(challenge)) {
      if (basic === undefined) throw await this.denied('it asks for a password');
      this.#authorization = basic;
      return;
    }
    const values = new Map([...challenge.matchAll(/\b(\w+)="([^"]*)"/g)].map(([, name, value]) => [name!, value!]));
    const realm = values.get('realm');
    const url = /^bearer /i.test(challenge) && realm !== undefined && URL.canParse(realm) ? new URL(realm) : undefined;
    if (!url || !this.#http.isAllowed(url)) throw await this.denied('it asks for a kind of proof that is not known');
    const wanted = Object.fromEntries([...values].filter(([name]) => name === 'service' || name === 'scope'));
    const token =
      known && 'identityToken' in known
        ? await this.#refreshed(url, known.identityToken, wanted)
        : await this.#token(url, basic, wanted);
    this.#authorization = `Bearer ${token}`;
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

  /** Asks the server of tokens, as a user or as nobody. */
  async #token(url: URL, basic: string | undefined, wanted: Readonly<Record<string, string>>): Promise<string> {
    for (const [name, value] of Object.entries(wanted)) url.searchParams.set(name, value);
    return this.#tokenOf(await this.#http.get(url, basic === undefined ? {} : { authorization: basic }));
  }

  /** Exchanges an identity token: https://distribution.github.io/distribution/spec/auth/oauth/, "Refresh Token". */
  async #refreshed(url: URL, identityToken: string, wanted: Readonly<Record<string, string>>): Promise<string> {
    const fields = { grant_type: 'refresh_token', refresh_token: identityToken, client_id: 'isopress', ...wanted };
    return this.#tokenOf(await this.#http.post(url, fields));
  }

  async #tokenOf(answer: Answer): Promise<string> {
    const { status } = answer;
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
