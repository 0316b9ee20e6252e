// npm run api
// Writes api/*.api.md: what each subpath of the package exports, with the declarations that the compiler made of them. A
// change of the public face shows there; a test compares the files with what was built.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('..', import.meta.url));
const directory = join(root, 'api');
const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** @typedef {{ name: string, doc: string, declarations: string[] }} PublicExport */

/**
 * The exports of every subpath, in the order of their names, by subpath: `.`, `./ext4`, …
 * @returns {Map<string, PublicExport[]>}
 */
export function publicExports() {
  const entries = Object.entries(exports).filter(([, target]) => typeof target === 'object');
  const files = entries.map(([, { types }]) => join(root, types));
  const program = ts.createProgram(files, {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2023,
    strict: true,
    skipLibCheck: true,
    noEmit: true,
    types: ['node'],
  });
  const checker = program.getTypeChecker();
  return new Map(
    entries.map(([subpath], index) => {
      const source = program.getSourceFile(files[index]);
      const module = source && checker.getSymbolAtLocation(source);
      if (!module) throw new Error(`${files[index]} is not there: "npm run build" first.`);
      const found = checker.getExportsOfModule(module).map((symbol) => describe(checker, symbol));
      return [subpath, found.sort((a, b) => (a.name < b.name ? -1 : 1))];
    }),
  );
}

const printer = ts.createPrinter({ removeComments: true });

/**
 * @param {ts.TypeChecker} checker
 * @param {ts.Symbol} symbol
 * @returns {PublicExport}
 */
function describe(checker, symbol) {
  const meant = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  const declarations = (meant.declarations ?? []).map((node) => {
    const whole = ts.isVariableDeclaration(node) ? node.parent.parent : node;
    const text = printer.printNode(ts.EmitHint.Unspecified, whole, node.getSourceFile());
    // Versions of the compiler differ in their quotation marks.
    return text.replace(/^export (declare )?/, '').replaceAll("'", '"');
  });
  return {
    name: symbol.name,
    doc: ts.displayPartsToString(meant.getDocumentationComment(checker)),
    declarations,
  };
}

/**
 * The report of every subpath, by the name of its file.
 * @param {Map<string, PublicExport[]>} all
 * @returns {Map<string, string>}
 */
export function apiReports(all) {
  return new Map([...all].map(([subpath, found]) => [fileOf(subpath), report(subpath, found, all)]));
}

/** @param {string} subpath */
const fileOf = (subpath) => `${subpath === '.' ? 'isopress' : subpath.slice(2)}.api.md`;

/**
 * Declarations stand in the first subpath that has them; the package itself has only names, but for what is its own.
 * @param {string} subpath
 * @param {PublicExport[]} found
 * @param {Map<string, PublicExport[]>} all
 */
function report(subpath, found, all) {
  const title = `# ${subpath.replace('.', 'isopress')}\n\nMade by \`npm run api\`.\n`;
  const sections = found.map(({ name, declarations }) => {
    const home = [...all].find(([other, list]) => other !== '.' && list.some((one) => one.name === name))?.[0];
    if (home !== undefined && home !== subpath) return `- \`${name}\`: ${home.replace('.', 'isopress')}\n`;
    return `\n## ${name}\n\n\`\`\`ts\n${declarations.join('\n')}\n\`\`\`\n`;
  });
  const own = sections.filter((section) => section.startsWith('\n'));
  const others = sections.filter((section) => !section.startsWith('\n'));
  return `${title}${others.length > 0 ? `\n${others.join('')}` : ''}${own.join('')}`;
}

function main() {
  const reports = apiReports(publicExports());
  mkdirSync(directory, { recursive: true });
  for (const name of readdirSync(directory)) if (!reports.has(name)) rmSync(join(directory, name));
  for (const [name, text] of reports) {
    const path = join(directory, name);
    if (!existsSync(path) || readFileSync(path, 'utf8') !== text) {
      writeFileSync(path, text);
      process.stdout.write(`api/${name} changed.\n`);
    }
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
