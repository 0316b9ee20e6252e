// Tables of SQLite's own making, read as SQLite reads them; and databases with damage anywhere.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { InvalidImageError } from '../../src/errors.js';
import { mergedDatabase } from '../../src/live/packages/sqlite-file.js';
import { tableRows } from '../../src/live/packages/sqlite-table.js';
import { judge, oracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';

const scratch = scratchDirectory();
/** Writes rows of all sizes in an order other than that of their numbers, and prints them as it reads them again. */
const MAKE = `
import hashlib, random, sqlite3, sys
path, page, rows, journal = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
db = sqlite3.connect(path)
db.execute(f'PRAGMA page_size={page}')
db.execute('CREATE TABLE Other (a, b)')
db.execute('CREATE TABLE Packages (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL, note TEXT, number INTEGER)')
db.commit()
db.execute(f'PRAGMA journal_mode={journal}')
random.seed(page)
numbers = random.sample(range(1, rows * 100), rows)
for i, number in enumerate(numbers):
    blob = random.randbytes(random.choice([0, 1, 100, 460, 480, 2000, 4090, 9000, 70000 if i % 40 == 0 else 5]))
    value = random.choice([None, 0, 1, -1, 127, -128, 40000, -8000000, 2**31, -2**40, 2**52])
    db.execute('INSERT INTO Packages VALUES (?, ?, ?, ?)', (number, blob, random.choice([None, '', 'ü']), value))
db.execute('DELETE FROM Packages WHERE hnum % 7 = 0')
db.commit()
for number, blob, note, value in db.execute('SELECT * FROM Packages ORDER BY hnum'):
    print(hashlib.sha256(blob).hexdigest(), note, value)
sys.stdout.flush()
import os
os._exit(0)
`;

const digest = async (data: Uint8Array) =>
  Buffer.from(await crypto.subtle.digest('SHA-256', data as never)).toString('hex');

function made(name: string, page: number, rows: number, journal = 'delete') {
  const path = join(scratch, `${name}.sqlite`);
  const { stdout, status, stderr } = judge('python3', ['-c', MAKE, path, `${page}`, `${rows}`, journal]);
  expect(status, stderr).toBe(0);
  const log = journal === 'wal' ? readFileSync(`${path}-wal`) : new Uint8Array(0);
  return { stdout: Buffer.from(stdout, 'latin1').toString(), database: mergedDatabase(readFileSync(path), log) };
}

oracle('python3').each([
  [512, 300, 'delete'],
  [1024, 300, 'wal'],
  [4096, 600, 'wal'],
  [4096, 3, 'delete'],
  [65_536, 200, 'delete'],
])('pages of %i bytes, %i rows, journal %s', async (page, rows, journal) => {
  const { stdout, database } = made(`${page}-${rows}`, page, rows, journal);
  const lines: string[] = [];
  for (const [number, blob, note, value] of tableRows(database, 'Packages')) {
    expect(number).toBeUndefined();
    lines.push(`${await digest(blob as Uint8Array)} ${note ?? 'None'} ${value ?? 'None'}\n`);
  }
  expect(lines.join('')).toBe(stdout);
});

oracle('python3')('damage anywhere is a typed error, or other values', () => {
  const { database } = made('damaged', 512, 60);
  const outcomes = new Set<string>();
  for (let at = 0; at < database.length; at += 29) {
    const bytes = database.slice();
    bytes[at]! ^= 0xff;
    try {
      outcomes.add(`rows ${[...tableRows(bytes, 'Packages')].length > 0}`);
    } catch (error) {
      expect(error).toBeInstanceOf(InvalidImageError);
      outcomes.add((error as InvalidImageError).code);
    }
  }
  expect([...outcomes].sort()).toEqual(['live.rpm-database', 'rows true']);
});
