// Certificates for one registry, in directories named after it: containers-certs.d(5), and "Verify repository client with certificates"
// of Docker's manual.

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as tls from 'node:tls';
import { SourceError } from '../../errors.js';

/** As options of a TLS connection. */
export interface RegistryCertificates {
  /** Authorities that are trusted. */
  readonly ca?: string[] | undefined;
  /** Certificates that prove who asks, and their keys. */
  readonly cert?: string[] | undefined;
  readonly key?: string[] | undefined;
}

/**
 * The certificates in `DIRECTORY/HOST` of the first directory that has some: authorities in `*.crt`, and proofs in `NAME.cert` with
 * `NAME.key`. Undefined if there are none. Throws {@link SourceError} for files that cannot be read.
 */
export async function readCertificates(
  directories: readonly string[],
  host: string,
): Promise<RegistryCertificates | undefined> {
  for (const directory of directories) {
    const place = join(directory, host);
    const names = (await readdir(place).catch(() => [])).sort();
    const texts = (end: string) =>
      Promise.all(names.filter((name) => name.endsWith(end)).map((name) => text(place, name)));
    const authorities = await texts('.crt');
    const proofs = names.filter((name) => name.endsWith('.cert'));
    for (const [end, other] of [
      ['cert', 'key'],
      ['key', 'cert'],
    ] as const) {
      const alone = names.find(
        (name) => name.endsWith(`.${end}`) && !names.includes(`${withoutEnd(name, end)}${other}`),
      );
      if (alone) throw unpaired(place, alone, `${withoutEnd(alone, end)}${other}`);
    }
    if (authorities.length + proofs.length === 0) continue;
    return {
      // Node.js takes these in place of the usual ones.
      ...(authorities.length > 0 && { ca: [...usualAuthorities(), ...authorities] }),
      ...(proofs.length > 0 && {
        cert: await Promise.all(proofs.map((name) => text(place, name))),
        key: await Promise.all(proofs.map((name) => text(place, name.replace(/cert$/, 'key')))),
      }),
    };
  }
  return undefined;
}

/** With those of NODE_EXTRA_CA_CERTS, where Node.js tells them: since 22.15. */
function usualAuthorities(): readonly string[] {
  const { getCACertificates } = tls as { readonly getCACertificates?: () => string[] };
  return getCACertificates?.() ?? tls.rootCertificates;
}

function withoutEnd(name: string, end: string): string {
  return name.slice(0, -end.length);
}

/** As in Podman: a directory in which half of a proof is missing is a mistake, not one without a proof. */
function unpaired(place: string, name: string, missing: string): SourceError {
  const path = join(place, name);
  return new SourceError('oci.certificate', `${path} is not used: ${missing} is missing beside it.`, { path });
}

async function text(directory: string, name: string): Promise<string> {
  const path = join(directory, name);
  return readFile(path, 'utf8').catch((error) => {
    throw new SourceError('oci.certificate', `${path} cannot be read: ${(error as Error).message}.`, {
      path,
      cause: error,
    });
  });
}
