// The settings that matter here, one row each. Sections and settings of other image types are not read.

import { defined, parseBinarySize } from '../../bytes/index.js';
import { InvalidInputError } from '../../errors.js';
import type { DigestName } from '../../io/index.js';
import type { RuntimeConfiguration } from './model.js';
import type { ConfiguredValue, Sections } from './read.js';

interface Setting<T> {
  readonly allowed: string;
  /** Returns undefined for a value that is not allowed. */
  read(value: string | readonly string[]): T | undefined;
}

const bool: Setting<boolean> = {
  allowed: 'true or false',
  read: (value) => (value === 'true' ? true : value === 'false' ? false : undefined),
};

const names: Setting<readonly string[]> = {
  allowed: 'a list of names',
  read: (value) => (typeof value === 'string' ? undefined : value),
};

const words: Setting<readonly string[]> = {
  allowed: 'a text of options, or a list of them',
  read: (value) => (typeof value === 'string' ? [value] : value).flatMap((text) => text.split(/\s+/)).filter(Boolean),
};

const size: Setting<number> = {
  allowed: 'a number of bytes, of MiB (700m), or of GiB (4g)',
  read: (value) => {
    const bytes = typeof value === 'string' ? parseBinarySize(value, 'MG') : undefined;
    return bytes === 0 ? undefined : bytes;
  },
};

const STYLES: Readonly<Record<string, 'suse' | 'rh'>> = { checkmedia: 'suse', isomd5sum: 'rh' };

const mediaTagTool: Setting<'suse' | 'rh'> = {
  allowed: Object.keys(STYLES).join(' or '),
  read: (value) => (typeof value === 'string' && Object.hasOwn(STYLES, value) ? STYLES[value] : undefined),
};

const isoTools: Setting<'xorriso' | 'cdrtools'> = {
  allowed: 'xorriso or cdrtools',
  read: (value) => (value === 'xorriso' || value === 'cdrtools' ? value : undefined),
};

const DIGESTS: Readonly<Record<string, DigestName>> = { 224: 'sha224', 256: 'sha256', 384: 'sha384', 512: 'sha512' };

const digestSize: Setting<DigestName> = {
  allowed: `one of ${Object.keys(DIGESTS).join(', ')}`,
  read: (value) => (typeof value === 'string' && Object.hasOwn(DIGESTS, value) ? DIGESTS[value] : undefined),
};

/** Throws {@link InvalidInputError} `configuration.value` for a value that is not allowed. */
export function readSettings(sections: Sections): RuntimeConfiguration {
  const get = <T>(section: string, name: string, setting: Setting<T>): T | undefined => {
    const configured = sections.get(section)?.get(name);
    return configured && allowedValue(`${section}: ${name}`, configured, setting);
  };
  const digest = get('shasum', 'size', digestSize);
  return defined({
    disabledChecks: get('runtime_checks', 'disable', names),
    largestImage: get('build_constraints', 'max_size', size),
    isoTools: get('iso', 'tool_category', isoTools),
    mediaTagStyle: get('iso', 'media_tag_tool', mediaTagTool),
    packageChanges: get('bundle', 'has_package_changes', bool),
    bundleCompress: get('bundle', 'compress', bool),
    digest,
    bundleDigest: get('bundle', 'shasum_size', digestSize) ?? digest,
    xzOptions: get('xz', 'options', words),
  });
}

function allowedValue<T>(name: string, { value, place }: ConfiguredValue, setting: Setting<T>): T {
  const read = setting.read(value);
  if (read !== undefined) return read;
  const shown = typeof value === 'string' ? `"${value}"` : 'a list';
  throw new InvalidInputError('configuration.value', `${name} cannot be ${shown}. Allowed: ${setting.allowed}.`, place);
}
