// The native engine. Nothing outside this folder loads the .node file.

export {
  loadNative,
  type NativeAddon,
  type NativeCompressor,
  type NativeState,
} from './binding.js';
export { chooseNative, type EngineChoice } from './choose.js';
export { foreignRuntime } from './runtime.js';
