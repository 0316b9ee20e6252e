// Media-check tags: digests of an image inside the image, in the style of checkmedia and of checkisomd5.

export { type TagOptions, tagOptionsOf, tagSeal } from './choose.js';
export { emptySignatureBlock } from './digest-pass.js';
export type { RedHatTagOptions, SuseTagOptions } from './options.js';
export { choosePartition, type PartitionExtent } from './partition.js';
export { redHatTagSeal, removeTags, suseTagSeal } from './seal.js';
export { readSignature, SIGNATURE_ROOM, signaturePatch, signedBytes } from './signature.js';
export { blankArea, type Tag, type TagStyle } from './tag-area.js';
export { TAG_STYLES, type WrittenTagStyle } from './tag-styles.js';
export { type DigestVerdict, type ImageTags, readTags, type TagVerdict, verifyTags } from './verify.js';
