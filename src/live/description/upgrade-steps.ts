// The changes of each schema version that documents must be rewritten for. One entry per version, in order.

import {
  type Change,
  dropAttributes,
  dropElements,
  dropValues,
  moveLoaderAttributes,
  renameAttribute,
  renameElement,
  replaceText,
  rewriteAttribute,
  splitConsole,
  takeGroups,
  takeXenDomain,
} from './upgrade-changes.js';

export interface UpgradeStep {
  readonly from: string;
  readonly to: string;
  readonly changes: readonly Change[];
}

const NO_SETTING = 'the setting no longer exists';
const oldRepositories = ['red-carpet', 'slack-site', 'up2date-mirrors', 'urpmi', 'yast2'];

export const upgradeSteps: readonly UpgradeStep[] = [
  { from: '6.0', to: '6.1', changes: [renameElement('opensuseProduct', 'product')] },
  { from: '6.1', to: '6.2', changes: [] },
  {
    from: '6.2',
    to: '6.3',
    changes: [
      dropAttributes('type', ['fsreadonly', 'fsreadwrite', 'zfsoptions'], NO_SETTING),
      dropElements(['split'], 'split images no longer exist'),
    ],
  },
  { from: '6.3', to: '6.4', changes: [takeGroups()] },
  { from: '6.4', to: '6.5', changes: [dropAttributes('type', ['container'], 'only containers have a name')] },
  { from: '6.5', to: '6.6', changes: [takeXenDomain()] },
  {
    from: '6.6',
    to: '6.7',
    changes: [
      dropAttributes('image', ['kiwirevision'], NO_SETTING),
      dropAttributes('type', ['checkprebuilt', 'fsnocheck'], NO_SETTING),
      dropAttributes('repository', ['status', 'prefer-license'], NO_SETTING),
      dropAttributes('package', ['replaces'], NO_SETTING),
      dropElements(['defaultprebuilt', 'defaultdestination', 'defaultroot', 'partitioner', 'rpm-force'], NO_SETTING),
    ],
  },
  { from: '6.7', to: '6.8', changes: [dropElements(['hwclock'], NO_SETTING)] },
  {
    from: '6.8',
    to: '6.9',
    changes: [
      dropAttributes('type', ['hybrid'], 'every medium boots from a disk too'),
      dropElements(['oem-ataraid-scan'], NO_SETTING),
    ],
  },
  { from: '6.9', to: '7.0', changes: [dropElements(['pxedeploy'], NO_SETTING)] },
  {
    from: '7.0',
    to: '7.1',
    changes: [dropValues('repository', 'type', oldRepositories, 'repositories of this type are no longer supported')],
  },
  { from: '7.1', to: '7.2', changes: [moveLoaderAttributes()] },
  { from: '7.2', to: '7.3', changes: [rewriteAttribute('type', 'image', { vmx: 'oem' })] },
  { from: '7.3', to: '7.4', changes: [replaceText('packagemanager', { 'apt-get': 'apt', yum: 'dnf' })] },
  { from: '7.4', to: '7.5', changes: [renameAttribute('containerconfig', 'additionaltags', 'additionalnames')] },
  { from: '7.5', to: '7.6', changes: [replaceText('packagemanager', { dnf: 'dnf4' })] },
  { from: '7.6', to: '8.0', changes: [] },
  {
    from: '8.0',
    to: '8.1',
    changes: [dropValues('repository', 'type', ['rpm-dir'], 'repositories of this type are no longer supported')],
  },
  { from: '8.1', to: '8.2', changes: [dropAttributes('repository', ['use_for_bootstrap'], NO_SETTING)] },
  {
    from: '8.2',
    to: '8.3',
    changes: [renameAttribute('type', 'btrfs_root_is_snapshot', 'btrfs_root_is_snapper_snapshot')],
  },
  { from: '8.3', to: '8.4', changes: [splitConsole()] },
  {
    from: '8.4',
    to: '8.5',
    changes: [dropAttributes('type', ['vga'], 'the graphics mode is <bootloader video_mode="…"/> now')],
  },
];
