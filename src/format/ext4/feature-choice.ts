// From a profile and a list of changes to the features of one image; refuses unsupported features and contradictions.

import { UnsupportedError, UsageError } from '../../errors.js';
import {
  type Ext4Profile,
  FEATURE_ALIASES,
  FEATURES,
  type FeatureName,
  PROFILES,
  REQUIRED,
  UNSUPPORTED,
} from './features.js';

/** A feature that needs another one, with the reason. */
const NEEDS: readonly (readonly [feature: FeatureName, needed: FeatureName, why: string])[] = [
  ['metadata_csum_seed', 'metadata_csum', 'there is nothing to seed'],
  ['orphan_file', 'has_journal', 'orphans are recovered with the journal'],
  ['project', 'extra_isize', 'project ids are stored in the extra fields of inodes'],
  ['project', 'quota', 'the ids are there to be counted'],
  ['large_dir', 'dir_index', 'it is a third level of the index'],
];

/** Pairs of features that exclude each other. */
const CONFLICTS: readonly (readonly [FeatureName, FeatureName])[] = [
  ['meta_bg', 'resize_inode'],
  ['metadata_csum', 'gdt_csum'],
];

/** Features that are removed silently if a list requests their rival, and those that are removed with the feature they need. */
const YIELDS: Partial<Readonly<Record<FeatureName, readonly FeatureName[]>>> = {
  meta_bg: ['resize_inode'],
  gdt_csum: ['metadata_csum', 'metadata_csum_seed'],
  metadata_csum: ['gdt_csum'],
};
const FALLS: Partial<Readonly<Record<FeatureName, readonly FeatureName[]>>> = {
  has_journal: ['orphan_file'],
  metadata_csum: ['metadata_csum_seed'],
  dir_index: ['large_dir'],
  quota: ['project'],
};
const BRINGS: Partial<Readonly<Record<FeatureName, readonly FeatureName[]>>> = {
  project: ['quota'],
  metadata_csum_seed: ['metadata_csum'],
};

/**
 * Features of `profile`, changed by `list`: names separated by commas or spaces, `^name` removes, `none` removes all.
 * Throws {@link UsageError} for unknown names and for contradictions, {@link UnsupportedError} for
 * features that this program does not write.
 */
export function chooseFeatures(profile: Ext4Profile, list: string): Set<FeatureName> {
  const chosen = new Set<FeatureName>(PROFILES[profile]);
  for (const item of list.split(/[\s,]+/).filter((text) => text !== '')) {
    if (item === 'none') chosen.clear();
    else if (/^[\^-]/.test(item)) remove(chosen, item.slice(1));
    else add(chosen, item.replace(/^\+/, ''));
  }
  for (const name of REQUIRED) {
    if (!chosen.has(name)) {
      throw new UnsupportedError('ext4.feature-required', `ext4 images are written with ${name}, never without it.`);
    }
  }
  for (const [feature, needed, why] of NEEDS) {
    if (chosen.has(feature) && !chosen.has(needed)) conflict(`${feature} needs ${needed}: without it ${why}`);
  }
  for (const [one, other] of CONFLICTS) {
    if (chosen.has(one) && chosen.has(other)) conflict(`${one} and ${other} exclude each other`);
  }
  return chosen;
}

function add(chosen: Set<FeatureName>, text: string): void {
  const name = nameOf(text);
  const reason = UNSUPPORTED[text];
  if (reason)
    throw new UnsupportedError('ext4.feature-unsupported', `ext4 images are not written with ${text}: ${reason}.`);
  if (!name) unknown(text);
  for (const rival of YIELDS[name] ?? []) chosen.delete(rival);
  for (const also of BRINGS[name] ?? []) chosen.add(also);
  chosen.add(name);
}

function remove(chosen: Set<FeatureName>, text: string): void {
  // Features that are never written need not be removed.
  if (Object.hasOwn(UNSUPPORTED, text)) return;
  const name = nameOf(text);
  if (!name) unknown(text);
  for (const also of FALLS[name] ?? []) chosen.delete(also);
  chosen.delete(name);
}

function nameOf(text: string): FeatureName | undefined {
  return FEATURE_ALIASES[text] ?? FEATURES.find((name) => name === text);
}

function unknown(text: string): never {
  throw new UsageError('ext4.feature-unknown', `ext4 has no feature named "${text}".`, {
    option: 'features',
    hint: `Known are ${FEATURES.join(', ')}.`,
  });
}

function conflict(reason: string): never {
  throw new UsageError('ext4.feature-conflict', `These ext4 features cannot be together: ${reason}.`, {
    option: 'features',
  });
}
