// The parts of a description about the root tree: repositories, packages, users, drivers. They took effect when the tree was
// prepared; names of packages and files are read for the checks and for /.profile.

import type { Span } from '../generations.js';
import { inert, read, required, type Table } from '../rows.js';
import { anyText, architectures, bool, changing, integer, matching, nameList, oneOf } from '../values.js';
import { PREPARED, safeName } from './image.js';
import { branch, type Grammar, leaf, many, one, since, some, unused } from './rule.js';

const since920: Span = { since: 'kiwi-9.20' };
const since10: Span = { since: 'kiwi-10' };

const name = required(read(anyText, 'Its name.'));
const profiles = read(nameList, 'Profiles for which the section is used.');
const arch = read(architectures, 'Machines for which it is used.');
const prepared = { yes: inert(bool, PREPARED), text: inert(anyText, PREPARED) };
const member: Table = { name, arch };

const packageTypes = [
  'bootstrap',
  'delete',
  'docker',
  'image',
  'iso',
  'oem',
  'pxe',
  'kis',
  'oci',
  'uninstall',
] as const;
const oldTypes = ['vmx', 'testsuite', 'xen', 'btrfs', 'enclave'] as const;
const repositoryTypes = ['apt-deb', 'apt-rpm', 'deb-dir', 'mirrors', 'rpm-dir', 'rpm-md'] as const;
const oldRepositories = ['red-carpet', 'slack-site', 'up2date-mirrors', 'urpmi', 'yast2'] as const;

export const preparedGrammar: Grammar = {
  repository: branch(
    {
      type: inert(
        changing<string>(
          ['kiwi-9.11', oneOf(...repositoryTypes, ...oldRepositories)],
          ['kiwi-10', oneOf('apk', ...repositoryTypes.filter((type) => type !== 'rpm-dir'))],
        ),
        PREPARED,
      ),
      profiles,
      arch: inert(architectures, PREPARED, since10),
      alias: inert(changing(['kiwi-9.11', anyText], ['kiwi-9.20', safeName]), PREPARED),
      architectures: inert(architectures, PREPARED, since10),
      components: prepared.text,
      customize: inert(anyText, PREPARED, since920),
      distribution: prepared.text,
      imageinclude: prepared.yes,
      imageonly: prepared.yes,
      package_gpgcheck: prepared.yes,
      password: prepared.text,
      priority: inert(matching(/-?\d{1,9}/, 'a number'), PREPARED),
      repository_gpgcheck: prepared.yes,
      sourcetype: inert(oneOf('baseurl', 'metalink', 'mirrorlist'), PREPARED, since920),
      use_for_bootstrap: inert(bool, PREPARED, { until: 'kiwi-9.24' }),
      username: prepared.text,
    },
    { source: one },
  ),
  source: branch({ path: required(prepared.text) }, { signing: many }),
  signing: leaf({
    key: required(
      inert(
        changing(
          ['kiwi-9.11', matching(/(file:|https?:|ftp:).*/, 'a file:, http:, https: or ftp: address')],
          ['kiwi-11', matching(/(file:|this:|https?:|ftp:).*/, 'a file:, this:, http:, https: or ftp: address')],
        ),
        PREPARED,
      ),
    ),
  }),
  packages: branch(
    {
      type: required(
        read(
          changing<string>(
            ['kiwi-9.11', oneOf(...packageTypes, ...oldTypes)],
            ['kiwi-10', oneOf(...packageTypes, ...oldTypes, 'systemfiles')],
          ),
          'When the packages are installed, or that they are removed.',
        ),
      ),
      profiles,
      bootstrap_package: prepared.text,
      patternType: inert(oneOf('onlyRequired', 'plusRecommended'), PREPARED),
    },
    {
      package: many,
      archive: many,
      file: { many: true, since: 'kiwi-10' },
      ignore: many,
      namedCollection: many,
      product: many,
      collectionModule: { many: true, since: 'kiwi-9.20' },
    },
  ),
  package: leaf({ ...member, bootinclude: prepared.yes, bootdelete: prepared.yes }),
  archive: leaf({ name, bootinclude: prepared.yes, target_dir: prepared.text }),
  ignore: leaf(member),
  namedCollection: leaf(member),
  product: leaf(member),
  collectionModule: leaf({ ...member, enable: required(prepared.yes), stream: inert(safeName, PREPARED) }),
  users: branch({ profiles, arch: inert(architectures, PREPARED, since10) }, { user: some }),
  user: leaf({
    name: required(prepared.text),
    password: required(prepared.text, since920),
    groups: inert(matching(/[\w\-.:]+(,[\w\-.:]+)*/, 'names of groups, separated by commas'), PREPARED),
    home: required(prepared.text, { until: 'kiwi-9.15' }),
    id: inert(integer(0, 0xffffffff), PREPARED),
    pwdformat: inert(oneOf('encrypted', 'plain'), PREPARED),
    realname: prepared.text,
    shell: prepared.text,
  }),
  drivers: branch({ profiles }, { file: some }),
  strip: branch(
    { profiles, type: required(read(oneOf('delete', 'tools', 'libs'), 'The kind of the list.')) },
    { file: some },
  ),
  file: leaf({ ...member, ...since('kiwi-10', unused(PREPARED, 'target', 'owner', 'permissions')) }),
  containers: branch(
    {
      source: required(prepared.text),
      backend: required(inert(oneOf('podman', 'docker', 'container-snap'), PREPARED)),
      profiles,
      arch: inert(architectures, PREPARED),
    },
    { container: some },
  ),
  container: leaf({
    ...unused(PREPARED, 'name!', 'path', 'tag'),
    fetch_only: prepared.yes,
    arch: inert(architectures, PREPARED),
  }),
  certificates: branch(
    { target_distribution: required(inert(oneOf('suse', 'redhat', 'debian', 'archlinux'), PREPARED)), profiles },
    { certificate: some },
  ),
  certificate: leaf({ name }),
};
