// The values of options, for parsers and help, which must not load the format.

export { TAG_STYLES } from './tag-styles.js';
