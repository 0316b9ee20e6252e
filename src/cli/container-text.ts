// A container image in words, for people.

import { displayText, fromText } from '../bytes/index.js';
import type { ContainerFacts } from '../source/index.js';
import { showBytes } from './units.js';

/** One line for each fact. Its texts may hold anything, but they do not reach the terminal as commands to it. */
export function containerLines(facts: ContainerFacts): string[] {
  const { digest, configDigest, platform, created, layers, labels, environment } = facts;
  const { entrypoint, command, user, workingDirectory } = facts;
  const given = (name: string, value: string | undefined) => (value === undefined ? [] : [`  ${name}: ${value}`]);
  const words = (list: readonly string[] | undefined) => (list === undefined ? undefined : JSON.stringify(list));
  return [
    ...given('digest', digest),
    `  configuration: ${configDigest}`,
    ...given('platform', platform),
    ...given('created', created),
    ...layers.map(({ digest: stored, diffId, size }) => `  layer ${stored ?? diffId}, ${showBytes(size)}`),
    ...Object.entries(labels).map(([name, value]) => `  label ${name} = ${value}`),
    ...environment.map((variable) => `  environment ${variable}`),
    ...given('entry point', words(entrypoint)),
    ...given('command', words(command)),
    ...given('user', user),
    ...given('working directory', workingDirectory),
  ].map((line) => displayText(fromText(line)));
}
