// npm run docs
// Writes the documentation site to out/docs: the pages of the repository, and a reference of every subpath of the package from its
// doc comments. A dead link is an error.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Application, Comment, Converter } from 'typedoc';

const root = fileURLToPath(new URL('..', import.meta.url));
const out = resolve(root, process.argv[2] ?? 'out/docs');
const read = (path) => readFileSync(resolve(root, path), 'utf8');

/** Headings of the navigation, and the pages under each. */
const PAGES = {
  Guides: [
    'quick-start',
    'make-a-root',
    'sources',
    'rootless-ci',
    'reading-images',
    'editing-isos',
    'reproducibility',
    'many-images',
    'library',
  ].map((name) => `docs/guides/${name}.md`),
  Reference: [
    ...[
      'command-line',
      'reports',
      'keys',
      'provenance',
      'netboot',
      'failures',
      'findings',
      'patterns',
      'manifest',
      'descriptions',
    ].map((name) => `docs/${name}.md`),
    'examples/README.md',
    'CHANGELOG.md',
  ],
  Formats: [
    ...readdirSync(resolve(root, 'src/format'))
      .map((name) => `src/format/${name}/README.md`)
      .filter((path) => existsSync(resolve(root, path))),
    'src/disc/README.md',
    'src/image/README.md',
    'src/edit/README.md',
  ],
  'Live ISOs': ['src/live/README.md', 'src/live/boot/README.md', 'docs/kiwi-differences.md', 'docs/kiwi-defects.md'],
  Project: [
    ...['docs/architecture.md', 'docs/threat-model.md', 'docs/performance.md', 'src/compress/README.md'],
    ...['native/README.md', 'native/codecs/README.md', 'findings/README.md', 'fixtures/damaged/README.md'],
    ...['CONTRIBUTING.md', 'SECURITY.md'],
  ],
};

const { exports } = JSON.parse(read('package.json'));
/** Source of each subpath, by its name as programs import it; the package itself comes last, and refers to the others. */
const entries = new Map(
  Object.entries(exports)
    .filter(([, target]) => typeof target === 'object')
    .map(([subpath, { types }]) => [
      subpath.replace('.', 'isopress'),
      types.replace('./dist/', 'src/').replace('.d.ts', '.ts'),
    ])
    .sort(([a], [b]) => (a === 'isopress' ? 1 : b === 'isopress' ? -1 : 0)),
);

const app = await Application.bootstrapWithPlugins({
  name: 'isopress',
  entryPoints: [...entries.values()].map((path) => resolve(root, path)),
  tsconfig: resolve(root, 'tsconfig.build.json'),
  readme: resolve(root, 'README.md'),
  projectDocuments: Object.values(PAGES)
    .flat()
    .map((path) => resolve(root, path)),
  out,
  // The build and the linter check types.
  skipErrorChecking: true,
  sort: ['documents-first', 'alphabetical-ignoring-documents'],
  sortEntryPoints: false,
  groupOrder: [...Object.keys(PAGES), 'Modules', '*'],
  navigation: { includeGroups: true, includeCategories: false, includeFolders: false },
  // The package has no repository address, so declarations do not link to their source.
  disableSources: true,
  excludePrivate: true,
  excludeInternal: true,
  hideGenerator: true,
  searchInDocuments: true,
  highlightLanguages: ['javascript', 'typescript', 'json', 'yaml', 'toml', 'xml', 'shellscript'],
  // Types that occur only in signatures are shown in place.
  validation: { invalidLink: true, invalidPath: true, notExported: false, notDocumented: false, rewrittenLink: true },
  treatWarningsAsErrors: true,
});

/** The group of each page, by its title. */
const groups = new Map(
  Object.entries(PAGES).flatMap(([group, paths]) => paths.map((path) => [titleOf(read(path)), group])),
);

app.converter.on(Converter.EVENT_CREATE_DOCUMENT, (_, page) => {
  page.name = titleOf(page.content.map(({ text }) => text).join(''));
  page.frontmatter.group = groups.get(page.name);
});

app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
  for (const module of project.children ?? []) {
    const [name, path] = [...entries].find(([, source]) => source === `src/${module.name}.ts`) ?? [];
    if (name === undefined) throw new Error(`${module.name} is not an entry point of the package.`);
    module.name = name;
    const [, purpose] = /^\/\/ isopress[^:]*: (.*)$/m.exec(read(path)) ?? [];
    module.comment = new Comment([{ kind: 'text', text: purpose }]);
  }
});

// Comments link to names of other modules, such as classes of errors, without importing them.
app.converter.addUnknownSymbolResolver(({ symbolReference }, from, link) => {
  if (!link) return undefined;
  const name = symbolReference?.path?.[0]?.path;
  const exported = (from.project.children ?? []).flatMap(({ children = [] }) => children);
  const target = exported.find((one) => one.name === name && !one.isReference());
  return target && { target, caption: name };
});

function titleOf(text) {
  const [, title] = /^# (.+)$/m.exec(text) ?? [];
  if (title === undefined) throw new Error(`A page has no title: ${text.slice(0, 80)}`);
  return title;
}

const project = await app.convert();
if (!project) process.exit(1);
app.validate(project);
await app.generateOutputs(project);
if (app.logger.hasErrors() || app.logger.hasWarnings()) process.exitCode = 1;
else process.stdout.write(`${relative(process.cwd(), out)}/index.html\n`);
