// Bundles of results.

export { type BundledFile, type BundleOptions, type BundleReport, bundleResults } from './bundle.js';
