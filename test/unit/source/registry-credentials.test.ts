// Users and passwords as login commands of podman, skopeo and Docker store them.
import { describe, expect, test } from 'vitest';
import { credentialsOfHelper, storedCredentials } from '../../../src/source/oci/credentials.js';

const auth = (text: string) => ({ auth: Buffer.from(text).toString('base64') });
const found = (file: unknown, host = 'h:5000', repository = 'a/b/c') =>
  storedCredentials(typeof file === 'string' ? file : JSON.stringify(file), { host, repository });
const known = (username: string, password: string) => ({ kind: 'known', credentials: { username, password } });

test('the entry with the longest path counts', () => {
  const auths = {
    'h:5000': auth('x:1'),
    'h:5000/a': auth('y:2'),
    'h:5000/a/b': auth('z:3:4'),
    'h:5000/a/bc': auth('n:5'),
  };
  expect(found({ auths })).toEqual(known('z', '3:4'));
  expect(found({ auths }, 'h:5000', 'a/bcd')).toEqual(known('y', '2'));
  expect(found({ auths }, 'h:5000', 'b')).toEqual(known('x', '1'));
  expect(found({ auths }, 'h', 'a')).toBe(undefined);
});

test('names of servers are also addresses, as Docker writes them', () => {
  const auths = { 'https://index.docker.io/v1/': auth('d:1'), 'https://h:5000': auth('h:2') };
  expect(found({ auths }, 'docker.io', 'library/debian')).toEqual(known('d', '1'));
  expect(found({ auths })).toEqual(known('h', '2'));
});

test('a program that knows the password is named, with its name for the server', () => {
  const helper = (name: string, server: string) => ({ kind: 'helper', name, server });
  expect(found({ auths: { 'h:5000': {} }, credsStore: 'secretservice' })).toEqual(helper('secretservice', 'h:5000'));
  expect(found({ credHelpers: { 'h:5000': 'gcloud' }, credsStore: 'pass' })).toEqual(helper('gcloud', 'h:5000'));
  expect(found({ auths: {}, credsStore: 'pass' }, 'docker.io', 'library/debian')).toEqual(
    helper('pass', 'https://index.docker.io/v1/'),
  );
  expect(found({ credHelpers: { other: 'gcloud' } })).toBe(undefined);
});

test('an identity token counts more than a password', () => {
  expect(found({ auths: { 'h:5000': { ...auth('<token>:'), identitytoken: 'abc' } } })).toEqual({
    kind: 'known',
    credentials: { identityToken: 'abc' },
  });
});

test.each<[string, unknown]>([
  ['{"ServerURL":"h","Username":"u","Secret":"s"}', { username: 'u', password: 's' }],
  ['{"ServerURL":"h","Username":"<token>","Secret":"s"}', { identityToken: 's' }],
  ['{"Username":"u","Secret":""}', undefined],
  ['{"Username":7,"Secret":"s"}', undefined],
  ['credentials not found in native keychain', undefined],
])('a program that answers %s', (text, expected) => expect(credentialsOfHelper(text)).toEqual(expected));

describe('what is not such a file has no entries', () => {
  test.each(['', 'null', '[]', '1', '{"auths":7}', '{"auths":{"h:5000":{"auth":7}}}', '{"auths":{"h:5000":null}}'])(
    '%s',
    (text) => expect(found(text)).toBe(undefined),
  );

  test('nor do entries without a colon', () => {
    expect(found({ auths: { 'h:5000': auth('name') } })).toBe(undefined);
    expect(found({ auths: { 'h:5000': { auth: '!' } } })).toBe(undefined);
  });
});
