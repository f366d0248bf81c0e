/** The mask of a prefix, as the bytes of an address. */
export function prefixMask(prefixLength: number, byteLength: number): Uint8Array {
  return Uint8Array.from({ length: byteLength }, (_, index) => {
    return 0xff00 >> Math.min(8, Math.max(0, prefixLength - index * 8));
  });
}
