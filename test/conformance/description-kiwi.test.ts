// Descriptions by KIWI's judgement: what its schema accepts and refuses, and what its upgrades make of old documents.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { InvalidInputError, UnsupportedError } from '../../src/errors.js';
import { typeAttributeNames } from '../../src/live/description/grammar/index.js';
import { readDescription } from '../../src/live/description/index.js';
import { parseVersion } from '../../src/live/description/schema-version.js';
import { upgrade } from '../../src/live/description/upgrade.js';
import { parseXml, type XmlElement } from '../../src/live/description/xml.js';
import { profileValues } from '../../src/live/initrd/profile.js';
import { KIWI_SCHEMA, kiwiAccepts, kiwiProfile, kiwiUpgrades } from '../support/kiwi-schema.js';
import { oracle } from '../support/oracle.js';

const directory = 'fixtures/descriptions';

/** Whether this program finds no fault; what it does not build is no fault of the document. */
function accepts(text: string): boolean {
  try {
    readDescription(text, 'config.xml', { architecture: 'x86_64', generation: 'kiwi-9.24' });
  } catch (error) {
    if (error instanceof UnsupportedError) return true;
    if (error instanceof InvalidInputError) return false;
    throw error;
  }
  return true;
}

/** Words that came with KIWI 9.25, which speaks the schema of 9.24 and is read as the same generation. */
const OF_9_25 = ['luks_pbkdf', 'luks_randomize'];

const values = ['', 'true', '7', 'grub2', 'x86_64', 'a b', 'none'];

/** The sample with one attribute more in its type. */
function* withTypeAttribute(text: string): Generator<[what: string, text: string]> {
  for (const name of typeAttributeNames) {
    if (OF_9_25.includes(name) || new RegExp(` ${name}="`).test(text)) continue;
    for (const value of ['true', '7', 'text', 'ext4']) {
      yield [`<type ${name}="${value}">`, text.replace('<type image="iso"', `$& ${name}="${value}"`)];
    }
  }
}

/** Every document that differs from the sample in one attribute or element. */
function* changedOnce(text: string): Generator<[what: string, text: string]> {
  for (const { 0: given, 1: name, index } of text.matchAll(/ ([\w-]+)="[^"]*"/g)) {
    const around = (middle: string) => text.slice(0, index) + middle + text.slice(index + given.length);
    if (['schemaversion', 'encoding'].includes(name!) || text.slice(0, index).endsWith('xml')) continue;
    yield [`without ${given}`, around('')];
    yield [`${name} misspelt`, around(given.replace(name!, `${name}x`))];
    for (const value of values) yield [`${name}="${value}"`, around(` ${name}="${value}"`)];
  }
  for (const { 0: given, 1: name, index } of text.matchAll(/<([\w-]+)[^<>]*\/>\s*|<([\w-]+)[^<>]*>[^<>]*<\/\2>\s*/g)) {
    const around = (middle: string) => text.slice(0, index) + middle + text.slice(index + given.length);
    yield [`without <${name ?? given}`, around('')];
    yield [`twice ${given}`, around(given + given)];
    yield [`text before ${given}`, around(`text ${given}`)];
    yield [`a size before ${given}`, around(`<size>1</size>${given}`)];
  }
}

oracle('kiwi-ng')('a sample of KIWI 9.24, changed in one place, is accepted and refused alike', () => {
  const sample = readFileSync(join(directory, 'kiwi-9.24.xml'), 'utf8');
  const cases = [...changedOnce(sample), ...withTypeAttribute(sample)];
  const verdicts = kiwiAccepts([sample, ...cases.map(([, text]) => text)]);
  expect(verdicts[0]).toBe(true);
  const different = cases.flatMap(([what, text], i) => {
    const own = accepts(text);
    return own === verdicts[i + 1] ? [] : [`${what}: ${own ? 'accepted here' : 'refused here'}`];
  });
  expect(cases.length).toBeGreaterThan(400);
  expect(different).toEqual([]);
});

/** Elements, attributes and texts in one order, without what the upgrade itself does not concern. */
function normal({ name, attributes, children, text }: XmlElement): unknown {
  const given = [...attributes.values()].filter((a) => a.name !== 'schemaversion').map((a) => `${a.name}=${a.value}`);
  return [
    name,
    given.sort(),
    text,
    ...children
      .map(normal)
      .map((child) => JSON.stringify(child))
      .sort(),
  ];
}

oracle('kiwi-ng').for(['kiwi-9.11.xml', 'kiwi-9.15.xml', 'kiwi-9.20.xml', 'kiwi-9.24.xml'])(
  '%s is upgraded as KIWI does',
  (file) => {
    const path = join(directory, file);
    const document = parseXml(readFileSync(path, 'utf8'), path);
    const from = parseVersion(document.attributes.get('schemaversion')!.value)!;
    const { image } = upgrade(document, from, parseVersion(KIWI_SCHEMA)!);
    expect(normal(image)).toEqual(normal(parseXml(kiwiUpgrades(path), 'upgraded')));
  },
);

/** Facts that KIWI began to record later than the release that judges. */
const LATER = ['kiwi_align', 'kiwi_sectorsize', 'kiwi_live_volid'];
/** KIWI records the first theme and boots with the last one. */
const DEFECTS = ['kiwi_loader_theme'];

oracle('kiwi-ng').for([
  ['kiwi-9.24.xml', []],
  ['kiwi-9.20.xml', []],
  // An upgrade loses these two: KIWI records nothing, here stands what holds then.
  ['kiwi-9.11.xml', ['kiwi_boot_timeout']],
  ['kiwi-9.15.xml', ['kiwi_boot_timeout']],
] as const)('/.profile of %s says what KIWI says', ([file, different]) => {
  const path = join(directory, file);
  const text = readFileSync(path, 'utf8');
  const own = profileValues(readDescription(text, path, { architecture: 'x86_64', generation: 'kiwi-9.24' }));
  const judged: Record<string, string> = kiwiProfile(path);
  for (const name of [...LATER, ...DEFECTS, ...different]) {
    delete own[name];
    delete judged[name];
  }
  expect(own).toEqual(judged);
});
