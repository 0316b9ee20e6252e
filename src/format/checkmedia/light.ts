// The light door of this room: for option parsers and help, which must not load the format.

export { TAG_STYLES } from './tag-styles.js';
