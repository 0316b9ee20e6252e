// One line of a manifest, independent of its spelling.

import type { ByteString, Timestamp } from '../../bytes/index.js';
import type { ErrorPlace } from '../../errors.js';
import type { ExactContent } from '../../io/index.js';
import type { SpecialKind, Xattr } from '../node.js';

/** Attributes that a line states; what it does not state stays, or gets a default where the entry is new. */
export interface GivenAttributes {
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly mtime?: Timestamp;
}

/** The change of the entry at a path. */
export type ManifestAction =
  | { readonly verb: 'dir' }
  | { readonly verb: 'file'; readonly content: Uint8Array }
  /** Content of a file of this machine; with `inherits` its attributes too, where the line states none. */
  | { readonly verb: 'host-file'; readonly from: ByteString; readonly inherits: boolean }
  | { readonly verb: 'symlink'; readonly target: ByteString }
  /** A hard link: one more name of the entry at `to`. */
  | { readonly verb: 'link'; readonly to: ByteString }
  | { readonly verb: 'special'; readonly kind: SpecialKind; readonly major: number; readonly minor: number }
  /** Attributes of an existing entry. */
  | { readonly verb: 'set' }
  | { readonly verb: 'remove' };

/** One line of a manifest. */
export interface ManifestEntry {
  /** Its place, for errors. */
  readonly place: ErrorPlace;
  /** Without leading slash; "" is the root. */
  readonly path: ByteString;
  readonly action: ManifestAction;
  readonly attributes: GivenAttributes;
  /** Laid over those that the entry has. */
  readonly xattrs: readonly Xattr[];
  /** Without an entry at the path nothing happens, instead of an error. */
  readonly optional?: true;
}

/** A file of this machine, opened by the caller. */
export interface HostFile extends Required<GivenAttributes> {
  readonly content: ExactContent;
}
