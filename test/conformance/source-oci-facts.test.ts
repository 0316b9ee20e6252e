// The description of a container image, as skopeo reads it, and files that cannot hold one.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isopress } from '../support/command.js';
import { OciLayout } from '../support/oci-layout.js';
import { judge, oracle } from '../support/oracle.js';
import { validReport } from '../support/reports.js';
import { scratchDirectory } from '../support/scratch.js';
import { archive } from '../support/tar-archive.js';
import { succeed } from '../support/tools.js';

const scratch = scratchDirectory();
const at = (name: string) => join(scratch, name);

oracle('skopeo')('info says of an image what skopeo says', () => {
  const layout = new OciLayout(at('described'));
  const config = { Labels: { 'org.opencontainers.image.title': 'a title' }, Env: ['PATH=/bin', 'A=b c'], Cmd: ['sh'] };
  const layers = [{ archive: archive({ name: 'etc/a', data: 'x' }), compression: 'gzip' as const }];
  layout.list(layout.image({ layers, settings: { config, created: '2024-01-02T03:04:05Z' } }), 'latest');
  const name = `oci:${layout.directory}:latest`;
  succeed('skopeo', ['--insecure-policy', 'copy', '-q', name, `docker-archive:${at('described.tar')}:a/b:1`]);
  const {
    Digest: digest,
    Labels: labels,
    Env: environment,
    Created: created,
    Layers,
  } = JSON.parse(judge('skopeo', ['inspect', name]).stdout);
  for (const given of [name, `docker-archive:${at('described.tar')}`]) {
    const { status, stdout } = isopress(['info', given, '--json']);
    const { container } = validReport(stdout) as { container: Record<string, unknown> };
    expect([status, container]).toMatchObject([
      0,
      { labels, environment, created, platform: 'linux/amd64', command: ['sh'] },
    ]);
    if (given !== name) continue;
    expect(container['digest']).toBe(digest);
    expect((container['layers'] as { digest: string }[]).map((one) => one.digest)).toEqual(Layers);
  }
  expect(isopress(['info', name]).stdout).toMatch(/label org\.opencontainers\.image\.title = a title/);
  expect(isopress(['info', name, '--offset', '1']).status).toBe(2);
});

test('a directory or a pipe in place of a file is named at once', () => {
  succeed('mkfifo', [at('pipe')]);
  const [directory, pipe] = [at('directory'), at('pipe')];
  mkdirSync(directory);
  for (const words of [
    ['squashfs', `oci-archive:${directory}`, at('never')],
    ['info', `docker-archive:${directory}`],
    ['squashfs', `docker-archive:${pipe}`, at('never')],
    ['tag', directory],
    ['tag', pipe],
  ]) {
    const { status, stderr } = isopress(words);
    const named = expect.stringMatching(/ is a (?:directory|pipe), not (?:a file|an image)\. \[source\.not-a/);
    expect([words, status, stderr]).toEqual([words, 3, named]);
  }
});
