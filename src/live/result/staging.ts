// The results of a build before they have their names: files in a work directory, and their rows in the record.

import { basename, join } from 'node:path';
import { bytesOf, fromText } from '../../bytes/index.js';
import { hexOf } from '../../cache/index.js';
import { digestOf, type Run } from '../../io/index.js';
import { writeText } from '../files/text-file.js';
import type { Resource } from '../provenance/index.js';
import { type SigningOptions, signFile } from '../signing/index.js';
import type { ResultFile, ResultKey, Results, SignatureKey } from './record.js';

/** The treatment of each result in a bundle (KIWI's flags). */
const FLAGS: Readonly<Record<ResultKey, Omit<ResultFile, 'filename'>>> = {
  live_image: { use_for_bundle: true, compress: false, shasum: true },
  image_packages: { use_for_bundle: true, compress: false, shasum: false },
  image_verified: { use_for_bundle: true, compress: false, shasum: false },
  image_changes: { use_for_bundle: true, compress: true, shasum: false },
  image_spdx: { use_for_bundle: true, compress: false, shasum: false },
  image_cyclonedx: { use_for_bundle: true, compress: false, shasum: false },
  image_provenance: { use_for_bundle: true, compress: false, shasum: false },
};

/** Results that are signed: the ISO, and statements about it. */
const SIGNED: readonly ResultKey[] = ['live_image', 'image_spdx', 'image_cyclonedx', 'image_provenance'];

/** Files in the work directory that get names in the target directory, the ISO first. */
export class Staging {
  readonly #targetDirectory: string;
  readonly #workDirectory: string;
  readonly #files = new Map<ResultKey | SignatureKey, ResultFile>();
  readonly #texts: Resource[] = [];

  constructor(targetDirectory: string, workDirectory: string) {
    this.#targetDirectory = targetDirectory;
    this.#workDirectory = workDirectory;
  }

  add(key: ResultKey | SignatureKey, name: string, flags = FLAGS[key as ResultKey]): void {
    this.#files.set(key, { filename: join(this.#targetDirectory, name), ...flags });
  }

  async write(key: ResultKey, name: string, text: string): Promise<void> {
    await writeText(join(this.#workDirectory, name), text);
    this.add(key, name);
    this.#texts.push({ name, digest: { sha256: hexOf(digestOf('sha256', bytesOf(fromText(text)))) } });
  }

  async sign(
    signing: SigningOptions,
    call: { readonly epoch: number; log(line: string): void },
    run: Run,
  ): Promise<void> {
    for (const key of SIGNED) {
      const file = this.#files.get(key);
      if (!file) continue;
      const made = await signFile(join(this.#workDirectory, basename(file.filename)), signing, call, run);
      for (const [index, name] of made.entries()) {
        const suffix = index === 0 ? ('signature' as const) : (`signature_${index + 1}` as const);
        this.add(`${key}_${suffix}`, name, { use_for_bundle: true, compress: false, shasum: false });
      }
    }
  }

  /** Everything but the ISO and the signatures, with digests. */
  get texts(): readonly Resource[] {
    return [...this.#texts];
  }

  get names(): readonly string[] {
    return [...this.#files.values()].map(({ filename }) => basename(filename));
  }

  get results(): Results {
    return Object.fromEntries(this.#files) as Results;
  }
}
