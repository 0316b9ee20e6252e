// <image> and its direct children: description, profiles, preferences.

import type { Span } from '../generations.js';
import { inert, read, required } from '../rows.js';
import { anyText, architectures, bool, changing, matching, nameList, oneOf } from '../values.js';
import { branch, type Grammar, leaf, many, once, one, some, textual, unused } from './rule.js';

const since915: Span = { since: 'kiwi-9.15' };
const since920: Span = { since: 'kiwi-9.20' };
const since10: Span = { since: 'kiwi-10' };
const LOCATION = 'A hint for editors.';
/** The meaning of values that a build does not use. */
export const PREPARED = 'It took effect when the root tree was prepared.';

/** Letters, digits and a few signs that are safe in a file name. */
export const safeName = matching(/[a-zA-Z0-9_\-.]+/, 'letters, digits, "_", "-", "."');

const locale = changing(
  [
    'kiwi-9.11',
    matching(
      /(POSIX|[a-z]{2,3}_[A-Z]{2})(,[a-z]{2,3}_[A-Z]{2})*/,
      'POSIX, or names such as de_DE, separated by commas',
    ),
  ],
  [
    'kiwi-10',
    matching(
      /(C|POSIX|[a-z]{2,3}_[A-Z]{2})(,[a-z]{2,3}_[A-Z]{2})*/,
      'C, POSIX, or names such as de_DE, separated by commas',
    ),
  ],
);

const packageManager = changing(
  ['kiwi-9.11', oneOf<string>('apt-get', 'zypper', 'yum', 'dnf')],
  ['kiwi-9.20', oneOf<string>('apt-get', 'zypper', 'yum', 'dnf', 'pacman')],
  ['kiwi-9.24', oneOf<string>('apt', 'zypper', 'dnf4', 'microdnf', 'pacman')],
  ['kiwi-10', oneOf<string>('apk', 'apt', 'zypper', 'dnf4', 'dnf5', 'microdnf', 'pacman')],
);

export const imageGrammar: Grammar = {
  image: branch(
    {
      schemaversion: required(read(anyText, 'Schema version, which decides the rules.')),
      name: required(read(safeName, 'Name of the image; part of the file names.')),
      displayname: read(anyText, 'Title in the boot menu.'),
      id: inert(anyText, PREPARED),
      ...unused(LOCATION, 'xsi:noNamespaceSchemaLocation', 'xsi:schemaLocation'),
    },
    {
      description: once,
      certificates: { since: 'kiwi-10' },
      profiles: many,
      preferences: some,
      // Includes have been replaced by now; this one remains of a text without a directory.
      include: { many: true, refused: 'a text alone includes no files' },
      repository: many,
      packages: many,
      users: many,
      drivers: many,
      strip: many,
      extension: once,
      containers: { many: true, since: 'kiwi-10' },
    },
  ),
  description: branch(
    { type: required(inert(oneOf('system', 'boot'), 'The audience of the description.')) },
    { author: one, contact: some, specification: one, license: once },
  ),
  author: textual(),
  contact: textual(),
  specification: textual(),
  license: textual(),
  include: leaf(unused('Replaced by the content of the file.', 'from!')),
  extension: { attributes: {}, children: {}, opaque: true },
  profiles: branch({}, { profile: some }),
  profile: branch(
    {
      name: required(read(anyText, 'Name on the command line.')),
      description: inert(anyText, 'For people.'),
      import: read(bool, 'Applied if no profile is selected.'),
      arch: read(architectures, 'Machines for which it exists.', since915),
    },
    { requires: { many: true, ...since915 } },
  ),
  requires: leaf({
    profile: required(read(anyText, 'A profile that is selected too.')),
    arch: read(architectures, 'Machines for which it is.', since10),
  }),
  preferences: branch(
    {
      profiles: read(nameList, 'Profiles for which the section is used.'),
      arch: read(architectures, 'Machines for which it is used.', since920),
    },
    {
      version: once,
      packagemanager: once,
      'bootloader-theme': once,
      'bootsplash-theme': once,
      locale: once,
      keytable: once,
      timezone: once,
      type: many,
      showlicense: many,
      'rpm-check-signatures': once,
      'rpm-excludedocs': once,
      'rpm-locale-filtering': since915,
      'release-version': { since: 'kiwi-9.20' },
    },
  ),
  version: textual(),
  packagemanager: textual(packageManager),
  'bootloader-theme': textual(),
  'bootsplash-theme': textual(),
  locale: textual(locale),
  keytable: textual(),
  timezone: textual(),
  showlicense: textual(),
  'rpm-check-signatures': textual(bool),
  'rpm-excludedocs': textual(bool),
  'rpm-locale-filtering': textual(bool),
  'release-version': textual(),
};
