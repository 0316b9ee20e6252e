// Which modules of the command share a chunk. A file takes Node.js about as long to find, open and link as 50 KB take to be read, so what
// several commands load together is put into one, also if one of them has no use for some of it.

/**
 * Pairs of modules that a command loads while it runs, in order: what both load is one chunk, without what is in chunks of earlier rows. So
 * no chunk needs one of a later row.
 * @type {readonly (readonly [name: string, one: string, other: string])[]}
 */
const SHARED = [
  ['engines', 'engines', 'engines'],
  ['base', 'actions/ls', 'actions/ext4'],
  ['write', 'actions/ext4', 'actions/iso'],
  ['equal-files', 'actions/iso', 'actions/squashfs'],
  ['squashfs', 'actions/squashfs', 'actions/build'],
  ['read-disc', 'actions/ls', 'actions/iso'],
  ['disc', 'actions/iso', 'actions/build'],
  ['read', 'actions/ls', 'actions/extract'],
  ['more', 'actions/edit', 'actions/build'],
];

/**
 * Groups for the chunks of a command that is bundled without groups.
 * @param {readonly (import('rolldown').OutputChunk | import('rolldown').OutputAsset)[]} output
 * @param {string} entry
 */
export function chunkGroups(output, entry) {
  const loads = loadsOf(output.filter((one) => one.type === 'chunk'));
  const place = entry.replace(/entry\.js$/, '');
  const loadedBy = (/** @type {string} */ name) => {
    const modules = loads.get(`${place}${name}.js`);
    if (!modules) throw new Error(`${name} is no longer loaded by a dynamic import: see scripts/chunk-groups.js.`);
    return modules;
  };
  const declarations = [...loads].filter(([id]) => id.startsWith(`${place}commands/`));
  const sets = [
    // The entry waits for its commands while it is evaluated. Nothing may wait for it, so it is alone.
    { name: 'start', modules: new Set([...loadedBy('entry')].filter((id) => id !== entry)) },
    { name: 'commands', modules: new Set(declarations.flatMap(([, modules]) => [...modules])) },
    ...SHARED.map(([name, one, other]) => ({ name, modules: both(loadedBy(one), loadedBy(other)) })),
  ];
  return sets.map(({ name, modules }, i) => ({
    name,
    test: (/** @type {string} */ id) => modules.has(id),
    priority: sets.length - i,
  }));
}

/**
 * The modules that each entry and each dynamic import loads at once.
 * @param {readonly import('rolldown').OutputChunk[]} chunks
 * @returns {Map<string, Set<string>>}
 */
function loadsOf(chunks) {
  const byName = new Map(chunks.map((chunk) => [chunk.fileName, chunk]));
  const entries = chunks.filter(({ facadeModuleId }) => facadeModuleId !== null);
  return new Map(
    entries.map((chunk) => {
      // Grows while it is read.
      const loaded = new Set([chunk]);
      for (const { imports } of loaded) {
        for (const name of imports) {
          const imported = byName.get(name);
          if (imported) loaded.add(imported);
        }
      }
      return [chunk.facadeModuleId ?? '', new Set([...loaded].flatMap(({ moduleIds }) => moduleIds))];
    }),
  );
}

/** @param {Set<string>} one @param {Set<string>} other */
function both(one, other) {
  return new Set([...one].filter((id) => other.has(id)));
}
