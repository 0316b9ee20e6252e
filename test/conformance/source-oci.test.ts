// Container images as SOURCE: what umoci unpacks, and the same image in every form that skopeo writes.
import { execFileSync, spawn } from 'node:child_process';
import { lookup } from 'node:dns/promises';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { isopress } from '../support/command.js';
import { OciLayout } from '../support/oci-layout.js';
import { judge, kernelOracle, oracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';
import { succeed } from '../support/tools.js';

const scratch = scratchDirectory();
const at = (name: string) => join(scratch, name);
let made = 0;

/** A layer by GNU tar: a script makes its files, which are listed in the given order. */
function layer(script: string, entries: readonly string[]): Uint8Array {
  const directory = at(`layer${++made}`);
  mkdirSync(directory);
  execFileSync('bash', ['-euc', script], { cwd: directory });
  execFileSync('find', [directory, '-exec', 'touch', '-h', '-d', `@${1_700_000_000 + entries.length}`, '{}', '+']);
  const words = ['--no-recursion', '--xattrs', '--xattrs-include=*', '--format=pax', '--numeric-owner'];
  return execFileSync('tar', [...words, '-C', directory, '-cf', '-', ...entries], { maxBuffer: 2 ** 28 });
}

const BASE = `
  mkdir -p usr/bin var/cache/sub run etc
  ln -s usr/bin bin; ln -s /run var/run; ln -s ../../run usr/bin/up
  printf 1 >usr/bin/tool; chmod 4755 usr/bin/tool; ln usr/bin/tool usr/bin/alias
  printf 1 >etc/a; printf 1 >etc/b; printf 1 >var/cache/old; printf 1 >var/cache/sub/x
  mkfifo run/pipe; truncate -s 1M etc/holes; printf 1 | dd of=etc/holes bs=1 seek=700000 conv=notrunc status=none
  chmod 1777 run; chmod 750 var/cache`;
const BASE_LIST =
  'usr usr/bin usr/bin/tool usr/bin/alias usr/bin/up bin var var/cache var/cache/old var/cache/sub var/cache/sub/x var/run run run/pipe etc etc/a etc/b etc/holes'.split(
    ' ',
  );
const AS_ROOT = `
  chown 70000:70001 etc/a; setfattr -n user.note -v x etc/b; setfattr -n trusted.t -v y var/cache; mknod etc/null c 1 3`;

function imageOf(uppers: readonly Uint8Array[], compression: readonly ('gzip' | 'zstd' | undefined)[] = []): OciLayout {
  const isRoot = process.getuid?.() === 0;
  const base = layer(isRoot ? BASE + AS_ROOT : BASE, isRoot ? [...BASE_LIST, 'etc/null'] : BASE_LIST);
  const layout = new OciLayout(at(`layout${++made}`));
  const layers = [base, ...uppers].map((archive, index) => {
    const how = compression[index];
    return how ? { archive, compression: how } : archive;
  });
  return layout.list(layout.image({ layers }), 'latest');
}

/** Every entry with its metadata, attributes and digest. Directories that no layer lists have the time of their making. */
function listed(directory: string): string {
  const script = `cd "$0"
    find . -mindepth 1 -printf '%P|%y|%m|%U|%G|%n|%l|%T@|%s\\n' | sed -E 's/(\\|d\\|.*)\\|[0-9]+$/\\1/' | sort
    find . -type f -print0 | sort -z | xargs -0 sha256sum
    getfattr -R -h -d -m '^(user|trusted|security)' . | grep -v user.umoci | sort`;
  return judge('bash', ['-c', script, directory]).stdout;
}

function unpackedByUmoci(layout: OciLayout): string {
  const bundle = at(`bundle${++made}`);
  succeed('umoci', ['unpack', '--image', `${layout.directory}:latest`, bundle]);
  return join(bundle, 'rootfs');
}

function squashed(source: string, ...options: string[]): string {
  const image = at(`image${++made}.squashfs`);
  const words = ['squashfs', source, image, '--compression', 'gzip', '--epoch', '1', '--seed', 's', '--quiet'];
  const { status, stderr } = isopress([...words, ...options]);
  expect([source, stderr, status]).toEqual([source, '', 0]);
  return image;
}

function unpackedByUs(source: string): string {
  const out = at(`out${++made}`);
  succeed('unsquashfs', ['-quiet', '-no-progress', '-d', out, squashed(source)]);
  return out;
}

const whole = (out: string) => expect(out.split('\n').length).toBeGreaterThan(20);

describe('layers over each other are what umoci unpacks', () => {
  /** Entries of an upper layer about one directory. */
  const orders = [
    ['d', 'd/.wh..wh..opq', 'd/new'],
    ['d', 'd/new', 'd/.wh..wh..opq'],
    ['d/.wh..wh..opq', 'd', 'd/new'],
    ['.wh.d', 'd', 'd/new'],
    ['d', '.wh.d', 'd/new'],
    ['d', 'd/new', '.wh.d'],
    ['d', 'd/new', 'd/.wh.old'],
  ];
  /** umoci keeps no time of a directory that comes before its own whiteout. */
  const withoutLateTimes = (list: string) => list.replace(/^(orders\/[45]\/d\|d\|.*\|).*$/gm, '$1…');

  kernelOracle(
    'umoci',
    'unsquashfs',
    'getfattr',
  )('whiteouts in every order', () => {
    const numbers = orders.map((_, index) => index);
    const lower = layer(
      `for n in ${numbers.join(' ')}; do mkdir -p orders/$n/d/sub; printf 1 >orders/$n/d/old; printf 1 >orders/$n/d/sub/x; done`,
      [
        'orders',
        ...numbers.flatMap((n) => ['', '/d', '/d/old', '/d/sub', '/d/sub/x'].map((part) => `orders/${n}${part}`)),
      ],
    );
    const upper = layer(
      `for n in ${numbers.join(' ')}; do
         mkdir -p orders/$n/d; touch orders/$n/d/.wh..wh..opq orders/$n/d/.wh.old orders/$n/.wh.d; printf 2 >orders/$n/d/new
       done`,
      ['orders', ...orders.flatMap((order, n) => ['.', ...order].map((name) => `orders/${n}/${name}`))],
    );
    const layout = imageOf([lower, upper]);
    const theirs = withoutLateTimes(listed(unpackedByUmoci(layout)));
    whole(theirs);
    expect(withoutLateTimes(listed(unpackedByUs(`oci:${layout.directory}:latest`)))).toBe(theirs);
  });

  kernelOracle(
    'umoci',
    'unsquashfs',
    'getfattr',
  )('replaced kinds, links across layers and paths through links', () => {
    const second = layer(
      `mkdir -p var/cache usr/bin var/run etc/a var/cache/sub; printf 2 >var/run/pid; ln -s etc/b var/cache/link
       printf 2 >usr/bin/tool; printf 2 >etc/a/in; mkdir -p bin; printf 2 >bin/second; touch var/cache/.wh.old; mkdir usr/bin/up; printf 2 >usr/bin/up/deep`,
      [
        'var/run/pid',
        'var/cache/link',
        'var/cache/.wh.old',
        'usr/bin/tool',
        'etc/a',
        'etc/a/in',
        'bin/second',
        'usr/bin/up/deep',
      ],
    );
    const third = layer(
      'mkdir -p var etc bin; printf 3 >var/cache; ln -s nowhere etc/b; printf 3 >run; touch bin/.wh.second; mkdir none; touch none/.wh.x',
      ['var', 'var/cache', 'etc', 'etc/b', 'run', 'bin/.wh.second'],
    );
    // This umoci does not read zstd.
    const theirs = listed(unpackedByUmoci(imageOf([second, third], ['gzip', undefined, 'gzip'])));
    const layout = imageOf([second, third], ['gzip', undefined, 'zstd']);
    whole(theirs);
    expect(listed(unpackedByUs(`oci:${layout.directory}:latest`))).toBe(theirs);
  });
});

describe('one image in every form gives the same bytes', () => {
  let layout: OciLayout;
  let reference: Buffer;
  const upper = () => layer('mkdir -p etc; printf 2 >etc/new; touch etc/.wh.b', ['etc', 'etc/new', 'etc/.wh.b']);

  beforeAll(() => {
    layout = imageOf([upper()], ['gzip', undefined]);
    reference = readFileSync(squashed(`oci:${layout.directory}`));
  });

  const copied = (target: string, ...options: string[]) =>
    succeed('skopeo', [
      '--insecure-policy',
      '--tmpdir',
      scratch,
      'copy',
      '-q',
      ...options,
      `oci:${layout.directory}:latest`,
      target,
    ]);

  oracle('skopeo').each<[string, string, readonly string[]]>([
    ['oci-archive', `oci-archive:${at('oci.tar')}:name`, []],
    ['docker-archive', `docker-archive:${at('docker.tar')}:name:tag`, []],
    ['zstd', `oci:${at('zstd')}:name`, ['--dest-compress', '--dest-compress-format', 'zstd']],
  ])('%s', (_, target, options) => {
    copied(target, ...options);
    expect(readFileSync(squashed(target)).equals(reference)).toBe(true);
  });

  test('a compressed archive of a layout', () => {
    succeed('tar', ['-C', layout.directory, '-czf', at('layout.tar.gz'), '.']);
    expect(readFileSync(squashed(`oci-archive:${at('layout.tar.gz')}`)).equals(reference)).toBe(true);
  });

  kernelOracle('umoci')('the directory that umoci unpacks', () => {
    const directory = unpackedByUmoci(layout);
    const excluded = ['--exclude', '/none'];
    expect(readFileSync(squashed(directory, ...excluded)).equals(reference)).toBe(true);
  });
});

/** Sections of the configuration of docker-registry. */
interface ServerSettings {
  readonly address?: string;
  readonly http?: object;
  readonly auth?: object;
  readonly storage?: object;
}

describe('a registry', () => {
  let layout: OciLayout;
  let expected: Buffer;
  let servers = 0;

  /** Runs `use` with a server on loopback. */
  async function served(
    { http = {}, address = '127.0.0.1', ...more }: ServerSettings,
    use: (host: string) => void | Promise<void>,
  ): Promise<void> {
    const host = `${address}:${20_000 + ((process.pid + ++servers) % 20_000)}`;
    const settings = {
      version: '0.1',
      log: { level: 'error' },
      storage: { filesystem: { rootdirectory: at(`registry${servers}`) } },
      ...more,
      http: { addr: host, ...http },
    };
    writeFileSync(at('registry.yml'), JSON.stringify(settings));
    const server = spawn('docker-registry', ['serve', at('registry.yml')], { stdio: 'ignore' });
    try {
      await vi.waitUntil(async () => (await fetch(`http://${host}/v2/`).catch(() => undefined))?.status, 20_000);
      await use(host);
    } finally {
      server.kill();
    }
  }

  const copyTo = (host: string, ...options: string[]) =>
    succeed('skopeo', [
      ...['--insecure-policy', '--tmpdir', scratch, 'copy', '-q', '--dest-tls-verify=false', '--retry-times', '5'],
      ...[...options, `oci:${layout.directory}:latest`, `docker://${host}/some/tree:1.0`],
    ]);

  beforeAll(() => {
    layout = imageOf([layer('printf 2 >etc2', ['etc2'])], ['gzip', undefined]);
    expected = readFileSync(squashed(`oci:${layout.directory}`));
  });

  oracle('docker-registry', 'skopeo')(
    'has the image that was copied there',
    () =>
      served({}, (host) => {
        copyTo(host);
        expect(readFileSync(squashed(`oci://${host}/some/tree:1.0`)).equals(expected)).toBe(true);
      }),
    60_000,
  );

  oracle('docker-registry', 'skopeo')(
    'with a password: that of skopeo login is used, and no message has it',
    async () => {
      // bcrypt of the password; Apache's htpasswd -B writes the same.
      const password = 'geheim: wort';
      const hash = '$2y$05$abcdefghijklmnopqrstuuNLGK6xNUVkL1Mptlg1WEnmCiakhhTHW';
      writeFileSync(at('htpasswd'), `reader:${hash}\n`);
      await served({ auth: { htpasswd: { realm: 'tests', path: at('htpasswd') } } }, (host) => {
        const [file, other] = [at('auth.json'), at('other.json')];
        const login = ['--authfile', file, '--tls-verify=false', '--username', 'reader', '--password', password];
        succeed('skopeo', ['login', ...login, host]);
        copyTo(host, '--authfile', file);
        const pull = (env: Record<string, string>) =>
          isopress(
            [
              'squashfs',
              `oci://${host}/some/tree:1.0`,
              at('pulled'),
              '--compression',
              'gzip',
              '--epoch',
              '1',
              '--seed',
              's',
              '--force',
              '--json',
            ],
            { env },
          );
        const home = { HOME: scratch, XDG_RUNTIME_DIR: '', XDG_CONFIG_HOME: '', DOCKER_CONFIG: '' };
        const pulled = pull({ ...home, REGISTRY_AUTH_FILE: file });
        expect([pulled.status, readFileSync(at('pulled')).equals(expected)]).toEqual([0, true]);
        // Docker's place, as Docker writes it.
        mkdirSync(at('.docker'));
        writeFileSync(at('.docker/config.json'), readFileSync(file));
        expect(pull(home).status).toBe(0);
        // A program of Docker's protocol, asked for this server alone.
        const secret = JSON.stringify({ ServerURL: host, Username: 'reader', Secret: password });
        const script = `#!/bin/sh\n[ "$1 $(cat)" = 'get ${host}' ] && echo '${secret}'\n`;
        writeFileSync(at('docker-credential-tests'), script, { mode: 0o755 });
        for (const [config, status] of [
          [{ credHelpers: { [host]: 'tests' } }, 0],
          [{ credsStore: 'tests' }, 0],
          [{ credHelpers: { [host]: '../tests' } }, 4],
          [{ credsStore: 'not-installed' }, 4],
        ] as const) {
          writeFileSync(at('.docker/config.json'), JSON.stringify(config));
          const asked = pull({ ...home, PATH: `${scratch}:${process.env['PATH']}` });
          expect([config, asked.status]).toEqual([config, status]);
          expect(asked.stdout + asked.stderr).not.toMatch(/wort/);
        }
        writeFileSync(
          other,
          JSON.stringify({ auths: { [host]: { auth: Buffer.from('reader:wrong').toString('base64') } } }),
        );
        const [refused, nobody] = [
          pull({ ...home, REGISTRY_AUTH_FILE: other }),
          pull({ ...home, REGISTRY_AUTH_FILE: at('none') }),
        ];
        expect(refused).toMatchObject({ status: 4, stdout: expect.stringMatching(/oci\.denied.*not accepted/s) });
        expect(nobody).toMatchObject({ status: 4, stdout: expect.stringMatching(/oci\.denied.*skopeo login/s) });
        for (const { stdout, stderr } of [pulled, refused, nobody])
          expect(stdout + stderr).not.toMatch(/wort|wrong|cmVhZGVy/);
      });
    },
    60_000,
  );

  oracle('docker-registry', 'openssl', 'skopeo')(
    'whose certificate comes from a private authority, and which may want one of the client',
    async () => {
      const [authority, server, client, stranger] = ['ca', 'server', 'client', 'stranger'].map(at) as string[];
      const name = hostname();
      certify(authority!, 'Tests');
      certify(server!, 'server', ['-addext', `subjectAltName=DNS:${name}`], authority);
      certify(client!, 'client', [], authority);
      certify(stranger!, 'stranger');
      const storage = { filesystem: { rootdirectory: at('registry-tls') } };
      await served({ storage }, (host) => void copyTo(host));
      const tls = { certificate: `${server}.pem`, key: `${server}.key` };
      // The name may have another address than localhost.
      const { address } = await lookup(name, 4);
      const pull = (host: string, env: Record<string, string>) => {
        const given = ['--compression', 'gzip', '--epoch', '1', '--seed', 's', '--quiet', '--force'];
        return isopress(['squashfs', `oci://${host}/some/tree:1.0`, at('secured'), ...given], { env });
      };
      /** Where Podman has certificates of one registry; the home directory of that. */
      const home = (host: string, files: Record<string, string>) => {
        const path = at(`home${++made}`);
        const directory = join(path, '.config/containers/certs.d', host);
        mkdirSync(directory, { recursive: true });
        for (const [to, from] of Object.entries(files)) copyFileSync(from, join(directory, to));
        return { env: { HOME: path, XDG_CONFIG_HOME: '' }, directory };
      };
      await served({ address, storage, http: { tls } }, (started) => {
        const host = `${name}:${started.split(':')[1]}`;
        expect(pull(host, {})).toMatchObject({ status: 4, stderr: expect.stringContaining('oci.registry') });
        expect(pull(host, { NODE_EXTRA_CA_CERTS: `${authority}.pem` }).status).toBe(0);
        expect(pull(host, home(host, { 'ca.crt': `${authority}.pem` }).env)).toMatchObject({ status: 0, stderr: '' });
        expect(readFileSync(at('secured')).equals(expected)).toBe(true);
      });
      await served({ address, storage, http: { tls: { ...tls, clientcas: [`${authority}.pem`] } } }, (started) => {
        const host = `${name}:${started.split(':')[1]}`;
        const ca = { 'ca.crt': `${authority}.pem` };
        const known = home(host, { ...ca, 'client.cert': `${client}.pem`, 'client.key': `${client}.key` });
        const skopeo = ['--insecure-policy', '--tmpdir', scratch, 'inspect', '--cert-dir', known.directory];
        succeed('skopeo', [...skopeo, `docker://${host}/some/tree:1.0`]);
        rmSync(at('secured'));
        expect(pull(host, known.env)).toMatchObject({ status: 0, stderr: '' });
        expect(readFileSync(at('secured')).equals(expected)).toBe(true);
        for (const [files, message] of [
          [ca, /refuses the certificate of this client, or wants one\..*NAME\.key in certs\.d/s],
          [{ ...ca, 'client.cert': `${stranger}.pem`, 'client.key': `${stranger}.key` }, /refuses the certificate/],
          [{ ...ca, 'client.cert': `${client}.pem` }, /client\.cert is not used: client\.key is missing/],
          [{ ...ca, 'client.key': `${client}.key` }, /client\.key is not used: client\.cert is missing/],
          [{ ...ca, 'client.cert': `${client}.pem`, 'client.key': `${stranger}.key` }, /TLS: key values mismatch/],
          [{ 'client.cert': `${client}.pem`, 'client.key': `${client}.key` }, /authority .* is not known/],
        ] as const) {
          const { status, stderr } = pull(host, home(host, files).env);
          expect([status, stderr]).toEqual([
            stderr.includes('oci.certificate') ? 3 : 4,
            expect.stringMatching(message),
          ]);
        }
      });
    },
    60_000,
  );
});

/** A certificate in `NAME.pem` with its key in `NAME.key`, signed by another one or by itself. */
function certify(path: string, subject: string, more: readonly string[] = [], signer?: string): void {
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-noenc', '-days', '2'];
  const signed = signer === undefined ? [] : ['-CA', `${signer}.pem`, '-CAkey', `${signer}.key`];
  const names = ['-subj', `/CN=${subject}`, ...more, '-keyout', `${path}.key`, '-out', `${path}.pem`];
  succeed('openssl', ['req', '-x509', ...key, ...signed, ...names]);
}

test('wrong names are answered with what there is', () => {
  const layout = imageOf([]);
  const { status, stderr } = isopress(['squashfs', `oci:${layout.directory}:none`, at('never')]);
  expect([status, stderr]).toEqual([3, expect.stringMatching(/It has no image none\. .*one of these names: latest/s)]);
  expect(isopress(['ext4', `oci:${at('nowhere')}`, at('never')]).stderr).toMatch(/source\.enoent/);
  expect(isopress(['ext4', 'x', at('never'), '--platform', 'linux']).status).toBe(2);
});
