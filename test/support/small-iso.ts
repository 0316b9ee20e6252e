// A live ISO of the small root tree, for tests that look at it or boot its menu.
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { quietRun, type Run } from '../../src/io/content.js';
import { type BuildOptions, type BuildReport, buildLiveIso } from '../../src/live/index.js';
import { judge } from './oracle.js';
import { makeSmallRoot } from './small-root.js';

/** Some options of some groups. */
export type SomeOptions = { readonly [Group in keyof BuildOptions]?: Partial<BuildOptions[Group]> };

export interface SmallIso {
  readonly description: string;
  readonly root: string;
  readonly initrd: string;
  /** Writes the description with these attributes of the type. */
  describe(type: string): void;
  /** Presses into a new directory, or the one given. */
  press(options?: SomeOptions, run?: Run): Promise<BuildReport>;
  /** A new, empty directory. */
  directory(): string;
}

/** A description of the small ISO with these attributes of the type. */
export function smallDescription(type: string): string {
  return `<image schemaversion="8.0" name="small" displayname="Small"><preferences><version>1.0.0</version>
    <type image="iso" volid="SMALL" squashfscompression="gzip" ${type}>
    <bootloader name="grub2" timeout="60" output_console="serial" input_console="serial" serial_line="serial --speed=115200"/>
    </type></preferences></image>`;
}

/** The parts in a scratch directory. The menu is shown on the serial port. */
export function smallIso(scratch: string): SmallIso {
  const description = join(scratch, 'description');
  const initrd = join(scratch, 'initrd');
  const root = makeSmallRoot(join(scratch, 'root'));
  mkdirSync(description);
  writeFileSync(initrd, 'not an initrd\n'.repeat(5000));
  let count = 0;
  const directory = () => {
    const path = join(scratch, `out${++count}`);
    mkdirSync(path);
    return path;
  };
  const describe = (type: string) => writeFileSync(join(description, 'config.xml'), smallDescription(type));
  const press = (options: SomeOptions = {}, run: Run = quietRun()) => {
    const usual = {
      input: { root },
      description: { directory: description },
      initrd: { file: initrd },
      tree: { epoch: 1_700_000_000 },
      compression: { level: 1 },
      targetDirectory: options.targetDirectory ?? directory(),
    };
    return buildLiveIso(changed(usual, options), run);
  };
  return { description, root, initrd, describe, press, directory };
}

/** The options with those of `changes` in their groups. */
export function changed(options: BuildOptions, changes: SomeOptions): BuildOptions {
  const groups = Object.entries(changes).map(([name, value]) => {
    const group = options[name as keyof BuildOptions];
    return [name, typeof value === 'object' ? { ...(group as object), ...value } : value];
  });
  return { ...options, ...Object.fromEntries(groups) };
}

/** Lines of xorriso's report on the boot catalog and the system area of a disc. */
export function reported(image: string): string[] {
  const { stdout } = judge('xorriso', ['-indev', image, '-report_el_torito', 'plain', '-report_system_area', 'plain']);
  return stdout.split('\n');
}

/** A new directory with what is on a disc below a path. */
export function extracted(image: string, path = '/'): string {
  const out = join(mkdtempSync(join(dirname(image), 'medium-')), 'out');
  judge('xorriso', ['-osirrox', 'on', '-indev', image, '-extract', path, out]);
  judge('chmod', ['-R', 'u+w', out]);
  return out;
}
