// One request by HTTP. Not by fetch, which takes no certificates of private authorities.

import { type IncomingMessage, request as plainRequest, type RequestOptions } from 'node:http';
import { request as securedRequest } from 'node:https';
import type { RegistryCertificates } from './registry-certificates.js';

/** A request; it has a body if it is sent by POST. */
export interface HttpRequest {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Text of a form, which makes it a POST. */
  readonly form?: string | undefined;
  readonly certificates?: RegistryCertificates | undefined;
  /** Ends the request, and its answer. */
  readonly signal: AbortSignal;
}

/** Sends a request. Resolves with the head of the answer; rejects if there is none. Redirections are not followed. */
export function sendRequest({ url, headers, form, certificates, signal }: HttpRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const options: RequestOptions = {
      method: form === undefined ? 'GET' : 'POST',
      headers: {
        'user-agent': 'isopress',
        ...(form !== undefined && { 'content-type': 'application/x-www-form-urlencoded' }),
        ...headers,
      },
      signal,
    };
    const sent =
      url.protocol === 'https:' ? securedRequest(url, { ...options, ...certificates }) : plainRequest(url, options);
    sent.on('error', reject).once('response', resolve);
    sent.end(form);
  });
}
