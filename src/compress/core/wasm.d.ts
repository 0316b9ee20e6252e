// The bundle for browsers has the bytes of the module as text.

declare module '*.wasm' {
  const base64: string;
  export default base64;
}
