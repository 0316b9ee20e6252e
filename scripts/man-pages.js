// Writes the manual pages to dist/man, made from the options of the commands in dist/; part of every build.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { manPages } from '../dist/cli/output/man-page.js';
import { allCommands } from '../dist/cli/program.js';
import { VERSION } from '../dist/version.js';

const directory = resolve(import.meta.dirname, '../dist/man');
rmSync(directory, { recursive: true, force: true });
mkdirSync(directory);
for (const [name, text] of manPages(await allCommands(), VERSION)) writeFileSync(join(directory, name), text);
