// Users and passwords as login commands of podman, skopeo and Docker store them.
import { describe, expect, test } from 'vitest';
import { storedCredentials } from '../../../src/source/oci/credentials.js';

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

test('a program that would know the password is named', () => {
  expect(found({ auths: { 'h:5000': {} }, credsStore: 'secretservice' })).toEqual({
    ...{ kind: 'helper', name: 'secretservice' },
  });
  expect(found({ credHelpers: { 'h:5000': 'gcloud' } })).toEqual({ kind: 'helper', name: 'gcloud' });
  expect(found({ auths: {}, credsStore: 'secretservice' })).toBe(undefined);
});

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
