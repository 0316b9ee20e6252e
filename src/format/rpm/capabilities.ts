// File capabilities: as text in packages (cap_from_text(3)), and as stored by the kernel (struct vfs_cap_data).

import type { ByteString } from '../../bytes/index.js';
import type { Attributes, Xattr } from '../../tree/index.js';

/** Three sets of bits, as one text to compare. */
type CapabilitySets = string;

const NAMES = [
  ...['chown', 'dac_override', 'dac_read_search', 'fowner', 'fsetid', 'kill', 'setgid', 'setuid', 'setpcap'],
  ...['linux_immutable', 'net_bind_service', 'net_broadcast', 'net_admin', 'net_raw', 'ipc_lock', 'ipc_owner'],
  ...['sys_module', 'sys_rawio', 'sys_chroot', 'sys_ptrace', 'sys_pacct', 'sys_admin', 'sys_boot', 'sys_nice'],
  ...['sys_resource', 'sys_time', 'sys_tty_config', 'mknod', 'lease', 'audit_write', 'audit_control', 'setfcap'],
  ...['mac_override', 'mac_admin', 'syslog', 'wake_alarm', 'block_suspend', 'audit_read', 'perfmon', 'bpf'],
  'checkpoint_restore',
];
const ALL = (1n << BigInt(NAMES.length)) - 1n;
const ATTRIBUTE = 'security.capability';
const VERSION_2 = 0x0200_0000;
const EFFECTIVE = 1;
/** Magic and flags, then permitted and inheritable, low and high words. */
const SIZE = 20;

type Sets = Record<'e' | 'i' | 'p', bigint>;

/** The sets of a file; all are empty if it has no capabilities. */
export function capabilitiesOf({ xattrs }: Attributes): CapabilitySets {
  const value = xattrs.find(({ name }) => name === ATTRIBUTE)?.value;
  if (!value || value.length < SIZE) return shown({ e: 0n, i: 0n, p: 0n });
  const view = new DataView(value.buffer, value.byteOffset, value.length);
  const word = (at: number) => BigInt(view.getUint32(at, true));
  const p = word(4) | (word(12) << 32n);
  const i = word(8) | (word(16) << 32n);
  return shown({ p, i, e: (view.getUint32(0, true) & EFFECTIVE) !== 0 ? p | i : 0n });
}

/** Whether a text such as `cap_net_admin,cap_net_raw=ep` means those sets. */
export function sameCapabilities(text: string, sets: CapabilitySets): boolean {
  const stated = setsOf(text);
  return stated !== undefined && shown(stated) === sets;
}

/** The attribute of a file with the capabilities of a text, in version 2; undefined for a text that is not understood. */
export function capabilityXattr(text: string): Xattr | undefined {
  const sets = setsOf(text);
  if (!sets) return undefined;
  const value = new DataView(new ArrayBuffer(SIZE));
  value.setUint32(0, VERSION_2 | (sets.e === 0n ? 0 : EFFECTIVE), true);
  for (const [index, bits] of [sets.p, sets.i].entries()) {
    value.setUint32(4 + 4 * index, Number(bits & 0xffff_ffffn), true);
    value.setUint32(12 + 4 * index, Number(bits >> 32n), true);
  }
  return { name: ATTRIBUTE as ByteString, value: new Uint8Array(value.buffer) };
}

/** Undefined for a text that is not understood. */
function setsOf(text: string): Sets | undefined {
  const stated: Sets = { e: 0n, i: 0n, p: 0n };
  for (const clause of text.split(/\s+/).filter((word) => word !== '')) {
    const match = /^([a-z0-9_,]*)((?:[=+-][eip]*)+)$/i.exec(clause);
    if (!match) return undefined;
    const mask = maskOf(match[1]!);
    if (mask === undefined) return undefined;
    for (const [, operator, flags] of match[2]!.matchAll(/([=+-])([eip]*)/g)) apply(stated, operator!, flags!, mask);
  }
  return stated;
}

function apply(sets: Sets, operator: string, flags: string, mask: bigint): void {
  if (operator === '=') for (const set of ['e', 'i', 'p'] as const) sets[set] &= ~mask;
  for (const set of flags as Iterable<string> as Iterable<keyof Sets>) {
    sets[set] = operator === '-' ? sets[set] & ~mask : sets[set] | mask;
  }
}

function maskOf(names: string): bigint | undefined {
  if (names === '' || names === 'all') return ALL;
  let mask = 0n;
  for (const name of names.toLowerCase().split(',')) {
    const bit = NAMES.indexOf(name.replace(/^cap_/, ''));
    if (bit < 0) return undefined;
    mask |= 1n << BigInt(bit);
  }
  return mask;
}

function shown({ e, i, p }: Sets): CapabilitySets {
  return [e, i, p].map((set) => set.toString(16)).join(' ');
}
