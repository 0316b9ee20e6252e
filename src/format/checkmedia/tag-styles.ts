// The styles of media-check tags that can be written.

/** Styles of media-check tags that can be written. */
export const TAG_STYLES = ['suse', 'rh'] as const;
/** A style of tags that can be written. */
export type WrittenTagStyle = (typeof TAG_STYLES)[number];
