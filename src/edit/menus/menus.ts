// The menus of a disc: those in its tree, and those in the FAT images that firmware boots from.

import { type ByteString, bytesOf, defined } from '../../bytes/index.js';
import { isMenuName, LARGEST_MENU, menuKindOf } from '../../disc/index.js';
import { InvalidInputError } from '../../errors.js';
import { bytesSource, type Patch } from '../../io/index.js';
import { file, type LossLog } from '../../tree/index.js';
import { replaceBytes } from '../change/apply.js';
import type { EditContext } from '../edit-context.js';
import type { DefaultOfMenu } from '../layout.js';
import { filesOf, type MenuText, menuPath, textOf } from './disc-files.js';
import { editedMenu, startsKernels } from './edit-menu.js';
import { fatImagesOf, type MenusOfFat, menusInFat, patchesOfFat } from './fat-menus.js';
import { labelVariables } from './label-variables.js';
import { type AskedMenuChanges, WantedChoice } from './wanted-choice.js';

/** All menus in the tree. */
export async function findMenus({
  disc,
  trees,
  run,
}: Pick<EditContext, 'disc' | 'trees' | 'run'>): Promise<MenuText[]> {
  const found: MenuText[] = [];
  for (const file of filesOf(trees)) {
    if (!isMenuName(file.path) || file.size > LARGEST_MENU) continue;
    const text = await textOf(disc, file, run);
    const kind = menuKindOf(file.path, text);
    if (kind) found.push({ path: file.path, kind, text });
  }
  return found;
}

/** Whether anything about menus changes. */
export function changesMenus({ arguments: { add, remove }, label, defaultEntry, timeout }: AskedMenuChanges): boolean {
  return add.length + remove.length > 0 || label !== undefined || defaultEntry !== undefined || timeout !== undefined;
}

/** Patches of FAT images, at their places on the old disc, and the menus with another default entry. */
export interface EditedMenus {
  readonly patches: readonly Patch[];
  readonly defaultEntries?: readonly DefaultOfMenu[];
}

/**
 * Changes all menus. Throws {@link InvalidInputError} `edit.no-menu`
 * if arguments are to change and no menu starts a kernel.
 */
export async function editMenus(context: EditContext, asked: AskedMenuChanges): Promise<EditedMenus> {
  const { trees, log, time, losses } = context;
  if (!changesMenus(asked)) return { patches: [] };
  const found = await findMenus(context);
  const fats: MenusOfFat[] = [];
  for (const fat of await fatImagesOf(context)) fats.push(await menusInFat(fat, context.run));
  const all = [...found, ...fats.flatMap(({ menus }) => menus)];
  const changes = withVariables(asked, all, losses);
  const choice = new WantedChoice(all, changes);
  const kernels = all.some(({ kind, text }) => startsKernels(kind, text));
  const changed = (menu: MenuText) => {
    const { kind, text } = menu;
    const edited = editedMenu(kind, text, { ...changes, defaultEntry: choice.entryOf(menu) });
    choice.lookAt(kind, edited);
    return edited === text ? undefined : bytesOf(edited as ByteString);
  };
  for (const menu of found) {
    const bytes = changed(menu);
    if (bytes) replaceBytes(trees, menu.path, file(bytesSource(bytes), { mtime: time }), 'edited', log);
  }
  const patches: Patch[] = [];
  for (const { fat, menus } of fats) {
    const edits = new Map<ByteString, Uint8Array>();
    for (const menu of menus) {
      const bytes = changed(menu);
      if (!bytes) continue;
      edits.set(menu.path, bytes);
      log.add(menuPath(menu), 'edited', bytes.length);
    }
    if (edits.size === 0) continue;
    patches.push(...(await patchesOfFat(fat, edits, time)));
  }
  choice.reportMissing(losses);
  const { add, remove } = asked.arguments;
  if (kernels || add.length + remove.length === 0)
    return { patches, ...defined({ defaultEntries: choice.defaults() }) };
  throw new InvalidInputError(
    'edit.no-menu',
    'No menu of the disc starts a kernel, so kernel arguments have no place.',
    {
      hint: 'The menus may be inside an EFI program, which is signed and cannot be changed.',
    },
  );
}

const VARIABLE_LABEL =
  'Menus of GRUB look for the medium by the label in these variables, of which no simple assignment tells what they hold; they are left as they are.';

/** The changes, with the variables of GRUB that hold the old label. */
function withVariables(changes: AskedMenuChanges, menus: readonly MenuText[], losses: LossLog): AskedMenuChanges {
  if (!changes.label) return changes;
  const texts = menus.filter(({ kind }) => kind === 'grub').map(({ text }) => text);
  const variables = labelVariables(texts, changes.label.from);
  for (const name of variables.unknown) losses.addValue('edit.label-variable', VARIABLE_LABEL, `$${name}`);
  return { ...changes, label: { ...changes.label, variables } };
}
