// The page on descriptions agrees with the tables of the code. `vitest -u` writes it.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { grammar } from '../../../../src/live/description/grammar/index.js';
import {
  bootloaderTable,
  type Generation,
  generations,
  type Span,
  type Table,
  typeTable,
} from '../../../../src/live/description/index.js';

const page = resolve('docs/descriptions.md');

/** A Markdown table with aligned columns. */
function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]!.length)));
  const line = (cells: readonly string[]) => `| ${cells.map((cell, i) => cell.padEnd(widths[i]!)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

const code = (text: string) => `\`${text}\``;

function spanText({ since, until }: Span): string {
  if (since && until) return `${since} to ${until}`;
  if (since) return `from ${since}`;
  return until ? `to ${until}` : 'all';
}

/** One text, or one per generation where they differ. */
function perGeneration(values: ReadonlyMap<Generation, string>): string {
  const texts = [...values.values()];
  if (new Set(texts).size <= 1) return texts[0] ?? '';
  const changes = [...values].filter(([, text], i) => i === 0 || text !== texts[i - 1]);
  return changes.map(([name, text]) => `${text} (${name})`).join('; ');
}

function attributeRows(table: Table): string[][] {
  return Object.entries(table).map(([name, row]) => {
    const known = generations.filter((rules) => isKnown(row, rules.name));
    const fallbacks = known.map((rules) => {
      const value: unknown = typeof row.fallback === 'function' ? row.fallback(rules) : row.fallback;
      return [rules.name, value === undefined || value === '' ? '' : code(String(value))] as const;
    });
    const allowed = known.map(({ name: generation }) => {
      return [generation, (row.kind.of?.(generation) ?? row.kind).allowed.replaceAll('|', '\\|')] as const;
    });
    const use = row.use === 'inert' ? 'without effect' : row.onlyAsOption ? 'as option' : 'read';
    const texts = [perGeneration(new Map(allowed)), perGeneration(new Map(fallbacks))];
    return [code(name), spanText(row), use, ...texts, row.meaning];
  });
}

function isKnown({ since, until }: Span, name: Generation): boolean {
  const order = generations.map((rules) => rules.name);
  const at = order.indexOf(name);
  return (!since || order.indexOf(since) <= at) && (!until || at <= order.indexOf(until));
}

const attributes = (table: Table) =>
  markdown(['attribute', 'generations', 'use', 'values', 'default', 'meaning'], attributeRows(table));

const sections: Readonly<Record<string, () => string>> = {
  generations: () =>
    markdown(
      ['generation', 'schema versions', 'BIOS loader', 'with EFI firmware', 'table with EFI', 'ESP'],
      generations.map(({ name, schemas, layout, efiPartitionTable, espMebibytes }) => [
        ...[code(name), schemas.join(' to '), layout.bios, layout.efi, efiPartitionTable, `${espMebibytes} MiB`],
      ]),
    ),
  type: () => attributes(typeTable),
  bootloader: () => attributes(bootloaderTable),
  elements: () =>
    markdown(
      ['element', 'contains', 'attributes'],
      Object.entries(grammar).map(([name, { attributes: table, children, text, opaque }]) => {
        const inside = opaque
          ? 'not looked at'
          : text
            ? 'text'
            : Object.keys(children)
                .map((child) => code(child))
                .join(' ');
        const own = name === 'bootloader' ? 'above' : Object.keys(table).filter((key) => !key.includes(':'));
        return [code(name), inside, typeof own === 'string' ? own : own.map(code).join(' ')];
      }),
    ),
};

test('docs/descriptions.md is what the tables say', async () => {
  const filled = Object.entries(sections).reduce(
    (text, [name, render]) => {
      const pattern = new RegExp(`<!-- ${name} -->\\n[^]*?<!-- end -->`);
      expect(text).toMatch(pattern);
      return text.replace(pattern, () => `<!-- ${name} -->\n\n${render()}\n\n<!-- end -->`);
    },
    readFileSync(page, 'utf8'),
  );
  await expect(filled).toMatchFileSnapshot(page);
});
