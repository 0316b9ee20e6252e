// npm run api
// Writes api/*.api.md: the exports of each subpath of the package, with their declarations. A
// change of the public API shows there; a test compares the files with the build.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('..', import.meta.url));
const directory = join(root, 'api');
const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/**
 * `hidden`: types in the declarations that no subpath exports, so that a user cannot name them.
 * @typedef {{ name: string, doc: string, declarations: string[], hidden: string[] }} PublicExport
 */

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
  const symbols = files.map((file) => {
    const source = program.getSourceFile(file);
    const module = source && checker.getSymbolAtLocation(source);
    if (!module) throw new Error(`${file} is missing: run "npm run build" first.`);
    return checker.getExportsOfModule(module);
  });
  const face = new Face(checker, new Set(symbols.flat().map((symbol) => aliased(checker, symbol))));
  return new Map(
    entries.map(([subpath], index) => {
      const found = symbols[index].map((symbol) => face.describe(symbol));
      return [subpath, found.sort((a, b) => (a.name < b.name ? -1 : 1))];
    }),
  );
}

/**
 * @param {ts.TypeChecker} checker
 * @param {ts.Symbol} symbol
 */
function aliased(checker, symbol) {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}

const printer = ts.createPrinter({ removeComments: true });
const FORMAT = ts.TypeFormatFlags.NoTruncation | ts.TypeFormatFlags.UseAliasDefinedOutsideCurrentScope;

/** @param {ts.Node} node */
const printed = (node) => printer.printNode(ts.EmitHint.Unspecified, node, node.getSourceFile());

/** @typedef {{ text: string, hidden: string[] }} Shown */

/** The declarations of all exports. An interface that extends private ones is shown with their members. */
class Face {
  /**
   * @param {ts.TypeChecker} checker
   * @param {ReadonlySet<ts.Symbol>} exported
   */
  constructor(checker, exported) {
    this.checker = checker;
    this.exported = exported;
  }

  /**
   * @param {ts.Symbol} symbol
   * @returns {PublicExport}
   */
  describe(symbol) {
    const meant = aliased(this.checker, symbol);
    const shown = (meant.declarations ?? []).map((node) => this.shown(node));
    return {
      name: symbol.name,
      doc: ts.displayPartsToString(meant.getDocumentationComment(this.checker)),
      // Versions of the compiler differ in their quotation marks.
      declarations: shown.map(({ text }) => text.replace(/^export (declare )?/, '').replaceAll("'", '"')),
      hidden: [...new Set(shown.flatMap(({ hidden }) => hidden))],
    };
  }

  /**
   * A declaration, and the private types in it.
   * @param {ts.Declaration} node
   * @returns {Shown}
   */
  shown(node) {
    const hidden = this.hiddenIn(node);
    if (hidden.length > 0 && ts.isInterfaceDeclaration(node)) return this.flattened(node);
    const whole = ts.isVariableDeclaration(node) ? node.parent.parent : node;
    return { text: printed(whole), hidden: isDerived(node) ? [] : hidden };
  }

  /**
   * An interface with the members that it has from private interfaces.
   * @param {ts.InterfaceDeclaration} node
   * @returns {Shown}
   */
  flattened(node) {
    const bases = node.heritageClauses?.flatMap(({ types }) => types) ?? [];
    const kept = bases.filter((base) => this.hiddenIn(base).length === 0);
    const own = new Set(node.members.map((member) => member.name?.getText()));
    const inherited = bases
      .filter((base) => !kept.includes(base))
      .flatMap((base) => this.checker.getTypeAtLocation(base).getProperties())
      .filter(({ name }) => !own.has(name))
      .map((property) => this.member(property, node));
    const members = [...inherited, ...node.members.map((one) => ({ text: printed(one), hidden: this.hiddenIn(one) }))];
    const heritage = kept.length > 0 ? ` extends ${kept.map(printed).join(', ')}` : '';
    const parameters = node.typeParameters ? `<${node.typeParameters.map(printed).join(', ')}>` : '';
    const body = members.map(({ text }) => `${text.replace(/^/gm, '    ')}\n`).join('');
    return {
      text: `interface ${node.name.text}${parameters}${heritage} {\n${body}}`,
      hidden: members.flatMap(({ hidden }) => hidden),
    };
  }

  /**
   * @param {ts.Symbol} property
   * @param {ts.Node} place
   * @returns {Shown}
   */
  member(property, place) {
    const declared = property.declarations?.[0];
    if (declared && (ts.isPropertySignature(declared) || ts.isMethodSignature(declared))) {
      return { text: printed(declared), hidden: this.hiddenIn(declared) };
    }
    const type = this.checker.getTypeOfSymbolAtLocation(property, place);
    const mark = property.flags & ts.SymbolFlags.Optional ? '?' : '';
    return { text: `readonly ${property.name}${mark}: ${this.checker.typeToString(type, place, FORMAT)};`, hidden: [] };
  }

  /**
   * Names of the project's types in a declaration that are not exported.
   * @param {ts.Node} declaration
   * @returns {string[]}
   */
  hiddenIn(declaration) {
    /** @type {string[]} */
    const found = [];
    /** @param {ts.Node} node */
    const visit = (node) => {
      const name = referenced(node);
      const symbol = name && this.checker.getSymbolAtLocation(name);
      if (symbol && this.isHidden(aliased(this.checker, symbol))) found.push(symbol.name);
      ts.forEachChild(node, visit);
    };
    visit(declaration);
    return found;
  }

  /** @param {ts.Symbol} symbol */
  isHidden(symbol) {
    const path = symbol.declarations?.[0]?.getSourceFile().fileName;
    if (path === undefined || !path.startsWith(join(root, 'dist'))) return false;
    return !(symbol.flags & ts.SymbolFlags.TypeParameter) && !this.exported.has(symbol);
  }
}

/**
 * Whether a type derives from a private table of values, as the names of codecs do: nobody needs the name of the table.
 * @param {ts.Node} node
 */
function isDerived(node) {
  return ts.isTypeAliasDeclaration(node) && node.type.getText().includes('typeof ');
}

/**
 * The last part of the name with which a node refers to a type.
 * @param {ts.Node} node
 * @returns {ts.Node | undefined}
 */
function referenced(node) {
  if (ts.isTypeReferenceNode(node)) return ts.isQualifiedName(node.typeName) ? node.typeName.right : node.typeName;
  if (ts.isTypeQueryNode(node)) return ts.isQualifiedName(node.exprName) ? node.exprName.right : node.exprName;
  if (ts.isImportTypeNode(node)) return node.qualifier;
  if (!ts.isExpressionWithTypeArguments(node)) return undefined;
  return ts.isPropertyAccessExpression(node.expression) ? node.expression.name : node.expression;
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
 * Declarations are in the first subpath that has them; the package itself lists names, and declares only its own exports.
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
