/** Google's WOFF2 decoder, compiled; it brings no types. */
declare module 'wawoff2' {
  const wawoff2: { decompress(packed: Uint8Array): Promise<Uint8Array> }
  export default wawoff2
}
