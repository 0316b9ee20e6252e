// Writes the tables of docs/reports.md from the schemas; with --print it only prints the page.
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { REPORTS } from '../dist/cli/output/report.js';

/** Schemas in the order of their reports; plans are in the schema of their image. */
const PARTS = [...Object.keys(REPORTS).filter((name) => !name.endsWith('-plan')), 'common'];
const MARK = '<!-- Everything below is made by scripts/report-docs.js. -->';

const root = resolve(import.meta.dirname, '..');
const page = resolve(root, 'docs/reports.md');
const schemaOf = (name) => JSON.parse(readFileSync(resolve(root, `schemas/${name}.json`), 'utf8'));

const { $defs: common } = schemaOf('common');

/** The part that a schema refers to: its definition, and the heading of its table. */
function partReferred({ $ref = '' }, name, own) {
  const [, file, key] = /^(?:(common)\.json)?#\/\$defs\/(.*)$/.exec($ref) ?? [];
  if (key === undefined) return undefined;
  return { schema: (file ? common : own)[key], heading: file ? key : `${name} ${key}` };
}

/** One report: its name, and the parts that only it has. */
function describer(name, own) {
  const referred = (schema) => partReferred(schema, name, own);

  /** `string`, `integer`, `array of objects`, or a link. */
  function typeText(schema) {
    const part = referred(schema);
    if (part && part.schema.type === 'string') return 'string';
    if (part) return `[${part.heading}](#${part.heading.toLowerCase().replaceAll(' ', '-')})`;
    if (schema.oneOf) return [...new Set(schema.oneOf.map(typeText))].join(' or ');
    if ('const' in schema) return typeof schema.const;
    if (schema.prefixItems) return `array of ${schema.prefixItems.length} integers`;
    return schema.type === 'array' ? `array of ${typeText(schema.items)}` : schema.type;
  }

  function meaningOf(schema) {
    const { description, enum: values } = { ...referred(schema)?.schema, ...schema };
    const id = String(schema.const ?? '').startsWith('isopress-') ? ` \`${schema.const}\`` : '';
    return `${description}${id}${values ? ` One of ${values.map((value) => `\`${value}\``).join(', ')}.` : ''}`;
  }

  /** Rows of an object and of the objects inside it, `entries[].path`. */
  function rowsOf({ properties, required }, prefix = '') {
    return Object.entries(properties).flatMap(([key, schema]) => {
      const field = `${prefix}${key}`;
      const type = required.includes(key) ? typeText(schema) : `${typeText(schema)}, optional`;
      const inner = schema.items || schema;
      const below = inner.properties ? rowsOf(inner, `${field}${inner === schema ? '' : '[]'}.`) : [];
      return [[`\`${field}\``, type, meaningOf(schema)], ...below];
    });
  }

  return rowsOf;
}

function table(rows) {
  const all = [['field', 'type', 'meaning'], ...rows];
  const widths = [0, 1, 2].map((column) => Math.max(...all.map((row) => row[column].length)));
  const line = (row) => `| ${row.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`;
  return [line(all[0]), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...all.slice(1).map(line)];
}

/** An object, or all its alternatives. */
function tablesOf(schema, rowsOf) {
  if (schema.oneOf) return [schema.description, '', ...schema.oneOf.flatMap((one) => tablesOf(one, rowsOf))];
  return schema.properties ? [schema.description, '', ...table(rowsOf(schema)), ''] : [];
}

function partOf(name) {
  const { title, $defs = {}, ...schema } = schemaOf(name);
  const isCommon = name === 'common';
  const rowsOf = describer(name, $defs);
  const whole = schema.properties ? tablesOf(schema, rowsOf) : [];
  const parts = Object.entries($defs).flatMap(([key, part]) => {
    const tables = tablesOf(part, rowsOf);
    return tables.length === 0 ? [] : [`### ${isCommon ? key : `${name} ${key}`}`, '', ...tables];
  });
  return [`## ${title}`, '', `Schema: \`schemas/${name}.json\``, '', ...whole, ...parts];
}

const text = readFileSync(page, 'utf8');
const made = `${PARTS.flatMap(partOf).join('\n').trimEnd()}\n`;
const whole = `${text.slice(0, text.indexOf(MARK) + MARK.length)}\n\n${made}`;
if (process.argv.includes('--print')) process.stdout.write(whole);
else writeFileSync(page, whole);
