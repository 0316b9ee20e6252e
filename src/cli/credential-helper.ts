// Programs that keep passwords of registries, such as docker-credential-pass: https://github.com/docker/docker-credential-helpers.

import { spawn } from 'node:child_process';
import { credentialsOfHelper, type RegistryCredentials } from '../source/index.js';

/** Most bytes of an answer. */
const LARGEST_ANSWER = 256 * 1024;
/** Milliseconds for a program, which may ask its user for a password. */
const PATIENCE = 60_000;
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/** The name of the program; undefined for a name that would be a path or an option. */
export function helperProgram(name: string): string | undefined {
  return NAME.test(name) ? `docker-credential-${name}` : undefined;
}

/**
 * Asks `docker-credential-NAME get` for the credentials of a server, without a shell. Rejects if the program cannot be run. Undefined if it
 * has none, or gives an answer of another form: its texts may be secrets, so no message has them.
 */
export async function askHelper(program: string, server: string): Promise<RegistryCredentials | undefined> {
  const text = await new Promise<string>((resolve, reject) => {
    const child = spawn(program, ['get'], { stdio: ['pipe', 'pipe', 'ignore'] });
    let answer = '';
    // Not the option of spawn, whose timer keeps this program from ending if the other cannot be started.
    const giveUp = () => {
      child.kill();
      child.stdout.destroy();
    };
    const timer = setTimeout(giveUp, PATIENCE);
    child.stdout.setEncoding('utf8').on('data', (piece: string) => {
      answer += piece;
      if (answer.length > LARGEST_ANSWER) giveUp();
    });
    child.on('error', reject).once('close', (code) => resolve(code === 0 ? answer : ''));
    child.once('error', () => clearTimeout(timer)).once('close', () => clearTimeout(timer));
    // A program that does not read its input ends the pipe.
    child.stdin.on('error', () => {}).end(server);
  });
  return credentialsOfHelper(text);
}
