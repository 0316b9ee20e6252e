// Options of `isopress build` about its statement and its signatures.

import { defined } from '../bytes/index.js';
import { hostKind } from '../io/index.js';
import type { BuildOptions } from '../live/index.js';
import { argumentBytes } from './argument-bytes.js';
import type { GivenOption } from './given-options.js';

/** Parsed values of these options. */
export interface StatementOptions {
  readonly provenance?: boolean;
  readonly builderId?: string;
  /** Words of a command. */
  readonly signWith?: readonly string[];
}

/** Options that change no byte of the ISO, or may hold a secret. */
const NO_PARAMETERS: ReadonlySet<string> = new Set([
  ...['target-dir', 'jobs', 'progress', 'json', 'quiet', 'verbose', 'plan', 'force', 'engine', 'loss'],
  ...[
    'cache',
    'rehash',
    'initrd-cache',
    'netboot',
    'netboot-url',
    'sbom',
    'sbom-files',
    'provenance',
    'builder-id',
    'sign-with',
  ],
]);
/** Options that name a file with further options. */
const OF_FILES: ReadonlySet<string> = new Set([
  ...['root', 'add', 'manifest', 'mtree', 'exclude-from', 'fakeroot-state', 'config'],
]);

/** The statement about the build, and its signatures. */
export function statementOptions(
  { provenance, builderId, signWith }: StatementOptions,
  given: readonly GivenOption[],
): Pick<BuildOptions, 'provenance' | 'signing'> {
  const signing = signWith && { command: signWith, environment: wholeEnvironment() };
  if (!provenance) return defined({ signing });
  const parameters: Record<string, true | string[]> = {};
  for (const { name, value } of given.filter(({ name }) => !NO_PARAMETERS.has(name))) {
    const earlier = parameters[name];
    parameters[name] = value === true ? true : [...(Array.isArray(earlier) ? earlier : []), value];
  }
  const files = given.flatMap(({ name, value }) =>
    typeof value === 'string' && OF_FILES.has(name) && hostKind(argumentBytes(value)) === 'file'
      ? [{ name: `--${name}`, path: value }]
      : [],
  );
  return defined({ signing, provenance: { parameters, files, ...defined({ builderId }) } });
}

/** A program that signs finds its keys and its agent by variables of the person who calls. */
function wholeEnvironment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
